import type { GatewayTarget } from '../gateway.ts';
import { ownPage } from '../gateway-pages.ts';

/** The cookie of a session on an Ivanti gateway. */
export const sessionCookie = 'DSID';

/** Whether the page is one that only who is signed in gets to: on the way there the cookie may be a placeholder. */
export function isSessionPage(address: string, target: GatewayTarget): boolean {
  return ownPage(address, target)?.pathname.startsWith('/dana/home/') ?? false;
}

/**
 * Whether the page is the one on which the gateway checks the computer. Where it only looks, it goes on from there by
 * itself or at a click of the person's.
 */
export function isHostCheckPage(address: string, target: GatewayTarget): boolean {
  return ownPage(address, target)?.searchParams.get('p') === 'preauth';
}

/**
 * Whether a cookie's value names a session: placeholders (`1`, `0`, `null`, `deleted`) are shorter. It goes to openconnect
 * in one line of 4096 bytes, so that nothing else may be in it than what such values are made of.
 */
export function isSession(value: string): boolean {
  return /^[A-Za-z0-9_.~%+/=-]{16,4000}$/.test(value);
}
