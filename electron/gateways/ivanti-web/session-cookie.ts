import type { GatewayTarget } from '../gateway.ts';
import { ownPage } from '../gateway-pages.ts';
import type { LoadedPage } from '../sign-in-page.ts';

/** The name of the session cookie of an Ivanti gateway. */
export const sessionCookie = 'DSID';

/** All pages below this path are part of signing in or out. There the cookie may be a placeholder. */
const signInPath = /^\/+dana-na(\/|$)/i;

/**
 * The session of a page, or null. It counts on any page of the gateway that is not part of signing in, since each role may
 * land on a page of its own. The cookie must be the gateway's own: set by it without a domain.
 */
export function sessionOf({ url, cookies }: Pick<LoadedPage, 'url' | 'cookies'>, target: GatewayTarget): string | null {
  const page = ownPage(url, target);
  if (!page || signInPath.test(plainPath(page))) return null;
  return cookies.find(({ name, value, hostOnly }) => name === sessionCookie && hostOnly === true && isSession(value))?.value ?? null;
}

/** The path as a gateway reads it: `/%64ana-na/` is `/dana-na/`. A path that cannot be decoded counts as part of signing in. */
function plainPath({ pathname }: URL): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return '/dana-na/';
  }
}

/**
 * Whether a cookie's value is a session. Placeholders (`1`, `0`, `null`, `deleted`) are shorter. openconnect reads the value
 * as one line of at most 4096 bytes, so only the characters of such values are allowed.
 */
export function isSession(value: string): boolean {
  return /^[A-Za-z0-9_.~%+/=-]{16,4000}$/.test(value);
}
