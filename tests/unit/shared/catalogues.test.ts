import { describe, expect, test } from 'vitest';
import { allWords as campusWords } from '../../../campus/pages/words/words.ts';
import { en } from '../../../shared/messages/en.ts';
import { commandLine as commandLineEn } from '../../../shared/messages/en/command-line.ts';
import { policy as policyEn } from '../../../shared/messages/en/policy.ts';
import { trouble as troubleEn } from '../../../shared/messages/en/trouble.ts';
import { pt } from '../../../shared/messages/pt.ts';
import { commandLine as commandLinePt } from '../../../shared/messages/pt/command-line.ts';
import { policy as policyPt } from '../../../shared/messages/pt/policy.ts';
import { trouble as troublePt } from '../../../shared/messages/pt/trouble.ts';
import { zhHant } from '../../../shared/messages/zh-Hant.ts';
import { commandLine as commandLineZh } from '../../../shared/messages/zh-Hant/command-line.ts';
import { policy as policyZh } from '../../../shared/messages/zh-Hant/policy.ts';
import { trouble as troubleZh } from '../../../shared/messages/zh-Hant/trouble.ts';
import { faultsOf, missingTerms, pluralFaults, readGlossary } from '../../support/catalogue-lint.ts';

const glossary = readGlossary();

/** Everything that is said, in each language, and what the embedded campus's pages say. */
const english = { ...en, commandLine: commandLineEn, policy: policyEn, trouble: troubleEn, campus: campusWords.en };
const translations = {
  'pt': { ...pt, commandLine: commandLinePt, policy: policyPt, trouble: troublePt, campus: campusWords.pt },
  'zh-Hant': { ...zhHant, commandLine: commandLineZh, policy: policyZh, trouble: troubleZh, campus: campusWords['zh-Hant'] },
} as const;
const locales = { 'pt': 'pt-PT', 'zh-Hant': 'zh-Hant-MO' } as const;

interface Pair {
  path: string;
  english: string;
  translation: string;
}
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isPlural = (value: Record<string, unknown>): boolean =>
  typeof value['other'] === 'string' && Object.keys(value).every((key) => /^(zero|one|two|few|many|other)$/.test(key));

/** Each sentence beside its translation. A plural's form without its own English is held against `other`. */
function* pairs(from: unknown, to: unknown, path: readonly string[] = []): Generator<Pair> {
  if (typeof from === 'string' && typeof to === 'string') yield { path: path.join('.'), english: from, translation: to };
  if (!isObject(from) || !isObject(to)) return;
  const keys = isPlural(from) ? Object.keys(to) : Object.keys(from);
  for (const key of keys) yield* pairs(from[key] ?? from['other'], to[key], [...path, key]);
}

function* plurals(
  from: unknown,
  to: unknown,
  path: readonly string[] = [],
): Generator<{ path: string; english: string[]; translation: string[] }> {
  if (!isObject(from) || !isObject(to)) return;
  if (isPlural(from) && 'other' in to) yield { path: path.join('.'), english: Object.keys(from), translation: Object.keys(to) };
  else for (const key of Object.keys(from)) yield* plurals(from[key], to[key], [...path, key]);
}

/** Where a rule does not fit the sentence, and why. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  // Names of commands stand in it
  'commandLine.help': ['term: disconnect', 'term: policy', 'term: connection'],
  'commandLine.usage.notForThis': ['term: connection'],
  'commandLine.usage.needsProfile': ['term: connection'],
  // A key of the policy, not of a lock
  'policy.keys.openconnectFrom.text': ['term: key'],
  // Typed without an input method
  'commandLine.ask.yes': ['not translated'],
  'commandLine.ask.proceedYes': ['not translated'],
  // They follow a noun
  'unknown.host': ['term: server'],
  'unknown.campus': ['term: campus'],
  // The same word in Portuguese
  'campus.portal.adding.tablet': ['not translated'],
  // “A campus from outside” is one word
  'policy.about': ['term: campus'],
};

describe.each(['pt', 'zh-Hant'] as const)('the catalogue %s', (language) => {
  test(`the catalogue ${language} keeps the rules of docs/words.md`, () => {
    const all = [...pairs(english, translations[language])];
    expect(all.length).toBeGreaterThan(1200);
    const faults = all.flatMap(({ path, english: from, translation }) => {
      const allowed = exceptions[path] ?? [];
      const found = faultsOf(language, from, translation, glossary).filter((fault) => !allowed.includes(fault));
      return found.map((fault) => `${path}: ${fault}\n  ${from}\n  ${translation}`);
    });
    expect(faults).toEqual([]);
  });

  test(`the catalogue ${language} has the plural forms of its language`, () => {
    const all = [...plurals(english, translations[language])];
    expect(all.length).toBeGreaterThan(10);
    const faults = all.flatMap(({ path, english: from, translation }) =>
      pluralFaults(locales[language], from, translation).map((fault) => `${path} ${fault}`),
    );
    expect(faults).toEqual([]);
  });
});

describe('the lint over the catalogues', () => {
  test.each([
    ['pt', 'Try {count} times.', 'Tente várias vezes.', 'placeholders: '],
    ['pt', 'Back', '', 'empty'],
    ['pt', 'Wait.', 'Aguarde', 'end: “.” became “”'],
    ['pt', 'Looking…', 'A procurar', 'end: “…” became “”'],
    ['pt', 'Wait.', 'Aguarde. ', 'blank at an end'],
    ['pt', 'Wait a moment.', 'Aguarde  um momento.', 'two blanks'],
    ['pt', 'Choose “Other options”.', 'Escolha "Other options".', 'straight quote'],
    ['pt', 'Choose “Other options”.', 'Escolha “Other options”.', 'quotation marks of another language'],
    ['pt', 'Try again', 'Try again', 'not translated'],
    ['pt', 'Type your password.', 'Escreva a sua senha.', 'term: password'],
    ['zh-Hant', 'Type your password.', '請輸入口令。', 'term: password'],
    ['zh-Hant', 'Wait, please.', '請稍候,謝謝。', 'half-width punctuation'],
    ['zh-Hant', 'Wait (a moment).', '請稍候(片刻)。', 'half-width punctuation'],
    ['zh-Hant', 'Wait.', '請稍候.', 'half-width punctuation'],
    ['zh-Hant', 'Open Duo Mobile.', '開啟Duo Mobile。', 'no blank between Chinese and Latin'],
    ['zh-Hant', 'Choose “Other options”.', '請選擇“Other options”。', 'quotation marks of another language'],
    ['zh-Hant', 'The network is slow.', '網路很慢。', 'a word of elsewhere: 網路'],
  ] as const)('in %s, “%s” as “%s” is found', (language, from, to, fault) => {
    expect(faultsOf(language, from, to, glossary)).toContain(fault);
  });

  test.each([
    ['pt', 'Type your passwords for {host}.', 'Escreva as suas palavras-passe para {host}.'],
    ['pt', 'Get a recovery passcode from the help desk.', 'Obtenha um código de recuperação no serviço de apoio.'],
    [
      'zh-Hant',
      'Choose “Other options” in {campus}: type the 6-digit passcode.',
      '請在 {campus} 選擇「Other options」：輸入 6 位數字的驗證碼。',
    ],
    ['zh-Hant', 'GlobalProtect', 'GlobalProtect'],
  ] as const)('in %s, “%s” as “%s” is right', (language, from, to) => {
    expect(faultsOf(language, from, to, glossary)).toEqual([]);
  });

  test('a plural form that the language lacks, or that is missing, is found', () => {
    expect(pluralFaults('zh-Hant-MO', ['one', 'other'], ['one', 'other'])).toEqual(['has a form “one” that the language lacks']);
    expect(pluralFaults('pt-PT', ['one', 'other'], ['other'])).toEqual(['lacks the form “one”']);
    expect(pluralFaults('pt-PT', ['one', 'other'], ['one', 'many', 'other'])).toEqual([]);
  });

  test('the glossary is read, and the longer term takes the shorter one', () => {
    expect(glossary.length).toBeGreaterThan(55);
    expect(missingTerms('pt', 'Open the device portal.', 'Abra o portal de dispositivos.', glossary)).toEqual([]);
    expect(missingTerms('pt', 'Open the device portal.', 'Abra o portal.', glossary)).toEqual(['device portal']);
  });
});
