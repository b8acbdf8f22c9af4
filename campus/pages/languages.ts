import type { MiddlewareHandler } from 'hono';
import { setCookie } from 'hono/cookie';
import { parseAccept } from 'hono/utils/accept';
import { chooseLanguage, languages, type Language } from '../../shared/messages/languages.ts';
import { readCookie } from './cookies.ts';
import { html, type Html } from './html.ts';
import type { Visit } from './site.ts';
import { isOurName, yearSeconds } from './reply.ts';
import { Speech } from './speech.ts';
import { switchedLanguages } from './words/words.ts';

const parameter = 'lang';
const cookieName = 'lang';
/** More languages than anybody reads. A browser's header may name thousands. */
const mostTags = 20;

const ourLanguage = (text: string | null | undefined): Language | undefined => languages.find((language) => language === text);

/** The language that the page's switch asks for in this very request. */
const chosenNow = (visit: Visit): Language | undefined => ourLanguage(visit.req.query(parameter));

/** Whether this request only shows the same page in another language. */
export const switchesLanguage = (visit: Visit): boolean => chosenNow(visit) !== undefined;

/** The language for this visitor: the one that the page's switch names, the one chosen before, or the browser's. */
export function speechFor(visit: Visit): Speech {
  const accepted = parseAccept(visit.req.header('accept-language') ?? '').filter(({ q }) => q > 0);
  const tags = accepted.slice(0, mostTags).map(({ type }) => type);
  return new Speech(chooseLanguage(chosenNow(visit) ?? ourLanguage(readCookie(visit, cookieName)) ?? 'system', tags));
}

/** Keeps a chosen language, for all sites of the campus. */
export const keepLanguage: MiddlewareHandler = async (visit, next) => {
  await next();
  const chosen = ourLanguage(visit.req.query(parameter));
  if (chosen === undefined) return;
  const domain = isOurName(visit.req.header('host')) ? { domain: 'campus.test' } : {};
  setCookie(visit, cookieName, chosen, { ...domain, path: '/', secure: true, sameSite: 'Lax', maxAge: yearSeconds });
};

/** Links to the same page in the other languages. */
export function languageSwitch(visit: Visit, speech: Speech): Html {
  const links = switchedLanguages.map(({ language, name }) => {
    const address = new URL(visit.req.url);
    address.searchParams.set(parameter, language);
    return html`<a
      href="${address.search}"
      lang="${language}"
      hreflang="${language}"
      ${language === speech.language && html`aria-current="true"`}
      >${name}</a
    >`;
  });
  return html`<nav class="languages" aria-label="${speech.words.layout.languages}">${links}</nav>`;
}
