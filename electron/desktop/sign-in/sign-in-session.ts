import type { SignInPage } from '../../app/ports.ts';
import type { PageCookie, LoadedPage } from '../../gateways/sign-in-page.ts';
import { sameHost } from '../../trust/host.ts';
import type { CertificateVerifier } from '../../trust/verifier.ts';
import { openPartition, type Partition } from '../pages/partition.ts';
import type { ProxyAccess } from '../pages/proxy-login.ts';
import { maySignInLoad, type SignInRules } from './sign-in-rules.ts';

/** Short, because a person who cancels should not wait. Whatever is not cleared is in memory and ends with the app. */
const emptyTimeoutMs = 700;

/** How many responses are remembered. Pages are checked one by one, and by then the view may show a later page. */
const maxResponses = 20;

/** Something that a sign-in page tried to do and may not. */
export type DeniedAct = NonNullable<SignInPage['denied']>;

/** What a session reports while its pages load. */
export interface SignInSessionEvents {
  /** A page asked for this address, and it was blocked. */
  blocked(address: string): void;
  denied(what: DeniedAct): void;
}

/** The partition of one visit to a sign-in page. */
export interface SignInSession extends Partition {
  /** What the caller checks on a page: its cookies and its response headers. */
  pageAt(url: string): Promise<LoadedPage>;
  /** Whether the last request for this address was a POST. */
  wasPosted(url: string): boolean;
  /** The length of the cookies that a request for this address carries. Never rejects. */
  cookieBytes(url: string): Promise<number>;
}

/** @param detour our proxy for hosts that the profile sends to loopback; null: the system's proxy settings */
export async function openSignInSession(
  verifier: CertificateVerifier,
  rules: SignInRules,
  detour: ProxyAccess | null,
  languages: readonly string[],
  events: SignInSessionEvents,
): Promise<SignInSession> {
  const onDenied = (permission: string): void => events.denied(permission === 'fullscreen' ? 'full-screen' : 'device');
  const partition = openPartition('sign-in', verifier, { languages, emptyTimeoutMs, onDenied });
  const { session } = partition;
  /** Method and headers of the view's last responses, by address, so that one page's headers do not count for another. */
  const responses = new Map<string, { method: string; headers: LoadedPage['headers'] }>();

  session.webRequest.onBeforeRequest(({ url, resourceType }, callback) => {
    const cancel = !maySignInLoad(url, rules);
    if (cancel && resourceType !== 'mainFrame') events.blocked(url);
    callback({ cancel });
  });
  session.webRequest.onHeadersReceived(({ url, method, resourceType, responseHeaders }, callback) => {
    if (resourceType === 'mainFrame') {
      const address = withoutHash(url);
      responses.delete(address);
      const headers = Object.entries(responseHeaders ?? {}).flatMap(([name, values]) =>
        values.map((value) => ({ name: name.toLowerCase(), value })),
      );
      responses.set(address, { method, headers });
      for (const oldest of [...responses.keys()].slice(0, -maxResponses)) responses.delete(oldest);
    }
    callback({});
  });
  session.on('will-download', () => events.denied('download'));
  if (detour) await partition.useProxy(detour);

  // A `data:` or `blob:` page has no host and no cookies
  const cookiesAt = async (url: string) => (url.startsWith('https:') ? await session.cookies.get({ url }) : []);
  return {
    ...partition,
    async pageAt(url) {
      const host = URL.parse(url)?.hostname ?? '';
      // A cookie for the whole domain may come from another of its hosts, so it proves nothing about this one
      const cookies = (await cookiesAt(url)).filter(({ domain = '' }) => sameHost(domain.replace(/^\./, ''), host));
      return {
        url,
        headers: responses.get(withoutHash(url))?.headers ?? [],
        cookies: cookies.map(ownCookie),
      };
    },
    wasPosted: (url) => responses.get(withoutHash(url))?.method === 'POST',
    cookieBytes: (url) =>
      cookiesAt(url).then(
        (cookies) => cookies.reduce((sum, { name, value }) => sum + name.length + value.length + 3, 0),
        () => 0,
      ),
  };
}

/** If a cookie was set with a domain, Chromium reports that domain with a leading dot. */
const ownCookie = ({ name, value, domain = '' }: Electron.Cookie): PageCookie => ({ name, value, hostOnly: !domain.startsWith('.') });

const withoutHash = (address: string): string => address.split('#')[0] ?? address;
