import type { IncomingMessage } from 'node:http';

/** A cookie of this name, if the visitor sent one. */
export function readCookie(request: IncomingMessage, name: string): string | null {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const separator = pair.indexOf('=');
    if (separator > 0 && pair.slice(0, separator).trim() === name) return pair.slice(separator + 1).trim();
  }
  return null;
}

/**
 * A session cookie, gone when the browser closes. Names begin with `__Host-`: the browser then insists
 * on Secure, on this very host and on the whole site (RFC 6265bis, 4.1.3.2).
 */
export function sessionCookie(name: `__Host-${string}`, value: string): string {
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax`;
}
