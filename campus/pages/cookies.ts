import type { Visit } from './listener.ts';
import { getCookie } from 'hono/cookie';

/** A cookie of this name, if the visitor sent one. */
export const readCookie = (visit: Visit, name: string): string | null => getCookie(visit, name) ?? null;

/**
 * A session cookie, gone when the browser closes. Names begin with `__Host-`: the browser then insists
 * on Secure, on this very host and on the whole site (RFC 6265bis, 4.1.3.2).
 */
export const sessionCookie = (name: `__Host-${string}`, value: string): string =>
  `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax`;
