import { BlockList, isIP } from 'node:net';
import type { GrantTarget } from '../../shared/access-protocol.ts';

/** What a name resolves to: the campus's own Unix socket or named pipe, or an address. */
export type RelayTarget = { path: string } | { host: string; port: number };

/**
 * Whether a grant lets a session reach `host:port`, which has already been resolved to `target`.
 *
 * A grant by name covers only that name, whatever the campus resolves it to. A grant by address or CIDR covers the
 * resolved address, so that a name cannot be used to get around it.
 */
export function allowedBy(targets: readonly GrantTarget[], host: string, port: number, target: RelayTarget | null): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return targets.some((grant) => {
    if (!grant.ports.includes(port)) return false;
    if (grant.host.toLowerCase() === name) return true;
    return target !== null && 'host' in target && coversAddress(grant.host, target.host);
  });
}

function coversAddress(granted: string, address: string): boolean {
  const family = isIP(address);
  const [base = '', prefix] = granted.split('/');
  if (family === 0 || isIP(base) !== family) return false;
  const list = new BlockList();
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const bits = prefix === undefined ? (family === 6 ? 128 : 32) : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 6 ? 128 : 32)) return false;
  list.addSubnet(base, bits, type);
  return list.check(address, type);
}
