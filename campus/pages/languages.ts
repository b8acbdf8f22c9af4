import type { MiddlewareHandler } from 'hono';
import { setCookie } from 'hono/cookie';
import { languageDetector } from 'hono/language';
import { html, type Html } from './html.ts';
import type { Visit } from './listener.ts';
import { isOurName, yearSeconds } from './reply.ts';
import { allWords, english, wordsOf, type Words } from './words/words.ts';

const parameter = 'lang';
const cookieName = 'lang';

/** Finds each visitor's language: the one that the page's switch names, the one chosen before, or the browser's. */
const detect = languageDetector({
  lookupQueryString: parameter,
  lookupCookie: cookieName,
  supportedLanguages: allWords.map(({ language }) => language),
  fallbackLanguage: english.language,
  // Chrome and Windows name regions (zh-HK, zh-TW). The campus has one Chinese
  convertDetectedLanguage: (language) => (/^zh\b/i.test(language) ? 'zh-Hant' : language),
  caches: false,
});

/** Keeps a chosen language, for all sites of the campus. */
const keepChoice: MiddlewareHandler = async (visit, next) => {
  await next();
  const chosen = visit.req.query(parameter);
  if (chosen !== undefined && allWords.some(({ language }) => language === chosen)) {
    const domain = isOurName(visit.req.header('host')) ? { domain: 'campus.test' } : {};
    setCookie(visit, cookieName, chosen, { ...domain, path: '/', secure: true, sameSite: 'Lax', maxAge: yearSeconds });
  }
};

/** The middleware of a site whose pages are in the campus's languages. */
export const languages: readonly MiddlewareHandler[] = [detect, keepChoice];

/** The texts for this visitor. */
export const wordsFor = (visit: Visit): Words => wordsOf(visit.get('language'));

/** Links to the same page in the other languages. */
export function languageSwitch(visit: Visit): Html {
  const current = wordsFor(visit);
  const links = allWords.map(({ language, name }) => {
    const address = new URL(visit.req.url);
    address.searchParams.set(parameter, language);
    const isCurrent = language === current.language;
    return html`<a
      href="${address.pathname}${address.search}"
      lang="${language}"
      hreflang="${language}"
      ${isCurrent && html`aria-current="true"`}
      >${name}</a
    >`;
  });
  return html`<nav class="languages" aria-label="${current.layout.languages}">${links}</nav>`;
}
