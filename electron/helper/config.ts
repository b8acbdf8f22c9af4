import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { fail } from '../../shared/failure.ts';
import { readAuthorities } from '../trust/verifier.ts';
import { plainHost } from '../trust/host.ts';
import { onlyRootCanChange } from '../system/root-owned.ts';
import type { GatewayProof } from '../helper-client/protocol.ts';
import type { GatewayIdentity } from '../tunnels/openconnect/arguments.ts';
import { platform } from './platform/current.ts';

const gatewayPattern = /^((\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]{0,39}:[0-9A-Fa-f:.]{0,39}\]?)$/;

/** A host name as in a profile, `*.campus.example` for all names below one, or an IPv6 address with or without brackets. */
const hostSchema = z.string().check(z.regex(gatewayPattern));

/** SHA-256 of a server's key in base64, as in a profile or as openconnect prints it. */
const pinSchema = z.string().check(z.regex(/^(pin-sha256:)?[A-Za-z0-9+/]{43}=$/));

/** How the helper verifies a gateway: by the system's authorities, by one of these keys, or only by the authority in this file. The helper asks nobody. */
const trustSchema = z.union([
  z.literal('system'),
  z.strictObject({ pins: z.array(pinSchema).check(z.minLength(1), z.maxLength(10)) }),
  z.strictObject({ authority: platform.path }),
]);
export type GatewayTrust = z.infer<typeof trustSchema>;

/**
 * Who may open a system tunnel, to which gateways, and how those are verified. Only root can write this file. The helper
 * refuses every user and gateway that the file does not name. Without the file it refuses everybody.
 */
const configSchema = z.strictObject({
  users: z.array(platform.user).check(z.maxLength(1000)),
  /** A plain host is verified by the system's authorities. */
  gateways: z.array(z.union([hostSchema, z.strictObject({ host: hostSchema, trust: trustSchema })])).check(z.maxLength(200)),
  /** Programs to use instead of the system's. */
  openconnect: z.optional(platform.path),
  vpncScript: z.optional(platform.path),
});
export type HelperConfig = z.infer<typeof configSchema>;

/** A larger file is not a campus's authority. */
const maxAuthorityBytes = 64 * 1024;

/** Reads the configuration. Throws if the file is missing or invalid, or if others than root can write it. */
export async function readConfig(path: string): Promise<HelperConfig> {
  if (!(await onlyRootCanChange(path)))
    throw new Error(`${path} must exist, and only administrators may be able to change it and every folder above it`);
  return parseConfig(JSON.parse(await readFile(path, 'utf8')));
}

/** Parses a configuration. Throws if it is invalid. */
export const parseConfig = (config: unknown): HelperConfig => configSchema.parse(config);

/**
 * How a gateway is verified. Null: no tunnel may lead to that host. An exact entry wins over wildcards, and the longest
 * wildcard wins over shorter ones.
 */
export function trustFor({ gateways }: HelperConfig, host: string): GatewayTrust | null {
  // Only one spelling of a name goes to openconnect
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

/** What a client is told about it. Fails with `component-missing` if the authority's file is not safe to use. */
export async function proofOf(trust: GatewayTrust): Promise<GatewayProof> {
  if (trust === 'system') return { kind: 'system' };
  if ('pins' in trust) return { kind: 'pins', pins: trust.pins.map(bare) };
  return { kind: 'authority', pem: await readAuthority(trust.authority) };
}

/** What openconnect is told about it. Fails as {@link proofOf}. */
export async function identityOf(trust: GatewayTrust): Promise<GatewayIdentity> {
  if (trust === 'system') return { kind: 'system' };
  if ('pins' in trust) return { kind: 'pins', pins: trust.pins.map(bare) };
  await readAuthority(trust.authority);
  return { kind: 'authority', file: trust.authority };
}

/** Reads an authority's certificates. Only root may be able to change the file or a folder above it. */
async function readAuthority(path: string): Promise<string> {
  const unfit = (detail: string): Error => fail('component-missing', { component: path }, { detail });
  if (!(await onlyRootCanChange(path))) throw unfit('missing, or not only administrators can change it');
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
