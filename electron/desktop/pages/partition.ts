import { session as sessions, type Session } from 'electron';
import type { Failure } from '../../../shared/failure.ts';
import { atMost } from '../../net/deadline.ts';
import type { CertificateVerifier } from '../../trust/verifier.ts';
import { plainHost } from '../../trust/host.ts';
import { decide } from './certificates.ts';
import { lockSession } from './hardening.ts';
import type { ProxyAccess } from './proxy-login.ts';

/** Where pages that are not ours live: in memory, never used twice, past the profile's verifier. */
export interface Partition {
  readonly session: Session;
  /** Why the verifier refused the certificate of a host, if it did. */
  refusal(host: string): Failure | null;
  /** Everything goes through this proxy from now on. */
  goThrough(proxy: ProxyAccess): Promise<void>;
  /** Forgets cookies, storage, cache and sign-ins, and closes every connection. Bounded in time. */
  empty(): Promise<void>;
}

let opened = 0;

/**
 * Opens a partition of its own.
 *
 * @param emptyWithinMs how long emptying it may take before we go on without it: it lives in memory and ends with the app
 * @param granted the permissions that its pages have; every other is denied
 */
export function openPartition(
  name: string,
  verifier: CertificateVerifier,
  { emptyWithinMs, granted = [] }: { emptyWithinMs: number; granted?: readonly string[] },
): Partition {
  opened += 1;
  // Without the `persist:` prefix it never touches the disk; a fresh name never meets what an earlier one left
  const session = sessions.fromPartition(`${name}-${opened}`, { cache: false });
  const refusals = new Map<string, Failure>();
  lockSession(session, granted);
  session.setCertificateVerifyProc((request, callback) => {
    const { code, failure } = decide(request, verifier);
    if (failure) refusals.set(plainHost(request.hostname), failure);
    else refusals.delete(plainHost(request.hostname));
    callback(code);
  });
  return {
    session,
    refusal: (host) => refusals.get(plainHost(host)) ?? null,
    goThrough: ({ port }) =>
      session.setProxy({
        mode: 'fixed_servers',
        proxyRules: `http://127.0.0.1:${port}`,
        // Chromium leaves loopback out by itself: this takes it in, so that nothing goes around the proxy
        proxyBypassRules: '<-loopback>',
      }),
    async empty() {
      const work = [session.clearStorageData(), session.clearCache(), session.clearAuthCache(), session.closeAllConnections()];
      await atMost(emptyWithinMs, Promise.allSettled(work));
    },
  };
}
