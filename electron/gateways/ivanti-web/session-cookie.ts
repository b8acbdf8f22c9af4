import type { GatewayTarget } from '../gateway.ts';
import { ownPage } from '../gateway-pages.ts';

/** The name of the session cookie of an Ivanti gateway. */
export const sessionCookie = 'DSID';

/** Whether a page is for signed-in users only. Before that page the cookie may be a placeholder. */
export function isSessionPage(address: string, target: GatewayTarget): boolean {
  return ownPage(address, target)?.pathname.startsWith('/dana/home/') ?? false;
}

/**
 * Whether a page is the gateway's host check. If the check needs no program, the page goes on by itself or after a click.
 */
export function isHostCheckPage(address: string, target: GatewayTarget): boolean {
  return ownPage(address, target)?.searchParams.get('p') === 'preauth';
}

/**
 * Whether a cookie's value is a session. Placeholders (`1`, `0`, `null`, `deleted`) are shorter. openconnect reads the value
 * as one line of at most 4096 bytes, so only the characters of such values are allowed.
 */
export function isSession(value: string): boolean {
  return /^[A-Za-z0-9_.~%+/=-]{16,4000}$/.test(value);
}
