import { session as sessions, type Session } from 'electron';
import type { Failure } from '../../../shared/failure.ts';
import { atMost } from '../../net/deadline.ts';
import type { CertificateVerifier } from '../../trust/verifier.ts';
import { plainHost } from '../../trust/host.ts';
import { decide } from './certificates.ts';
import { lockSession } from './hardening.ts';
import type { ProxyAccess } from './proxy-login.ts';

/** The session of pages that are not ours. It lives in memory, is used once, and has its certificates checked by the profile's verifier. */
export interface Partition {
  readonly session: Session;
  /** Why the verifier refused the certificate of a host, if it did. */
  refusal(host: string): Failure | null;
  /** Sends everything through this proxy from now on. */
  useProxy(proxy: ProxyAccess): Promise<void>;
  /** Deletes cookies, storage, cache and sign-ins, and closes every connection, within a bounded time. */
  empty(): Promise<void>;
}

let opened = 0;

/**
 * Opens a new partition.
 *
 * @param languages BCP 47 tags, the preferred one first, that pages are asked for in (`Accept-Language`). Electron would name its own
 *   locale only, which is the system's, also where the person chose another language for Causeway
 * @param emptyTimeoutMs how long to wait until it is empty: what is left is in memory and ends with the app
 * @param granted the permissions of its pages; every other one is denied
 * @param onDenied called with each permission that a page asked for in vain
 */
export function openPartition(
  name: string,
  verifier: CertificateVerifier,
  {
    languages,
    emptyTimeoutMs,
    granted = [],
    onDenied,
  }: {
    languages: readonly string[];
    emptyTimeoutMs: number;
    granted?: readonly string[];
    onDenied?: (permission: string) => void;
  },
): Partition {
  opened += 1;
  // Without the `persist:` prefix nothing is written to disk. A new name starts without an earlier partition's data
  const session = sessions.fromPartition(`${name}-${opened}`, { cache: false });
  session.setUserAgent(session.getUserAgent(), languages.join(','));
  const refusals = new Map<string, Failure>();
  lockSession(session, granted, onDenied);
  session.setCertificateVerifyProc((request, callback) => {
    const { code, failure } = decide(request, verifier);
    if (failure) refusals.set(plainHost(request.hostname), failure);
    else refusals.delete(plainHost(request.hostname));
    callback(code);
  });
  return {
    session,
    refusal: (host) => refusals.get(plainHost(host)) ?? null,
    useProxy: ({ port }) =>
      session.setProxy({
        mode: 'fixed_servers',
        proxyRules: `http://127.0.0.1:${port}`,
        // By default Chromium bypasses the proxy for loopback addresses. This includes them
        proxyBypassRules: '<-loopback>',
      }),
    async empty() {
      const work = [session.clearStorageData(), session.clearCache(), session.clearAuthCache(), session.closeAllConnections()];
      await atMost(emptyTimeoutMs, Promise.allSettled(work));
    },
  };
}
