import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { presetChoices, chosenIn } from '../../../electron/app/sign-in/saved-choices.ts';
import { PreparedAnswers } from '../../../electron/cli/answers.ts';
import { fillCredentials } from '../../../electron/app/sign-in/pending-secrets.ts';
import { isFoundBy, isSameName, listed, nameKey, optionNamed, toldApart, withoutBlanks } from '../../../shared/names.ts';
import { promptSchema, tidied, type Prompt } from '../../../shared/prompt.ts';

const text = fc.string({ unit: 'binary', maxLength: 30 });
const group = (value: string, label = value) => ({ value, label });

describe('one name', () => {
  test.each([
    ['Café', 'Cafe\u0301'],
    ['STAFF', 'staff'],
    ['Ｓｔａｆｆ：', 'staff'],
    ['Straße', 'STRASSE'],
    ['ẞ', 'ss'],
    ['ΟΔΟΣ', 'οδος'],
    ['教職員', '教職員\u200B'],
    ['Main  site', ' main\u00A0site\u3000'],
    ['Lab:', 'lab'],
    ['ﬁre', 'FIRE'],
  ])('the name %j equals %j', (one, other) => expect(isSameName(one, other)).toBe(true));

  test.each([
    ['Staff', 'Stuff'],
    ['v1', 'v2'],
    ['Students', 'Student'],
    ['Resume', 'Resumé'],
  ])('the name %j does not equal %j', (one, other) => expect(isSameName(one, other)).toBe(false));

  test('names compare equal in any composition and case, and folding again changes nothing', () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(nameKey(nameKey(name))).toBe(nameKey(name));
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) expect(isSameName(name.normalize(form), name)).toBe(true);
        expect(isSameName(name.toUpperCase(), name)).toBe(true);
        expect(isSameName(`\t${name}\u3000`, name)).toBe(true);
        expect(isFoundBy(`Site ${name}`, name)).toBe(true);
      }),
    );
  });
});

describe('an option is named', () => {
  test('an option is found by value first, then by label', () => {
    const options = [group('a', 'b'), group('b', 'c'), group('c', 'd')];
    expect(['a', 'b', 'C', 'D', 'e'].map((name) => optionNamed(options, name)?.value ?? null)).toEqual(['a', 'b', 'c', 'c', null]);
  });

  test('two options with the same label are found only by exact spelling or by their value', () => {
    const twins = [group('east', 'Staff'), group('west', 'Staff')];
    expect(optionNamed(twins, 'Staff')).toBeNull();
    expect(optionNamed(twins, 'WEST')?.value).toBe('west');
    expect(toldApart(twins, 200).map(({ label }) => label)).toEqual(['Staff (east)', 'Staff (west)']);
    expect(optionNamed([group('1', 'staff'), group('2', 'Staff')], 'Staff')?.value).toBe('2');
  });

  test('options that look alike get different labels, and each is found by its label', () => {
    const options = fc.array(
      fc.record({ value: fc.string({ maxLength: 12 }), label: fc.constantFrom('Staff', 'STAFF', 'Lab', '', 'x'.repeat(200)) }),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(options, (given) => {
        const shown = toldApart(given, 200);
        expect(new Set(shown.map(({ label }) => nameKey(label))).size).toBe(given.length);
        for (const { label } of shown) expect(label.length).toBeLessThanOrEqual(200);
        expect(shown.map(({ value }) => value)).toEqual(given.map(({ value }) => value));
      }),
    );
  });

  test('a number that tells two options apart is not the label of a third', () => {
    const given = [
      { value: '3', label: 'Staff' },
      { value: ' ', label: 'Staff' },
      { value: ' ', label: 'Staff' },
      { value: 'x', label: 'Staff (4)' },
    ];
    expect(toldApart(given, 200).map(({ label }) => label)).toEqual(['Staff (3)', 'Staff (2)', 'Staff (5)', 'Staff (4)']);
  });

  test('a list of offered options is bounded, and says how many more there are', () => {
    const thousand = Array.from({ length: 1_000 }, (_, index) => `Site ${index} of the University`);
    expect(listed(['v1 Full', 'v2 Staff'])).toBe('v1 Full, v2 Staff');
    expect(listed(thousand).length).toBeLessThan(2_000);
    expect(listed(thousand)).toMatch(/\(\+\d{3}\)$/);
  });
});

describe('a user ID', () => {
  test('a user ID is trimmed of spaces of any kind, and a password is not', () => {
    for (const blank of [' ', '\t', '\u00A0', '\u3000', '\u200B', '\uFEFF', '\u2060', '\u00AD', '\u3164']) {
      const answer = tidied({ kind: 'credentials', values: { user: `${blank}mei chan${blank}`, password: `${blank}pw${blank}` } });
      expect(answer).toEqual({ kind: 'credentials', values: { user: 'mei chan', password: `${blank}pw${blank}` } });
    }
    fc.assert(
      fc.property(text, (id) => {
        expect(withoutBlanks(`\u00A0${id}\t`)).toBe(withoutBlanks(id));
      }),
    );
  });
});

const select = (...labels: string[]) => ({
  name: 'group',
  label: 'GROUP',
  group: true,
  options: labels.map((label, index) => ({ value: String(index), label, named: label.slice(0, 2) })),
  value: '0',
});
const signIn = (...labels: string[]): Prompt => ({
  kind: 'credentials',
  fields: [
    { name: 'user', secret: false },
    { name: 'password', secret: true },
  ],
  selects: [select(...labels)],
});
const answers = (more: object): PreparedAnswers => new PreparedAnswers({ user: 'mei', password: 'pw', ...more }, () => 0);
const groupIn = (prepared: PreparedAnswers, prompt = signIn('v1 Full', 'v2 Staff')): unknown => {
  const answer = prepared.answer(prompt);
  return answer?.kind === 'credentials' ? answer.values['group'] : prepared.problem;
};
const nope = { code: 'choice-not-offered', params: { name: 'Nope', offered: 'v1 Full, v2 Staff' } };

describe('a name in a file of answers', () => {
  test.each([
    ['choose, by label', { choose: ['V2 STAFF'] }, '1'],
    ['choose, by value', { choose: ['v2'] }, '1'],
    ['choose, not offered', { choose: ['Nope'] }, nope],
    ['fields, by the list’s label', { fields: { 'group:': 'v2 staff' } }, '1'],
    ['fields, not offered', { fields: { GROUP: 'Nope' } }, nope],
    ['none', {}, '0'],
    ['choose, of which one is for a later question', { choose: ['Library', 'v2'] }, '1'],
  ])('a name in an answers file chooses the option: %s', (_how, more, expected) => expect(groupIn(answers(more))).toEqual(expected));

  test('a profile’s name that is not offered is skipped for an answers file’s, and is an error without one', () => {
    const asked = signIn('v1 Full', 'v2 Staff');
    const why = { ...asked, failure: { code: 'choice-not-offered' as const, params: { name: 'Old', offered: 'v1 Full, v2 Staff' } } };
    expect(groupIn(answers({ choose: ['v2 Staff'] }), why)).toBe('1');
    expect(groupIn(answers({}), why)).toEqual(why.failure);
  });
});

describe('a choice that was kept', () => {
  test('a saved choice is found in any spelling', () => expect(chosenIn(select('v1 Full', 'V2 STAFF'), { GROUP: 'v2 Staff' })).toBe('1'));

  test('a saved choice that is no longer offered is asked for, with the reason, and no password is sent by itself', () => {
    const prompt = signIn('v1 Full');
    const choices = { GROUP: 'v2 Staff' };
    expect(presetChoices(prompt, choices)).toMatchObject({
      failure: { code: 'choice-not-offered', params: { name: 'v2 Staff', offered: 'v1 Full' } },
    });
    expect(fillCredentials(prompt, { userId: 'mei', password: 'pw' }, choices)).toBeNull();
    expect(fillCredentials(prompt, { userId: 'mei', password: 'pw' }, { GROUP: 'v1 Full' })).not.toBeNull();
  });
});

test('a list of 1,000 is a question, and one of 1,001 is refused', () => {
  const list = (count: number) => ({
    kind: 'choice',
    purpose: 'realm',
    options: Array.from({ length: count }, (_, index) => ({ id: String(index), label: `Site ${index}` })),
  });
  expect(promptSchema.safeParse(list(1_000)).success).toBe(true);
  expect(promptSchema.safeParse(list(1_001)).success).toBe(false);
});
