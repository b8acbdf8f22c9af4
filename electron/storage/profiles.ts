import { constants, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { CausewayError, fail } from '../../shared/failure.ts';
import { plainLine } from '../../shared/plain-text.ts';
import { discoveryPath, maxProfileBytes, readProfile, splitHost, type Profile, type ReadProfile } from '../../shared/profile.ts';
import { plainHost } from '../trust/host.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import { httpsJson, type RouteThroughProxy } from '../net/https.ts';
import { CertificateQuestion } from '../net/tls.ts';

/** How long a campus may take to return its profile. */
const discoveryTimeoutMs = 15_000;

export interface DiscoverOptions {
  /** Checks the address's certificate. The profile itself says what to trust after that. */
  verifier: CertificateVerifier;
  signal: AbortSignal;
  connectTo?: Profile['connectTo'];
  routeThroughProxy?: RouteThroughProxy | undefined;
}

/**
 * Fetches the profile that a campus publishes, from what a person typed: `campus.example`,
 * `https://campus.example/`, `localhost:8443`. A path is ignored.
 *
 * Rejects with `profile-unreachable`, `profile-not-found` (it answers, but publishes none), `profile-invalid`,
 * a `certificate-*` failure, a {@link CertificateQuestion}, or `cancelled`.
 */
export async function discoverProfile(
  typed: string,
  { verifier, signal, connectTo, routeThroughProxy }: DiscoverOptions,
): Promise<ReadProfile> {
  const address = addressOf(typed);
  if (address === null) throw fail('profile-unreachable', { address: typed.slice(0, 300) });
  const limits = { signal, timeoutMs: discoveryTimeoutMs, maxBytes: maxProfileBytes, routeThroughProxy };
  const url = `https://${address}${discoveryPath}`;
  try {
    const { status, json } = await httpsJson(url, verifier, connectTo ? { ...limits, connectTo } : limits);
    if (status >= 500) throw fail('profile-unreachable', { address }, { detail: `HTTP ${status}` });
    if (status !== 200 || json === undefined) throw fail('profile-not-found', { address }, { detail: `HTTP ${status}` });
    return readProfile(JSON.stringify(json));
  } catch (error) {
    throw asProfileFailure(error, address);
  }
}

/** Reads a profile from a `.causeway` file. Rejects with `profile-file-missing`, or as {@link readProfile} throws. */
export async function readProfileFile(path: string): Promise<ReadProfile> {
  return readProfile(await readStart(path, maxProfileBytes + 1));
}

/** The file's first bytes as text, without a byte order mark. Callers ask for one byte more than allowed: if it is there, the file is too large. */
async function readStart(path: string, maxBytes: number): Promise<string> {
  try {
    // O_NONBLOCK: do not wait on a named pipe with a profile's name. Windows has no such flag, and there it counts as 0
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) throw new Error('not a file');
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(maxBytes) });
      return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fail('profile-file-missing', { file: basename(path) }, { cause });
  }
}

/**
 * What a person typed, without the person: the domain of an e-mail address, and any other text as it is. Only this part is
 * ever sent, shown or logged.
 */
export function withoutPerson(typed: string): string {
  const text = plainLine(typed).normalize('NFKC').trim();
  return /^(?:mailto:)?[^\s@:/?#]+@([^\s@:/?#]+)$/i.exec(text)?.[1] ?? text;
}

/** The host of the web or e-mail address that a person typed, normalized. Null for any other text, such as a name. */
export function hostTyped(typed: string): string | null {
  const address = addressOf(withoutPerson(typed));
  return address === null ? null : plainHost(splitHost(address).host);
}

/** Whether this looks like an address rather than like a name: it has a dot or a port, or is this computer. */
export function looksLikeAddress(typed: string): boolean {
  const address = addressOf(withoutPerson(typed));
  return address !== null && (/[.:]/.test(address) || address === 'localhost');
}

/** `host` or `host:port` of what a person typed, or null if it is not an HTTPS address. */
function addressOf(typed: string): string | null {
  const text = typed.trim();
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address)) return null;
  const { protocol, host, username, password } = new URL(address);
  return protocol === 'https:' && host !== '' && username === '' && password === '' ? host : null;
}

/** Turns a gateway failure into one about fetching a profile. Certificate failures and `cancelled` stay as they are. */
function asProfileFailure(error: unknown, address: string): unknown {
  if (!(error instanceof CausewayError) || error instanceof CertificateQuestion) return error;
  const { code, detail = code } = error.failure;
  if (code === 'gateway-protocol') return fail('profile-not-found', { address }, { detail, cause: error });
  if (code.startsWith('gateway-')) return fail('profile-unreachable', { address }, { detail, cause: error });
  return error;
}
