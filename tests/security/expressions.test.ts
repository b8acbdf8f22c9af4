import path from 'node:path';
import vm from 'node:vm';
import { describe, expect, test } from 'vitest';
import { duoMenu } from '../../electron/gateways/openconnect/conversation/duo.ts';
import { startOfPage } from '../../electron/gateways/openconnect/web/saml-page.ts';
import { expressionsIn, hostileTexts, madeAtRunTime, makesOne, type Expression } from '../support/expressions.ts';

/**
 * Checks every shipped regular expression against text made to be slow for it. Gateways, profiles, portal pages, links and
 * requests to the campus can all contain such text. The search finds new expressions in the source by itself.
 */
const root = path.join(import.meta.dirname, '..', '..');
const rooms = ['shared', 'electron', 'renderer', 'campus'];
const expressions = expressionsIn(root, rooms);

const isLong = process.env['CAUSEWAY_LONG'] !== undefined;

/** The longest text that is read at once: a profile (`maxProfileBytes`), twice as long as a form. */
const longest = 64 * 1024;
/** A linear expression takes a millisecond, a little more on a busy machine. One that backtracks at every character takes seconds. */
const withinMs = 1_000;

/** Expressions that only ever see a shorter text, and why. */
const shorter: Readonly<Record<string, { length: number; because: string }>> = {};

describe('regular expressions on text that others write', () => {
  test.each(expressions.map((each) => [each.place, each] as const))(
    'no hostile text keeps the expression at %s busy',
    (_place, expression) => {
      // A busy computer may interrupt it once or twice; a slow expression is late every time
      expect(tooSlow(expression) && tooSlow(expression) && tooSlow(expression)).toBeNull();
    },
  );

  test('the search finds every shipped expression, and none that is made at run time', () => {
    for (const room of [
      'electron/gateways/',
      'electron/net/',
      'electron/app/',
      'electron/desktop/',
      'electron/helper/',
      'electron/cli/',
      'electron/tunnels/',
      'shared/profile.ts:',
      'renderer/',
      'campus/',
    ])
      expect(
        expressions.some(({ place }) => place.startsWith(room)),
        room,
      ).toBe(true);
    expect(madeAtRunTime(root, rooms)).toEqual([]);
    expect(Object.keys(shorter).filter((literal) => !expressions.some((each) => each.literal === literal))).toEqual([]);
  });

  test('the search recognizes every way to make an expression at run time', () => {
    for (const source of [
      "new RegExp('(a+)+$')",
      "RegExp('(a+)+$').test(text)",
      'const Made = RegExp; new Made(text)',
      'new globalThis.RegExp(text)',
      "Reflect.construct(globalThis['RegExp'], [text])",
      "text.match('(a+)+$')",
      'text.matchAll(`(a+)+$`)',
      'text.search(imported)',
    ])
      expect(makesOne(source), source).toBe(true);
    for (const source of ['const a: RegExp = /a/', 'text.match(/a/)', 'a instanceof RegExp', 'new URL(text).search'])
      expect(makesOne(source), source).toBe(false);
  });

  test('the check recognizes a slow expression wherever its slow part is', () => {
    // Each takes the whole second that it may
    const slow = [
      '/^\\s*(\\d{1,2})[.):]\\s*(.{1,200}?)\\s*$/',
      '/^(a+)+$/',
      '/x*y/',
      '/^.*?(\\w+\\s?)*:$/',
      '/\\s+$/',
      '/^(\\w+\\s?)*$/',
      '/(.*)*x$/',
      '/^(a|aa)+$/',
      '/^(?:[a-z0-9]+-?)+\\.test$/i',
      '/(x+)\\1+y/',
      '/^(?=.*a.*b.*c)/m',
      '/(?<=a+)c/',
      '/<a[^>]*href=[^>]*>/',
      '/^(?<name>[\\p{L}]+[ ]*)+$/u',
      '/(?:\\d+,?)+;/',
      '/a{1,20000}b/',
      '/\\d+\\.\\d+\\.\\d+$/',
    ];
    for (const literal of isLong ? slow : slow.filter((_literal, index) => index % 4 === 0))
      expect(tooSlow({ place: 'here', literal }), literal).not.toBeNull();
  });
});

test('a menu of blanks and a page of unfinished forms are read correctly and quickly', () => {
  const begun = performance.now();
  for (const blanks of [' '.repeat(8_000), ' '.repeat(20_000)])
    for (const text of [`1.${blanks}\u2028x`, `1. Duo Push to${blanks}\u2028x`, `1.${blanks}Duo Push to phone`])
      expect(duoMenu(text)).toBeNull();
  expect(duoMenu(`1.${' '.repeat(8_000)}x\n 2. Duo Push to XXX-1234 \n`)).toEqual([
    { id: '2', name: 'XXX-1234', methods: ['push', 'passcode'] },
  ]);
  const page = (html: string) => startOfPage(`data:text/html;base64,${Buffer.from(html).toString('base64')}`);
  expect(page('<form action='.repeat(3_500))).toBeNull();
  expect(page('<form id="a" method="POST" action="https://idp.test/sso">')).toBe('idp.test');
  expect(performance.now() - begun).toBeLessThan(withinMs);
});

/** The start of a text that takes an expression too long, or null. V8 checks the time limit while it backtracks. */
function tooSlow({ place, literal }: Expression): string | null {
  const run = new vm.Script(`for (const text of texts) { at.text = text; ${literal}.test(text); text.replace(${literal}, ''); }`);
  const at = { text: '' };
  const texts = hostileTexts({ place, literal }, shorter[literal]?.length ?? longest);
  for (const text of texts) {
    try {
      run.runInNewContext({ texts: [text], at }, { timeout: withinMs });
    } catch (error) {
      // From another realm, so `instanceof` does not work
      if (isLate(error)) return `${JSON.stringify(text.slice(0, 60))}… ${JSON.stringify(text.slice(-10))}`;
      throw error;
    }
  }
  return null;
}

const isLate = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
