import type { ServerResponse } from 'node:http';
import type { Html } from './html.ts';

/** What a handler answers with. Handlers never touch the response: headers and their safety are in one place. */
export type Reply =
  | { kind: 'page'; status: number; body: Html; cookies?: string[] }
  | { kind: 'redirect'; to: string; cookies?: string[] }
  | { kind: 'json'; status: number; body: unknown; headers?: Record<string, string> }
  | { kind: 'asset'; type: string; body: string }
  /** Server-sent events: the feed writes until the signal aborts. */
  | { kind: 'events'; feed: (send: (event: string) => void, signal: AbortSignal) => Promise<void> };

export type Answer = Reply | Promise<Reply>;

/** A page, 200 unless it says otherwise. */
export function page(body: Html, status = 200, cookies: string[] = []): Reply {
  return { kind: 'page', status, body, cookies };
}

/** See Other: what every POST that did something answers with. Only paths of the same site. */
export function redirect(to: string, cookies: string[] = []): Reply {
  return { kind: 'redirect', to, cookies };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return { kind: 'json', status, body, headers };
}

/** A year, in seconds: how long a browser insists on HTTPS, and keeps an asset whose address carries its digest. */
const yearSeconds = 31_536_000;

const contentPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** On every answer: no inline script or style, no framing, no sniffing, no referrer, nothing kept in caches. */
const safetyHeaders = {
  'Content-Security-Policy': contentPolicy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  'Cache-Control': 'no-store',
} as const;

/**
 * The campus's own names are for HTTPS only. Not `localhost` and its like, which others on this computer use as well:
 * the browser of who trusts our authority would insist on HTTPS with all of them.
 */
const isOurName = (host = ''): boolean => /(^|\.)campus\.test(:\d+)?$/i.test(host);

const heartbeatMs = 15_000;

/** Writes a reply out. Resolves when it is written; an event feed, when its signal aborted. */
export async function send(reply: Reply, response: ServerResponse, signal: AbortSignal): Promise<void> {
  for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value);
  if (isOurName(response.req.headers.host)) response.setHeader('Strict-Transport-Security', `max-age=${yearSeconds}`);
  switch (reply.kind) {
    case 'page':
      if (reply.cookies?.length) response.setHeader('Set-Cookie', reply.cookies);
      response.writeHead(reply.status, { 'Content-Type': 'text/html; charset=utf-8' }).end(reply.body.text);
      return;
    case 'redirect':
      if (reply.cookies?.length) response.setHeader('Set-Cookie', reply.cookies);
      response.writeHead(303, { Location: reply.to }).end();
      return;
    case 'json':
      response.writeHead(reply.status, { 'Content-Type': 'application/json', ...reply.headers }).end(JSON.stringify(reply.body));
      return;
    case 'asset':
      response.writeHead(200, { 'Content-Type': reply.type, 'Cache-Control': `public, max-age=${yearSeconds}, immutable` }).end(reply.body);
      return;
    case 'events': {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('retry: 2000\n\n');
      const heartbeat = setInterval(() => response.write(':\n\n'), heartbeatMs);
      try {
        await reply.feed((event) => response.write(`event: ${event}\ndata:\n\n`), signal);
      } finally {
        clearInterval(heartbeat);
        response.end();
      }
    }
  }
}
