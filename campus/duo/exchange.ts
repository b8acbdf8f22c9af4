import type { Now } from '../clock.ts';
import { OneTimeTokens } from '../one-time-tokens.ts';

/** A request of the identity provider: ask this person for a second factor, and send them back. */
export interface DuoRequest {
  readonly userId: string;
  readonly returnTo: URL;
  /** Returned unchanged with the answer. */
  readonly state: string;
}

/** What the identity provider and Duo's page pass to each other directly; the browser carries only tokens, which work once. */
export interface DuoExchange {
  /** The address of Duo's page for a request. */
  start(request: DuoRequest): URL;
  /** The request of such an address. Null if the address is unknown, used or too old. */
  take(token: string): DuoRequest | null;
  /** The address that leads back, after the person proved their second factor. */
  finish(request: DuoRequest): URL;
  /** The person who proved it, by the token in the address. Null if that is unknown, used, too old, or for another state. */
  redeem(code: string, state: string): string | null;
}

export const promptPath = '/frame/v4/auth';
export const requestParameter = 'tx';

/** How long a browser may take from one site to the other. */
const onTheWayMs = 60_000;

export function createDuoExchange(now: Now, duoOrigin: string): DuoExchange {
  const requests = new OneTimeTokens<DuoRequest>(now, onTheWayMs);
  const codes = new OneTimeTokens<DuoRequest>(now, onTheWayMs);
  return {
    start(request) {
      const address = new URL(promptPath, duoOrigin);
      address.searchParams.set(requestParameter, requests.mint(request).token);
      return address;
    },
    take: (token) => requests.redeem(token),
    finish(request) {
      const address = new URL(request.returnTo);
      address.searchParams.set('state', request.state);
      address.searchParams.set('duo_code', codes.mint(request).token);
      return address;
    },
    redeem(code, state) {
      const request = codes.redeem(code);
      return request?.state === state ? request.userId : null;
    },
  };
}
