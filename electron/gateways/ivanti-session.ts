import { sameHost } from '../trust/host.ts';
import type { GatewayTarget } from './gateway.ts';

/** The cookie of a session on an Ivanti gateway. */
export const sessionCookie = 'DSID';

/** Whether the page is one that only who is signed in gets to: on the way there the cookie may be a placeholder. */
export function isSessionPage(address: string, { host, port }: GatewayTarget): boolean {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' || !sameHost(url.hostname, host)) return false;
  return (url.port === '' ? 443 : Number(url.port)) === port && url.pathname.startsWith('/dana/home/');
}

/**
 * Whether a cookie's value names a session: placeholders (`1`, `0`, `null`, `deleted`) are shorter. It goes to openconnect
 * in one line of 4096 bytes, so that nothing else may be in it than what such values are made of.
 */
export function isSession(value: string): boolean {
  return /^[A-Za-z0-9_.~%+/=-]{16,4000}$/.test(value);
}
