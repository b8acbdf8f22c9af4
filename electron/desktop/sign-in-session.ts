import { session as sessions, type Session } from 'electron';
import type { Failure } from '../../shared/failure.ts';
import type { WebPage, WebWindowRequest } from '../gateways/web-window.ts';
import { atMost } from '../trust/bounded.ts';
import { decide } from './certificates.ts';
import { lockSession } from './hardening.ts';
import type { ProxyAccess } from './proxy-login.ts';
import { maySignInLoad } from './sign-in-rules.ts';

/** Who cancels is not kept waiting: what is not empty by then ends with the app, in memory as it is. */
const emptyWithinMs = 700;

/** The partition that one opening of the sign-in window lives in: in memory, never used twice. */
export interface SignInSession {
  readonly session: Session;
  /** Why the judge refused the certificate of a host, if it did. */
  refusal(host: string): Failure | null;
  /** What decides on a page: its cookies, and the headers of the last response to the window. */
  pageAt(url: string): Promise<WebPage>;
  /** Forgets everything and closes every connection. Bounded in time. */
  empty(): Promise<void>;
}

let openings = 0;

/** @param detour a proxy of ours for hosts that the profile sends to loopback; null: the system's own way */
export async function openSignInSession(
  request: WebWindowRequest,
  detour: ProxyAccess | null,
  log: (line: string) => void,
): Promise<SignInSession> {
  openings += 1;
  const session = sessions.fromPartition(`sign-in-${openings}`, { cache: false });
  const refusals = new Map<string, Failure>();
  const blocked = new Set<string>();
  let headers: WebPage['headers'] = [];

  lockSession(session);
  session.setCertificateVerifyProc((asked, callback) => {
    const { code, failure } = decide(asked, request.judge);
    if (failure) refusals.set(asked.hostname, failure);
    else refusals.delete(asked.hostname);
    callback(code);
  });
  session.webRequest.onBeforeRequest(({ url, resourceType }, callback) => {
    const cancel = !maySignInLoad(url, request);
    const host = URL.parse(url)?.hostname ?? '';
    if (cancel && resourceType !== 'mainFrame' && blocked.size < 20 && !blocked.has(host)) {
      blocked.add(host);
      log(`sign-in page: ${host} is not among the profile's hosts, and was not loaded`);
    }
    callback({ cancel });
  });
  session.webRequest.onHeadersReceived(({ resourceType, responseHeaders }, callback) => {
    if (resourceType === 'mainFrame')
      headers = Object.entries(responseHeaders ?? {}).flatMap(([name, values]) =>
        values.map((value) => ({ name: name.toLowerCase(), value })),
      );
    callback({});
  });
  if (detour)
    await session.setProxy({ mode: 'fixed_servers', proxyRules: `http://127.0.0.1:${detour.port}`, proxyBypassRules: '<-loopback>' });

  return {
    session,
    refusal: (host) => refusals.get(host) ?? null,
    async pageAt(url) {
      const cookies = await session.cookies.get({ url });
      return { url, headers, cookies: cookies.map(({ name, value }) => ({ name, value })) };
    },
    async empty() {
      const work = [session.clearStorageData(), session.clearCache(), session.clearAuthCache(), session.closeAllConnections()];
      await atMost(emptyWithinMs, Promise.allSettled(work));
    },
  };
}
