import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Html } from './html.ts';

export type Reply = Response;
export type Answer = Reply | Promise<Reply>;

const withCookies = (headers: Record<string, string>, cookies: readonly string[]): Headers => {
  const all = new Headers(headers);
  for (const cookie of cookies) all.append('Set-Cookie', cookie);
  return all;
};

/** A page, with status 200 by default. */
export function page(body: Html, status = 200, cookies: string[] = []): Reply {
  return new Response(body.text, { status, headers: withCookies({ 'Content-Type': 'text/html; charset=utf-8' }, cookies) });
}

/** See Other, the answer to every POST that did something. Only for paths of the same site. */
export function redirect(to: string, cookies: string[] = []): Reply {
  return new Response(null, { status: 303, headers: withCookies({ Location: to }, cookies) });
}

/** See Other, to a page of another site of the campus. The form that led here must name that site in its policy. */
export function leave(address: URL, cookies: string[] = []): Reply {
  return new Response(null, { status: 303, headers: withCookies({ Location: address.href }, cookies) });
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

/** A shared file of the pages. */
export function asset(type: string, body: string): Reply {
  return new Response(body, { headers: { 'Content-Type': type } });
}

const heartbeatMs = 15_000;

/** Server-sent events: the feed writes until the signal aborts. */
export function events(c: Context, feed: (send: (event: string) => void, signal: AbortSignal) => Promise<void>): Reply {
  return streamSSE(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    await stream.write('retry: 2000\n\n');
    const heartbeat = setInterval(() => void stream.write(':\n\n'), heartbeatMs);
    try {
      await feed((event) => void stream.writeSSE({ event, data: '' }), gone.signal);
    } finally {
      clearInterval(heartbeat);
    }
  });
}

/** A year in seconds: how long a browser insists on HTTPS, and caches an asset whose address contains its digest. */
export const yearSeconds = 31_536_000;

/**
 * The content policy of a site. Browsers apply `form-action` to the redirects after a form too, so it must name every
 * origin that a form of the site may lead to.
 */
const contentPolicy = (formTargets: readonly string[]): string =>
  [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    ["form-action 'self'", ...formTargets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');

/**
 * On every answer: no inline script or style, no framing, no sniffing, no referrer, no caching. `formTargets`
 * are the other origins that forms may lead to.
 */
export const safetyHeaders = (formTargets: readonly string[] = []): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': contentPolicy(formTargets),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  'Cache-Control': 'no-store',
});

/**
 * The campus's own names are for HTTPS only. `localhost` and similar names are not, because other programs on this
 * computer use them too: a browser that trusts our authority would insist on HTTPS for all of them.
 */
export const isOurName = (host = ''): boolean => /(^|\.)campus\.test(:\d+)?$/i.test(host);
