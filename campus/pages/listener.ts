import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { CausewayError, failureOf, type Failure } from '../../shared/failure.ts';
import { isInternalFailure } from '../internal-failure.ts';
import { asset, isAsset } from './assets.ts';
import { sentence } from './failures.ts';
import { html } from './html.ts';
import { keepLanguage, speechFor } from './languages.ts';
import type { Look } from './layout.ts';
import { Refusal } from './refusal.ts';
import { isOurName, safetyHeaders, yearSeconds, type Reply } from './reply.ts';
import type { Site, Visit } from './site.ts';
import { drawPage } from './site-page.ts';
import { allWords } from './words/words.ts';

export type { Site, Visit } from './site.ts';

type ErrorStatus = Refusal['status'] | 500;

/** A site's own answer to an error. Null leaves it to the page that every site has for it. */
export type Excuse = (failure: Failure, status: ErrorStatus, visit: Visit) => Reply | null;

interface SiteOptions {
  look: Look;
  now: () => number;
  excuse?: Excuse;
  /** Other origins of the campus that forms of this site may lead to. */
  formTargets?: readonly string[];
}

/**
 * A site without pages yet. Every answer has the safety headers, and every error is answered with a page in the same
 * style. GET and POST only.
 */
export function newSite(options: SiteOptions): Site {
  const site: Site = new Hono();
  const safety = Object.entries(safetyHeaders(options.formTargets));
  site.use(async (visit, next) => {
    await next();
    const { headers } = visit.res;
    for (const [name, value] of safety) headers.set(name, value);
    if (isAsset(visit.req.path)) headers.set('Cache-Control', `public, max-age=${yearSeconds}, immutable`);
    if (isOurName(visit.req.header('host'))) headers.set('Strict-Transport-Security', `max-age=${yearSeconds}`);
    // The rest of a refused body is not read, so the connection is closed
    if (!visit.env.incoming.complete) headers.set('Connection', 'close');
  });
  site.use(keepLanguage);
  site.use((visit, next) => {
    // Hono answers HEAD like GET
    if (visit.env.incoming.method === 'HEAD') throw new Refusal(405, 'GET and POST only');
    return next();
  });
  const onMethodNotAllowed = (): never => {
    throw new Refusal(405, 'not with this method');
  };
  site.use(methodNotAllowed({ app: site, onMethodNotAllowed }));
  site.get('/assets/*', (visit) => asset(visit.req.path) ?? visit.notFound());
  site.notFound((visit) => excuse(options, new Refusal(404, 'no such page'), visit));
  site.onError((error, visit) => excuse(options, error, visit));
  return site;
}

/** A site as a plain request listener. A malformed request line gets the page for unknown addresses. */
export function listenerOf(site: Site): RequestListener {
  const listener = getRequestListener(site.fetch, { overrideGlobalObjects: false });
  return (request, response) => {
    const target = request.url ?? '';
    if (!target.startsWith('/') || !URL.canParse(`https://campus.invalid${target}`)) request.url = '/:no-address';
    void listener(request, response);
  };
}

function excuse(site: SiteOptions, error: unknown, visit: Visit): Reply {
  const failure = failureOf(error);
  const status = error instanceof Refusal ? error.status : isInternalFailure(failure) ? 500 : 400;
  if (status === 500) console.error(`${site.look.service(allWords.en)} failed at ${visit.req.path}:`, error);
  const own = site.excuse?.(failure, status, visit);
  if (own) return own;
  const speech = speechFor(visit);
  const { errors } = speech.words;
  const inWords = error instanceof CausewayError && !(error instanceof Refusal);
  const { title, text } = inWords ? { title: errors.failed, text: sentence(speech, failure, site.now()) } : errors[status];
  const body = html`<h1>${title}</h1>
    <p>${text}</p>
    <p><a class="button" href="/">${errors.firstPage}</a></p>`;
  return drawPage(site, visit, { title, body }, status);
}
