import { languageSwitch, speechFor } from './languages.ts';
import { draw, type Draft, type Look } from './layout.ts';
import { page, type Reply } from './reply.ts';
import type { Visit } from './site.ts';

/** What a page says; the rest of it depends on the site and the visitor. */
export interface PageDraft extends Omit<Draft, 'now' | 'speech' | 'languages'> {
  /** The page can be seen only once. It has no choice of languages, which would open it again. */
  once?: boolean;
}

/** A page in the visitor's language, with the choice of the others. */
export function drawPage(
  { look, now }: { look: Look; now: () => number },
  visit: Visit,
  { once = false, ...draft }: PageDraft,
  status = 200,
  cookies: string[] = [],
): Reply {
  const speech = speechFor(visit);
  const languages = once ? {} : { languages: languageSwitch(visit, speech) };
  return page(draw(look, { ...draft, ...languages, speech, now: now() }), status, cookies);
}
