import type { Visit } from './site.ts';
import { getCookie } from 'hono/cookie';

/** The cookie with this name, if the visitor sent one. */
export const readCookie = (visit: Visit, name: string): string | null => getCookie(visit, name) ?? null;

/**
 * A session cookie, which ends with the browser. Its name begins with `__Host-`, so the browser insists on Secure, on
 * exactly this host and on the whole site (RFC 6265bis, 4.1.3.2).
 */
export const sessionCookie = (name: `__Host-${string}`, value: string): string =>
  `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax`;

/** The same, kept until a time (epoch milliseconds) also when the browser closes. */
export const lastingCookie = (name: `__Host-${string}`, value: string, expiresAt: number): string =>
  `${sessionCookie(name, value)}; Expires=${new Date(expiresAt).toUTCString()}`;
