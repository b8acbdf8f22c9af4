import { session as sessions, type Session } from 'electron';
import type { CertificateJudge } from '../trust/certificate.ts';
import type { Failure } from '../../shared/failure.ts';
import { decide } from './certificates.ts';
import { lockSession } from './hardening.ts';
import { mayLoad, type PortalRules } from './navigation.ts';
import type { ProxyAccess } from './proxy-login.ts';

/** How long emptying a partition may take before we go on without it: it lives in memory and ends with the app. */
const emptyWithinMs = 5_000;

/** The partition that one visit to the portal lives in: in memory, never used twice. */
export interface PortalSession {
  readonly session: Session;
  /** Why the judge refused the certificate of a host, if it did. */
  refusal(host: string): Failure | null;
  /** Forgets cookies, storage, cache and sign-ins, and closes every connection. Bounded in time. */
  empty(): Promise<void>;
}

let visits = 0;

/** Opens a partition whose every byte goes through the loopback proxy, to the portal's hosts, past the judge. */
export async function openPortalSession(rules: PortalRules, judge: CertificateJudge, proxy: ProxyAccess): Promise<PortalSession> {
  visits += 1;
  // Without the `persist:` prefix it never touches the disk; a fresh name never meets what an earlier visit left
  const session = sessions.fromPartition(`portal-${visits}`, { cache: false });
  const refusals = new Map<string, Failure>();

  // The portal's Copy buttons write to the clipboard, on a person's click only; nothing can read it
  lockSession(session, ['clipboard-sanitized-write']);
  session.setCertificateVerifyProc((request, callback) => {
    const { code, failure } = decide(request, judge);
    if (failure) refusals.set(request.hostname, failure);
    else refusals.delete(request.hostname);
    callback(code);
  });
  session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !mayLoad(url, rules) }));
  await session.setProxy({
    mode: 'fixed_servers',
    proxyRules: `http://127.0.0.1:${proxy.port}`,
    // Chromium leaves loopback out by itself: this takes it in, so that nothing goes around the proxy
    proxyBypassRules: '<-loopback>',
  });

  return {
    session,
    refusal: (host) => refusals.get(host) ?? null,
    empty: () =>
      within(
        emptyWithinMs,
        Promise.allSettled([session.clearStorageData(), session.clearCache(), session.clearAuthCache(), session.closeAllConnections()]),
      ),
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, bound]);
  clearTimeout(timer);
}
