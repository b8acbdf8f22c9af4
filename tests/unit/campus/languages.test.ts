import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { html } from '../../../campus/pages/html.ts';
import { speechFor } from '../../../campus/pages/languages.ts';
import { listenerOf, newSite } from '../../../campus/pages/listener.ts';
import { page } from '../../../campus/pages/reply.ts';
import { allWords } from '../../../campus/pages/words/words.ts';
import { fetchIn } from '../../support/campus/quoted-names.ts';
import { serve, textOf, Visitor } from '../../support/campus/visitor.ts';

const noon = Date.UTC(2025, 10, 24, 12);

/** A site with a page that says a date, a time left and how many tries are left. */
let site: { origin: string; close: () => Promise<void> };
beforeAll(async () => {
  const router = newSite({ look: { service: () => 'Campus' }, now: () => noon });
  router.get('/date', (visit) => page(html`<p>${speechFor(visit).day(noon)}</p>`));
  router.get('/tries/:count', (visit) => {
    const speech = speechFor(visit);
    const count = Number(visit.req.param('count'));
    const tries = speech.say(speech.words.triesLeft, { count });
    return page(html`<p>${tries} ${speech.inMinutes(noon + count * 60_000, noon)}</p>`);
  });
  site = await serve(listenerOf(router));
});
afterAll(() => site.close());

describe('the language of a page', () => {
  test.each([
    ['zh-TW', 'zh-Hant-TW', '2025年11月24日'],
    ['zh-HK,zh;q=0.9,en;q=0.8', 'zh-Hant-HK', '2025年11月24日'],
    ['zh-MO', 'zh-Hant-MO', '2025年11月24日'],
    ['zh-CN', 'zh-Hant-MO', '2025年11月24日'],
    ['pt-PT,en', 'pt-PT', '24 de novembro de 2025'],
    ['en;q=0.1, pt-BR;q=0.9', 'pt-PT', '24 de novembro de 2025'],
    ['de, pt-MO', 'pt-PT', '24 de novembro de 2025'],
    ['de', 'en', '24 November 2025'],
    ['en-US', 'en-US', 'November 24, 2025'],
    ['*', 'en', '24 November 2025'],
    ['en;q=0, pt', 'pt-PT', '24 de novembro de 2025'],
    ['%%, zh-Hant-MO', 'zh-Hant-MO', '2025年11月24日'],
  ])('a browser that asks for “%s” gets pages in %s, with the date as %s', async (asked, locale, date) => {
    const visitor = new Visitor(site.origin, fetchIn(asked));
    expect(textOf(await visitor.get('/date'))).toBe(date);
    expect((await visitor.get('/nothing-here')).html).toContain(`<html lang="${locale}"`);
  });

  test('an unknown page is told in each language, with a choice of the others that does not leave the page', async () => {
    for (const [asked, words] of Object.entries(allWords)) {
      const lost = await new Visitor(site.origin, fetchIn(asked)).get(`${site.origin}//elsewhere.test/x?y=1`);
      expect(lost.status).toBe(404);
      expect(textOf(lost)).toContain(words.errors[404].text);
      expect(lost.html).toContain('href="?y=1&amp;lang=pt"');
    }
  });

  test('the choice of languages names each in its own language, and marks the one that is shown', async () => {
    const { html: text } = await new Visitor(site.origin, fetchIn('pt')).get('/nothing-here');
    const links = text
      .match(/<a\s[^>]*hreflang[^>]*>[^<]*/g)
      ?.map((link) => [/lang="([^"]*)"/.exec(link)?.[1], link.includes('aria-current'), link.split('>')[1]]);
    expect(links).toEqual([
      ['zh-Hant', false, '中文'],
      ['pt', true, 'Português'],
      ['en', false, 'English'],
    ]);
  });

  test.each([
    ['en', 1, 'One try is left. in a minute'],
    ['en', 3, '3 tries are left. in 3 minutes'],
    ['pt', 1, 'Resta uma tentativa. dentro de um minuto'],
    ['pt', 3, 'Restam 3 tentativas. dentro de 3 minutos'],
    ['zh-Hant', 1, '還可以嘗試 1 次。 1 分鐘後'],
  ])('in %s, the number %i has the form of its language', async (asked, count, said) => {
    expect(textOf(await new Visitor(site.origin, fetchIn(asked)).get(`/tries/${count}`))).toBe(said);
  });
});
