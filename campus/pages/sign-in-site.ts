import { html } from './html.ts';
import { speechFor } from './languages.ts';
import { newSite, type Site, type Visit } from './listener.ts';
import type { Reply } from './reply.ts';
import { drawPage, type PageDraft } from './site-page.ts';
import type { Words } from './words/words.ts';

/** A site of the page-based sign-in. */
export interface SignInSite {
  readonly router: Site;
  /** Draws a page in the visitor's language. */
  readonly show: (visit: Visit, page: SignInPage, status?: number, cookies?: string[]) => Reply;
  /** The page for a sign-in that cannot go on. */
  readonly over: (visit: Visit) => Reply;
}

export type SignInPage = Omit<PageDraft, 'visitor'>;

export interface SignInSiteOptions {
  now: () => number;
  /** The site's origin, for the pages' foot. */
  origin: string;
  /** The site's name on its pages. */
  service: (words: Words) => string;
  /** The other origins that forms of this site lead to. */
  formTargets: readonly string[];
  /** Where a sign-in starts. */
  start: string;
}

export function newSignInSite({ now, origin, service, formTargets, start }: SignInSiteOptions): SignInSite {
  const look = { service, address: origin };
  const show: SignInSite['show'] = (visit, draft, status, cookies) => drawPage({ look, now }, visit, draft, status, cookies);
  const problem = (visit: Visit, status: number): Reply => {
    const { trouble, errors } = speechFor(visit).words;
    const { title, text } = status === 500 ? errors[500] : trouble;
    const body = html`<h1>${title}</h1>
      <p>${text}</p>
      <p><a class="button" href="${start}">${trouble.startAgain}</a></p>`;
    return show(visit, { title, body }, status);
  };
  return {
    router: newSite({ look, now, formTargets, excuse: (_failure, status, visit) => problem(visit, status) }),
    show,
    over: (visit) => problem(visit, 400),
  };
}
