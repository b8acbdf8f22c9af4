import { html } from './html.ts';
import { languages, languageSwitch, wordsFor } from './languages.ts';
import { draw, type Draft } from './layout.ts';
import { newSite, type Site, type Visit } from './listener.ts';
import { page, type Reply } from './reply.ts';
import type { Words } from './words/words.ts';

/** A site of the page-based sign-in: its pages are in the campus's languages. */
export interface SignInSite {
  readonly router: Site;
  /** Draws a page in the visitor's language. */
  readonly show: (visit: Visit, page: SignInPage, status?: number, cookies?: string[]) => Reply;
  /** The page for a sign-in that cannot go on. */
  readonly over: (visit: Visit) => Reply;
}

export type SignInPage = Omit<Draft, 'now' | 'words' | 'visitor'>;

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
  const show: SignInSite['show'] = (visit, draft, status, cookies) => {
    const words = wordsFor(visit);
    const look = { service: service(words), address: origin };
    return page(draw(look, { ...draft, words, now: now(), visitor: languageSwitch(visit) }), status, cookies);
  };
  const problem = (visit: Visit, title: string, text: string, status: number): Reply => {
    const { trouble } = wordsFor(visit);
    const body = html`<h1>${title}</h1>
      <p>${text}</p>
      <p><a class="button" href="${start}">${trouble.startAgain}</a></p>`;
    return show(visit, { title, body }, status);
  };
  const router = newSite({
    look: { service: origin },
    now,
    formTargets,
    excuse: (_failure, status, visit) => {
      const { trouble } = wordsFor(visit);
      return status === 500
        ? problem(visit, trouble.failedTitle, trouble.failed, status)
        : problem(visit, trouble.title, trouble.text, status);
    },
  });
  for (const language of languages) router.use(language);
  return {
    router,
    show,
    over: (visit) => {
      const { trouble } = wordsFor(visit);
      return problem(visit, trouble.title, trouble.text, 400);
    },
  };
}
