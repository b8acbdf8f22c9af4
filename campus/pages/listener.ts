import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { CausewayError, failureOf, type Failure } from '../../shared/failure.ts';
import { isOwnTrouble } from '../own-trouble.ts';
import { asset } from './assets.ts';
import { sentence } from './failures.ts';
import { html } from './html.ts';
import { draw, type Look } from './layout.ts';
import { Refusal } from './refusal.ts';
import { page, send, type Reply } from './reply.ts';
import type { Router } from './router.ts';
import type { Visit } from './visit.ts';

type ErrorStatus = Refusal['status'] | 500;

/** An answer of a site's own to what went wrong; null leaves it to the page that every site has for it. */
export type Excuse = (failure: Failure, status: ErrorStatus, visit: Visit) => Reply | null;

/**
 * A site as a plain request listener: finds the handler, sends its reply with the safety headers, and
 * answers whatever goes wrong with a page of the same look. GET and POST only.
 */
export function createListener(site: { router: Router; look: Look; now: () => number; excuse?: Excuse }): RequestListener {
  return (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    answer(site, request, response, gone.signal).catch((error: unknown) => {
      // The connection broke while the answer was being written: nobody is left to tell
      console.error(`${site.look.service} could not answer:`, error);
      response.destroy();
    });
  };
}

type Site = Parameters<typeof createListener>[0];

async function answer(site: Site, request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const address = parseAddress(request.url ?? '');
  const visit: Visit = {
    request,
    path: address?.pathname ?? '',
    query: address?.searchParams ?? new URLSearchParams(),
    params: {},
    signal,
  };
  let reply: Reply;
  try {
    reply = await route(site, visit);
  } catch (error) {
    if (signal.aborted) return;
    reply = excuse(site, error, visit);
  }
  // A body that was refused half-way is not read to its end: the connection goes with it
  if (!request.complete) response.setHeader('Connection', 'close');
  if (!signal.aborted) await send(reply, response, signal);
}

/** The path and query of a request line; null when there is nothing to make of it. */
function parseAddress(target: string): URL | null {
  const address = `https://campus.invalid${target}`;
  return target.startsWith('/') && URL.canParse(address) ? new URL(address) : null;
}

async function route(site: Site, visit: Visit): Promise<Reply> {
  const { method } = visit.request;
  if (method !== 'GET' && method !== 'POST') throw new Refusal(405, 'GET and POST only');
  const found = method === 'GET' ? asset(visit.path) : null;
  if (found) return found;
  const match = site.router.match(method, visit.path);
  if (match === 'unknown-path') throw new Refusal(404, 'no such page');
  if (match === 'wrong-method') throw new Refusal(405, 'not with this method');
  return await match.handler({ ...visit, params: match.params });
}

function excuse(site: Site, error: unknown, visit: Visit): Reply {
  const failure = failureOf(error);
  const status = error instanceof Refusal ? error.status : isOwnTrouble(failure) ? 500 : 400;
  if (status === 500) console.error(`${site.look.service} failed at ${visit.path}:`, error);
  const own = site.excuse?.(failure, status, visit);
  if (own) return own;
  const inWords = error instanceof CausewayError && !(error instanceof Refusal);
  const [title, text] = inWords ? ['That did not work', sentence(failure, site.now())] : refusals[status];
  return errorPage(site, status, title, text);
}

const refusals: Record<ErrorStatus, readonly [title: string, text: string]> = {
  400: ['That did not reach us in one piece', 'Please go back and try again.'],
  403: ['This form is no longer good', 'It was opened too long ago, or in another window. Please start again from the first page.'],
  404: ['There is no such page', 'The address may be mistyped, or what it led to is gone.'],
  405: ['That is not how this page works', 'Please start again from the first page.'],
  413: ['That is too large', 'Please go back and send something smaller.'],
  500: ['Something went wrong here', 'It is not your fault. Please try again; if it stays, tell the help desk.'],
};

function errorPage(site: Site, status: ErrorStatus, title: string, text: string): Reply {
  const body = html`<h1>${title}</h1>
    <p>${text}</p>
    <p><a class="button" href="/">Go to the first page</a></p>`;
  return page(draw(site.look, { title, body, now: site.now() }), status);
}
