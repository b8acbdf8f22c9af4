import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, PromptOf } from '../../../shared/prompt.ts';
import type { FormGateway, FormSpec, Input, Step } from '../../peers/gateways/form-gateway.ts';
import { signInForm } from '../../peers/gateways/form-gateway.ts';
import { answersOf, code, secret, sends, signInByForms } from '../../peers/form-sign-in.ts';
import {
  bothLibraries,
  credentials,
  failsWith,
  hasOurs,
  missingLibrary,
  passcode,
  person,
  startDriver,
  targetFor,
  type DriverBench,
  type Script,
} from '../../peers/openconnect-bench.ts';
import { startFamily, type FamilyGateway, type Reply } from '../../peers/gateways/other-families.ts';
import { awaitedLater } from '../../support/awaited-later.ts';

const mei = credentials('mei', 'pw');
const filled = ({ fields, selects }: PromptOf<'fields'>): Answer => {
  const values: Record<string, string> = {};
  fields.forEach(({ name }, index) => (values[name] = `value ${index}`));
  for (const { name } of selects) values[name] = '1';
  return { kind: 'fields', values };
};

/** Forms that no manual has. */
describe.skipIf(missingLibrary() !== null)('unusual forms', () => {
  let bench: DriverBench;
  let gateway: FormGateway | FamilyGateway | null = null;
  beforeAll(async () => {
    bench = await startDriver();
  });
  afterEach(() => gateway?.stop());
  afterAll(() => bench.driver.stop());

  const signIn = async (steps: readonly Step[], script: Script, by = bench) => {
    const run = await signInByForms(by.driver, steps, script);
    gateway = run.at;
    return run;
  };

  describe.each(bothLibraries)('of the XML kind, with %s OpenConnect', (_, path) => {
    let one: DriverBench;
    beforeAll(async () => {
      one = await startDriver({ library: { path } });
    });
    afterAll(() => one.driver.stop());
    const kinds: [string, (index: number) => Input][] = [
      ['text', (index) => ({ name: `f${index}`, label: `Question ${index}:` })],
      ['secrets', (index) => ({ type: 'password', name: `f${index}`, label: `Secret ${index}:` })],
    ];
    describe.each(kinds)('with %s', (kind, make) => {
      const form = (count: number): FormSpec => ({
        message: 'Tell us more.',
        inputs: Array.from({ length: count }, (_each, at) => make(at)),
      });

      test.each([1, 2, 50])(
        'a form of %i fields after the password has each field asked for and each value sent to its own field',
        async (count) => {
          const { at, who, session } = await signIn([signInForm, form(count), 'success'], { credentials: mei, fields: filled }, one);
          await session;
          const [, asked] = who.asked;
          expect(asked?.kind === 'fields' && asked.fields).toHaveLength(count);
          const wanted = Object.fromEntries(Array.from({ length: count }, (_each, index) => [`f${index}`, `value ${index}`]));
          expect(answersOf(at)).toEqual([{ username: 'mei', password: 'pw' }, wanted]);
          expect(JSON.stringify(asked)).toContain(kind === 'text' ? 'Question 0' : 'Secret 0');
        },
      );

      test.each([51, 500])('a form of %i fields ends the sign-in as gateway-protocol, and nothing more is sent', async (count) => {
        const { at, session } = await signIn([signInForm, form(count), 'success'], { credentials: mei }, one);
        await expect(session).rejects.toMatchObject(failsWith('gateway-protocol'));
        expect(sends(at)).toBe(1);
        expect(answersOf(at)).toHaveLength(1);
      });

      test.each([1, 50])('a first form of %i fields can be filled in', async (count) => {
        const script: Script = {
          fields: filled,
          credentials: ({ fields }) => ({
            kind: 'credentials',
            values: Object.fromEntries(fields.map(({ name }, index) => [name, `value ${index}`])),
          }),
        };
        const { at, session } = await signIn([form(count), 'success'], script, one);
        await session;
        expect(Object.keys(answersOf(at)[0] ?? {})).toHaveLength(count);
        expect(Object.values(answersOf(at)[0] ?? {})).toContain('value 0');
      });
    });

    test('50 hidden fields beside a visible one are returned unchanged', async () => {
      const hidden = Array.from({ length: 50 }, (_each, index): Input => ({ type: 'hidden', name: `h${index}`, value: `v${index}` }));
      const form: FormSpec = {
        message: 'Enter your verification code.',
        inputs: [...hidden, { type: 'password', name: 'code', label: 'Code:' }],
      };
      const { at, session } = await signIn([signInForm, form, 'success'], { credentials: mei, passcode: passcode('123456') }, one);
      await session;
      expect(answersOf(at)[1]).toMatchObject({ h0: 'v0', h49: 'v49', code: '123456' });
    });
  });

  describe('F5’s HTML forms', () => {
    const html = (body: string): Reply => ({ headers: { 'content-type': 'text/html' }, body: `<html><body>${body}</body></html>` });
    const done: Reply = {
      ...html('in'),
      headers: { 'set-cookie': ['MRHSession=0123456789abcdef; path=/; secure', 'F5_ST=1z1z1z1700000000z86400; path=/; secure'] },
    };
    const first =
      '<form id="auth_form" method="post" action="/my.policy"><input type="text" name="username"><input type="password" name="password"></form>';
    const begin = async (count: number, script: Script) => {
      const inputs = Array.from({ length: count }, (_each, index) => `<input type="text" name="f${index}">`);
      const at = await startFamily('f5', ({ path, form }) => {
        if (path !== '/my.policy' || form.size === 0) return form.size === 0 && path === '/my.policy' ? done : html(first);
        if (form.has('password')) return html(`<form id="more_form" method="post" action="/my.policy">${inputs.join('')}</form>`);
        return done;
      });
      gateway = at;
      const who = person(script);
      return { at, who, session: awaitedLater(bench.driver.signIn(targetFor(at.profile()), who.ask, new AbortController().signal)) };
    };

    test.each([1, 50])('an HTML form of %i fields has each field asked for and each value sent to its own field', async (count) => {
      const { at, session } = await begin(count, { credentials: mei, fields: filled });
      await session;
      const last = at.requests.filter(({ method }) => method === 'POST').at(-1)?.form;
      expect([...(last?.keys() ?? [])]).toHaveLength(count);
      expect(last?.get('f0')).toBe('value 0');
      expect(last?.get(`f${count - 1}`)).toBe(`value ${count - 1}`);
    });

    test('an HTML form of 51 fields ends the sign-in as gateway-protocol', async () => {
      const { at, session } = await begin(51, { credentials: mei });
      await expect(session).rejects.toMatchObject(failsWith('gateway-protocol'));
      expect(at.requests.filter(({ form }) => form.has('password'))).toHaveLength(1);
    });

    test.skipIf(!hasOurs)('an HTML form without fields is submitted automatically, and the password is sent once', async () => {
      const { at, session, who } = await begin(0, { credentials: mei });
      await session.catch(() => undefined);
      expect(at.requests.filter(({ form }) => form.has('password'))).toHaveLength(1);
      expect(JSON.stringify(who.asked)).not.toContain('failure');
    });
  });

  const mark = (text: string) => `\u202e\u200f${text}\u2066`;
  const labels: [what: string, label: string, shown: string | undefined][] = [
    ['of 2,000 letters', 'L'.repeat(2_000), 'L'.repeat(200)],
    ['of 2,000 colons', ':'.repeat(2_000), undefined],
    ['of blanks only', ' \t\u00a0\u3000 ', undefined],
    ['of marks that turn text around only', '\u200f\u202e\u2067', undefined],
    ['with such marks in it', mark('Pet name:'), 'Pet name'],
    ['with a full-width colon', '寵物名字：', '寵物名字'],
  ];
  test.each(labels)('a label %s is shown within bounds, and its field is asked for', async (_what, label, shown) => {
    const { at, who, session } = await signIn([signInForm, secret(label, 'What was it?'), 'success'], { credentials: mei, fields: filled });
    await session;
    const [, asked] = who.asked;
    const [field] = asked?.kind === 'fields' ? asked.fields : [];
    expect(field?.label === '' ? undefined : field?.label).toBe(shown ?? 'Secret');
    expect(answersOf(at)[1]).toEqual({ secret: 'value 0' });
  });

  test.each([
    ['of 2,000 letters', 'M'.repeat(2_000)],
    ['of marks that turn text around', mark('Enter what you know.')],
    ['of blanks only', ' \t\u3000 '],
  ])('a message %s is shown without invisible marks', async (_what, message) => {
    const { who, session } = await signIn([signInForm, secret('Answer:', message), 'success'], { credentials: mei, fields: filled });
    await session;
    expect(JSON.stringify(who.asked[1])).not.toMatch(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
  });

  test('list options with such labels can still be told apart', async () => {
    const options = ['', '  ', '\u202e', 'X'.repeat(2_000), 'X'.repeat(2_001), 'Staff', 'Staff'].map((label, index) => ({
      value: `v${index}`,
      label,
    }));
    const { at, who, session } = await signIn(
      [{ message: 'Which?', inputs: [{ name: 'site', label: 'Site', options }] }, signInForm, 'success'],
      {
        choice: ({ options: offered }) => ({ kind: 'choice', option: offered.at(-1)?.id ?? '' }),
        credentials: mei,
      },
    );
    await session;
    const [asked] = who.asked;
    const shown = asked?.kind === 'choice' ? asked.options.map(({ label }) => label) : [];
    expect(shown).toHaveLength(7);
    expect(new Set(shown).size).toBe(7);
    for (const label of shown) expect(label.trim()).not.toBe('');
    expect(answersOf(at)[0]).toEqual({ site: 'v6' });
  });

  test('a question whose error is in another language each time is the same question, within the same sign-in', async () => {
    const { at, who, session } = await signIn(
      [
        signInForm,
        code('Enter your verification code.'),
        code('請輸入驗證碼', { error: '驗證碼錯誤' }),
        code('Introduza o código', { error: 'Código incorreto.' }),
        'success',
      ],
      { credentials: mei, passcode: [passcode('111111'), passcode('222222'), passcode('333333')] },
    );
    await session;
    expect(who.kinds()).toEqual(['credentials', 'passcode', 'passcode', 'passcode']);
    expect(who.asked.slice(2)).toMatchObject([{ failure: { code: 'passcode-wrong' } }, { failure: { code: 'passcode-wrong' } }]);
    expect(at.signIns).toBe(1);
    expect(sends(at)).toBe(1);
  });
});
