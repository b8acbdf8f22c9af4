import { afterEach, beforeEach, expect } from 'vitest';
import type { CampusOptions } from '../../../campus/campus.ts';
import { mei } from './campus-services.ts';
import { openPagesCampus, type PagesCampus } from './pages-campus.ts';
import type { Shown, Visitor } from './visitor.ts';

/** The answers to Duo's last question. */
export const answers = { yes: 'Yes, this is my device', no: 'No, other people use this device' } as const;

/** A page-based campus for each test of a file. */
export function pagesBench() {
  let at: PagesCampus;
  beforeEach(async () => {
    at = await openPagesCampus();
  });
  afterEach(() => at.close());
  return {
    get at() {
      return at;
    },
    /** The campus again, with these options. */
    async reopen(options: CampusOptions): Promise<void> {
      await at.close();
      at = await openPagesCampus(options);
    },
    /** Signs in with a push and stays on the gateway's first page after it. */
    async signIn(browser: Visitor, person = mei, answer: string = answers.no): Promise<Shown> {
      await at.enter(browser, person);
      expect(await at.approve(person.phone)).toBe(true);
      return at.goOn(browser, await browser.get(`${at.hostOf('duo')}/frame/v4/push`), answer);
    },
    /** How many pushes wait on a phone. */
    waiting: (phone: string): number => at.campus.services.factors.waiting(phone).length,
  };
}

/** The value of a page's input. */
export function valueOf({ html }: Shown, name: string): string {
  const input = (html.match(/<input\b[^>]*>/gs) ?? []).find((markup) => new RegExp(`\\sname="${name}"`).test(markup));
  return /\svalue="([^"]*)"/.exec(input ?? '')?.[1] ?? '';
}

/** What ADFS's form says is wrong. */
export const errorIn = ({ html }: Shown): string =>
  (/<span id="errorText"[^>]*>([^<]*)<\/span>/.exec(html)?.[1] ?? 'no such element').replaceAll('&quot;', '"');
