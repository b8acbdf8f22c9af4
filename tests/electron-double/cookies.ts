import type { CookiesGetFilter, CookiesSetDetails, Cookie as ElectronCookie } from 'electron';
import type { CdpSession } from './cdp.ts';

/** What the store needs of its session. */
interface Place {
  browser(): Promise<CdpSession>;
  /** The session's own context of Chromium, as DevTools' calls take it. */
  context(): Promise<{ browserContextId?: string }>;
}

/** A cookie as DevTools shows it. */
interface DevToolsCookie {
  name: string;
  value: string;
  domain: string;
  path: string;
  expires: number;
  httpOnly: boolean;
  secure: boolean;
  session: boolean;
  sameSite?: 'Strict' | 'Lax' | 'None';
}

const sameSites = { Strict: 'strict', Lax: 'lax', None: 'no_restriction' } as const;
const devToolsSameSites = { strict: 'Strict', lax: 'Lax', no_restriction: 'None', unspecified: undefined } as const;
/** `kMaxCookieNamePlusValueSize` in Chromium's net/cookies/parsed_cookie.h. */
const maxNameAndValueBytes = 4096;

/**
 * Electron's `session.cookies`. Chromium's own store answers; the defaults, the shapes and the reasons are Electron's
 * (`shell/browser/api/electron_api_cookies.cc`).
 */
export class Cookies {
  constructor(private readonly place: Place) {}

  /** Includes partitioned cookies, without a mark. */
  async get(filter: CookiesGetFilter): Promise<ElectronCookie[]> {
    const browser = await this.place.browser();
    const { cookies } = await browser.send('Storage.getCookies', await this.place.context());
    const url = filter.url === undefined || filter.url === '' ? null : new URL(filter.url);
    return cookies
      .filter((cookie) => !url || goesWith(cookie, url))
      .map(asElectron)
      .filter((cookie) => matches(cookie, filter));
  }

  async set(details: CookiesSetDetails): Promise<void> {
    const { url: address, name = '', value = '', domain = '', path = '', httpOnly = false, expirationDate } = details;
    if (typeof address !== 'string') throw new Error("Missing required option 'url'");
    const sameSite = details.sameSite ?? 'lax';
    if (!Object.hasOwn(devToolsSameSites, sameSite))
      throw new Error(`Failed to convert '${sameSite}' to an appropriate cookie same site value`);
    const secure = details.secure ?? sameSite === 'no_restriction';
    const url = URL.parse(address);
    if (!url) throw failed('The cookie was set with an invalid Domain attribute.');
    if (domain !== '' && !isOfDomain(url.hostname, domain)) throw failed('The cookie was set with an invalid Domain attribute.');
    const isHostPrefixed = /^__host-/i.test(name);
    const wrongPrefix = isHostPrefixed ? !secure || domain !== '' || path !== '/' : /^__secure-/i.test(name) && !secure;
    if (wrongPrefix) throw failed('The cookie was set with an invalid __Host- or __Secure- prefix.');
    if (Buffer.byteLength(name) + Buffer.byteLength(value) > maxNameAndValueBytes)
      throw failed('The cookie exceeded the name/value pair size limit.');
    if (sameSite === 'no_restriction' && !secure) throw failed('The cookie specified SameSite=None, but it was not Secure.');
    if (secure && url.protocol !== 'https:') throw failed('The cookie was Secure, but the URL was not allowed to access Secure cookies.');
    const devToolsSameSite = devToolsSameSites[sameSite];
    const cookie = {
      name,
      value,
      // DevTools takes every cookie of an https address for a secure one
      url: secure ? url.href : url.href.replace(/^https:/, 'http:'),
      secure,
      httpOnly,
      ...(domain !== '' && { domain: domain.startsWith('.') ? domain : `.${domain}` }),
      ...(path !== '' && { path }),
      ...(expirationDate !== undefined && { expires: expirationDate }),
      ...(devToolsSameSite && { sameSite: devToolsSameSite }),
    };
    const browser = await this.place.browser();
    try {
      await browser.send('Storage.setCookies', { cookies: [cookie], ...(await this.place.context()) });
    } catch {
      throw failed('The cookie was malformed and could not be stored');
    }
  }

  /** A session in memory has nothing to write. */
  flushStore(): Promise<void> {
    return Promise.resolve();
  }
}

const failed = (reason: string): Error => new Error(`Failed to set cookie - ${reason}`);

function asElectron(cookie: DevToolsCookie): ElectronCookie {
  const { name, value, domain, path, secure, httpOnly, session, expires, sameSite } = cookie;
  return {
    name,
    value,
    domain,
    hostOnly: !domain.startsWith('.'),
    path,
    secure,
    httpOnly,
    session,
    ...(!session && { expirationDate: expires }),
    sameSite: sameSite ? sameSites[sameSite] : 'unspecified',
  };
}

/** `MatchesCookie`. */
function matches(cookie: ElectronCookie, filter: CookiesGetFilter): boolean {
  if (filter.domain !== undefined && !isOfDomain(filter.domain, cookie.domain ?? '')) return false;
  for (const key of ['name', 'path', 'secure', 'session', 'httpOnly'] as const)
    if (filter[key] !== undefined && filter[key] !== cookie[key]) return false;
  return true;
}

/** Whether a host is in a cookie's domain: with a leading dot also below it. */
function isOfDomain(host: string, domain: string): boolean {
  const bare = domain.replace(/^\./, '').toLowerCase();
  const name = host.replace(/^\./, '').toLowerCase();
  return name === bare || name.endsWith(`.${bare}`);
}

/** Whether a cookie goes with a request to an address: by its domain, path and whether it wants TLS (RFC 6265, 5.4). */
function goesWith(cookie: { domain: string; path: string; secure: boolean }, url: URL): boolean {
  const domain = cookie.domain.toLowerCase();
  const hostFits = domain.startsWith('.') ? `.${url.hostname}`.endsWith(domain) : url.hostname === domain;
  const folder = cookie.path.endsWith('/') ? cookie.path : `${cookie.path}/`;
  const pathFits = url.pathname === cookie.path || url.pathname.startsWith(folder);
  return hostFits && pathFits && (!cookie.secure || url.protocol === 'https:');
}
