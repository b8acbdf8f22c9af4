/** The cookie that is the session's ticket. openconnect and the app's tunnel send it. */
export const sessionCookieName = 'DSID';

/** The placeholder that the gateway sets before anybody has signed in, as real gateways do. It is no session. */
export const placeholderCookie = `${sessionCookieName}=1; Path=/; Secure; HttpOnly`;

/**
 * The cookies of a session. As at a real gateway, they end when the browser closes, and only `DSID` is hidden from scripts.
 *
 * @param ticket the session's ticket
 * @param at epoch milliseconds
 */
export function startCookies(ticket: string, at: number): string[] {
  const seconds = Math.floor(at / 1000);
  return [
    `${sessionCookieName}=${ticket}; Path=/; Secure; HttpOnly`,
    `DSFirstAccess=${seconds}; Path=/; Secure`,
    `DSLastAccess=${seconds}; Path=/; Secure`,
    'DSSignInURL=/; Path=/; Secure',
  ];
}

/** Removes them. */
export const endCookies: readonly string[] = [sessionCookieName, 'DSFirstAccess', 'DSLastAccess'].map(
  (name) => `${name}=; Path=/; Secure; Max-Age=0`,
);
