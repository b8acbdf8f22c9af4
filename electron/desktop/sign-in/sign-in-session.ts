import type { WebPage, WebWindowRequest } from '../../gateways/web-window.ts';
import { sameHost } from '../../trust/host.ts';
import { openPartition, type Partition } from '../pages/partition.ts';
import type { ProxyAccess } from '../pages/proxy-login.ts';
import { maySignInLoad } from './sign-in-rules.ts';

/** Who cancels is not kept waiting: what is not empty by then ends with the app, in memory as it is. */
const emptyWithinMs = 700;

/** Responses that are remembered: pages are looked at one after the other, and may be on their way to the next by then. */
const maxResponses = 20;

/** The partition that one opening of the sign-in window lives in. */
export interface SignInSession extends Partition {
  /** What decides on a page: its cookies, and the headers of its own response. */
  pageAt(url: string): Promise<WebPage>;
}

/**
 * @param detour a proxy of ours for hosts that the profile sends to loopback; null: the system's own way
 * @param heldBack told of each address that a page wanted and was not given
 */
export async function openSignInSession(
  request: WebWindowRequest,
  detour: ProxyAccess | null,
  heldBack: (address: string) => void,
): Promise<SignInSession> {
  const partition = openPartition('sign-in', request.verifier, { emptyWithinMs });
  const { session } = partition;
  /** Of the last responses to the window itself, by their addresses: what one page was told is not another's. */
  const headers = new Map<string, WebPage['headers']>();

  session.webRequest.onBeforeRequest(({ url, resourceType }, callback) => {
    const cancel = !maySignInLoad(url, request);
    if (cancel && resourceType !== 'mainFrame') heldBack(url);
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
  if (detour) await partition.goThrough(detour);

  return {
    ...partition,
    async pageAt(url) {
      // A page of somebody's own writing has no host, and none of its cookies
      const all = url.startsWith('https:') ? await session.cookies.get({ url }) : [];
      const host = URL.parse(url)?.hostname ?? '';
      // One for a whole domain may be another host's there: it is sent to this one, and proves nothing
      const cookies = all.filter(({ domain = '' }) => sameHost(domain.replace(/^\./, ''), host));
      return { url, headers: headers.get(withoutHash(url)) ?? [], cookies: cookies.map(({ name, value }) => ({ name, value })) };
    },
  };
}

const withoutHash = (address: string): string => address.split('#')[0] ?? address;
