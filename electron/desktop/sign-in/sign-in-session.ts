import type { PageCookie, WebPage, WebWindowRequest } from '../../gateways/web-window.ts';
import { sameHost } from '../../trust/host.ts';
import { openPartition, type Partition } from '../pages/partition.ts';
import type { ProxyAccess } from '../pages/proxy-login.ts';
import { maySignInLoad } from './sign-in-rules.ts';

/** Short, since a person who cancels should not wait. What is left is in memory and ends with the app. */
const emptyTimeoutMs = 700;

/** How many responses are remembered. Pages are checked one after the other, and the window may be further on by then. */
const maxResponses = 20;

/** The partition of one sign-in window. */
export interface SignInSession extends Partition {
  /** What the caller checks on a page: its cookies, and the headers of its own response. */
  pageAt(url: string): Promise<WebPage>;
}

/**
 * @param detour our proxy for hosts that the profile sends to loopback; null: the system's proxy settings
 * @param onBlocked called with each address that a page asked for and that was blocked
 */
export async function openSignInSession(
  request: WebWindowRequest,
  detour: ProxyAccess | null,
  onBlocked: (address: string) => void,
): Promise<SignInSession> {
  const partition = openPartition('sign-in', request.verifier, { emptyTimeoutMs });
  const { session } = partition;
  /** Headers of the window's last responses, by address, so that one page's headers do not count for another. */
  const headers = new Map<string, WebPage['headers']>();

  session.webRequest.onBeforeRequest(({ url, resourceType }, callback) => {
    const cancel = !maySignInLoad(url, request);
    if (cancel && resourceType !== 'mainFrame') onBlocked(url);
    callback({ cancel });
  });
  session.webRequest.onHeadersReceived(({ url, resourceType, responseHeaders }, callback) => {
    if (resourceType === 'mainFrame') {
      const address = withoutHash(url);
      headers.delete(address);
      headers.set(
        address,
        Object.entries(responseHeaders ?? {}).flatMap(([name, values]) => values.map((value) => ({ name: name.toLowerCase(), value }))),
      );
      for (const oldest of [...headers.keys()].slice(0, -maxResponses)) headers.delete(oldest);
    }
    callback({});
  });
  if (detour) await partition.useProxy(detour);

  return {
    ...partition,
    async pageAt(url) {
      // A `data:` or `blob:` page has no host and no cookies
      const all = url.startsWith('https:') ? await session.cookies.get({ url }) : [];
      const host = URL.parse(url)?.hostname ?? '';
      // A cookie for the whole domain may come from another of its hosts, so it proves nothing about this one
      const cookies = all.filter(({ domain = '' }) => sameHost(domain.replace(/^\./, ''), host));
      return { url, headers: headers.get(withoutHash(url)) ?? [], cookies: cookies.map(ownCookie) };
    },
  };
}

/** Chromium writes the domain of a cookie that was set with one with a leading dot. */
const ownCookie = ({ name, value, domain = '' }: Electron.Cookie): PageCookie => ({ name, value, hostOnly: !domain.startsWith('.') });

const withoutHash = (address: string): string => address.split('#')[0] ?? address;
