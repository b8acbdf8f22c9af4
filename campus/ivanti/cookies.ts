/** The cookie that is the session: openconnect and the app's tunnel come with it. */
export const sessionCookieName = 'DSID';

/** What the gateway sets before anybody is signed in, as real ones do: no session. */
export const placeholderCookie = `${sessionCookieName}=1; Path=/; Secure; HttpOnly`;

/**
 * The cookies of a session. As at a real gateway they go when the browser closes, and `DSID` alone is hidden from scripts.
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
