import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { fail } from '../../shared/failure.ts';
import { readAuthorities } from '../trust/verifier.ts';
import { plainHost } from '../trust/host.ts';
import { isRootsAlone } from '../system/root-owned.ts';
import type { GatewayProof } from '../helper-client/protocol.ts';
import type { GatewayIdentity } from '../tunnels/openconnect/arguments.ts';
import { platform } from './platform/current.ts';

const gatewayPattern = /^((\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]{0,39}:[0-9A-Fa-f:.]{0,39}\]?)$/;

/** A host name as a profile has it, `*.campus.example` for all below one, or an IPv6 address with or without brackets. */
const hostSchema = z.string().check(z.regex(gatewayPattern));

/** SHA-256 of a server's key, base64: as a profile has it, or as openconnect prints it. */
const pinSchema = z.string().check(z.regex(/^(pin-sha256:)?[A-Za-z0-9+/]{43}=$/));

/** What proves a gateway to root, who asks nobody: the system's authorities, one of these keys, or the authority in this file and no other. */
const trustSchema = z.union([
  z.literal('system'),
  z.strictObject({ pins: z.array(pinSchema).check(z.minLength(1), z.maxLength(10)) }),
  z.strictObject({ authority: platform.path }),
]);
export type GatewayTrust = z.infer<typeof trustSchema>;

/**
 * Who may open a system tunnel, where to, and what proves that the other end is that gateway: a file that only root can
 * write. Whoever and whatever it does not name is refused; without the file, everybody is.
 */
const configSchema = z.strictObject({
  users: z.array(platform.user).check(z.maxLength(1000)),
  /** A plain host is one that the system's authorities vouch for. */
  gateways: z.array(z.union([hostSchema, z.strictObject({ host: hostSchema, trust: trustSchema })])).check(z.maxLength(200)),
  /** Where the system's are not to be used. */
  openconnect: z.optional(platform.path),
  vpncScript: z.optional(platform.path),
});
export type HelperConfig = z.infer<typeof configSchema>;

/** More is no authority of a campus's. */
const maxAuthorityBytes = 64 * 1024;

/** Reads it anew. Throws where it is not root's alone, is missing or does not fit. */
export async function readConfig(path: string): Promise<HelperConfig> {
  if (!(await isRootsAlone(path)))
    throw new Error(`${path} has to be there, and the administrator's: nobody else may be able to change it, or a folder above it`);
  return parseConfig(JSON.parse(await readFile(path, 'utf8')));
}

/** Throws where it does not fit. */
export const parseConfig = (config: unknown): HelperConfig => configSchema.parse(config);

/**
 * How a gateway is proved; null: no tunnel may lead to that host. The host's own entry counts before those of names above
 * it, of which the longest counts.
 */
export function trustFor({ gateways }: HelperConfig, host: string): GatewayTrust | null {
  // One name and one spelling of it goes to openconnect
  if (host.endsWith('.')) return null;
  const name = plainHost(host);
  const entries = gateways.map((entry) => (typeof entry === 'string' ? { host: entry, trust: 'system' as const } : entry));
  const covers = (pattern: string): boolean =>
    pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) && name.length > pattern.length - 1 : name === pattern;
  const weight = (pattern: string): number => (pattern.startsWith('*.') ? pattern.length : Infinity);
  const [best] = entries
    .map((entry) => ({ ...entry, host: plainHost(entry.host) }))
    .filter((entry) => covers(entry.host))
    .sort((one, other) => (weight(one.host) === weight(other.host) ? 0 : weight(other.host) - weight(one.host)));
  return best?.trust ?? null;
}

const bare = (pin: string): string => pin.replace(/^pin-sha256:/, '');

/** What is told of it to whoever wants to open a tunnel. Fails with `component-missing` where the authority's file cannot be relied on. */
export async function proofOf(trust: GatewayTrust): Promise<GatewayProof> {
  if (trust === 'system') return { kind: 'system' };
  if ('pins' in trust) return { kind: 'pins', pins: trust.pins.map(bare) };
  return { kind: 'authority', pem: await readAuthority(trust.authority) };
}

/** What openconnect is told of it. Fails as {@link proofOf}. */
export async function identityOf(trust: GatewayTrust): Promise<GatewayIdentity> {
  if (trust === 'system') return { kind: 'system' };
  if ('pins' in trust) return { kind: 'pins', pins: trust.pins.map(bare) };
  await readAuthority(trust.authority);
  return { kind: 'authority', file: trust.authority };
}

/** An authority's certificates, from a file that is root's along its whole way. */
async function readAuthority(path: string): Promise<string> {
  const unfit = (detail: string): Error => fail('component-missing', { component: path }, { detail });
  if (!(await isRootsAlone(path))) throw unfit('not there, or others than an administrator can change it');
  const pem = await readFile(path, 'latin1');
  if (pem.length > maxAuthorityBytes) throw unfit(`longer than ${maxAuthorityBytes} bytes`);
  try {
    return readAuthorities(pem)
      .map((certificate) => certificate.toString())
      .join('');
  } catch {
    throw unfit('no certificate that can be read');
  }
}
