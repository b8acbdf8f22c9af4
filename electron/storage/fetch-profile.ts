import { CausewayError, fail } from '../../shared/failure.ts';
import { discoveryPath, maxProfileBytes, readProfile, type Profile, type ReadProfile } from '../../shared/profile.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import { httpsJson, type RouteThroughProxy } from '../net/https.ts';
import { CertificateQuestion } from '../net/tls.ts';
import { addressOf } from './typed-address.ts';

/** How long a campus may take to return its profile. */
const fetchTimeoutMs = 15_000;

export interface FetchOptions {
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
export async function fetchProfile(typed: string, { verifier, signal, connectTo, routeThroughProxy }: FetchOptions): Promise<ReadProfile> {
  const address = addressOf(typed);
  if (address === null) throw fail('profile-unreachable', { address: typed.slice(0, 300) });
  const limits = { signal, timeoutMs: fetchTimeoutMs, maxBytes: maxProfileBytes, routeThroughProxy };
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

/** Turns a gateway failure into one about fetching a profile. Certificate failures and `cancelled` stay as they are. */
function asProfileFailure(error: unknown, address: string): unknown {
  if (!(error instanceof CausewayError) || error instanceof CertificateQuestion) return error;
  const { code, detail = code } = error.failure;
  if (code === 'gateway-protocol') return fail('profile-not-found', { address }, { detail, cause: error });
  if (code.startsWith('gateway-')) return fail('profile-unreachable', { address }, { detail, cause: error });
  return error;
}
