import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from '../../shared/messages/languages.ts';

/** What is wrong with a translated sentence, by the rules of `docs/words.md`. */

/** One row of the glossary: an English term in each of its forms, and the words for it of which a translation has one. */
export interface Term {
  english: readonly string[];
  words: Readonly<Record<Language, readonly string[]>>;
}

/** The first table of `docs/words.md`, longer terms first. */
export function readGlossary(): Term[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/words.md'), 'utf8');
  const [, section = ''] = /\n## Terms\n([\s\S]*?)\n## /.exec(text) ?? [];
  const rows = section.split('\n').filter((line) => /^\| (?!English|-)/.test(line));
  const terms = rows.map((row) => {
    const [en = [], pt = [], chinese = []] = row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.split(' / ').map((word) => word.trim()));
    return { english: en, words: { en, pt, 'zh-Hant': chinese } };
  });
  const longest = ({ english }: Term): number => Math.max(...english.map((word) => word.length));
  return terms.sort((a, b) => longest(b) - longest(a));
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** An English term as a whole word, or its plural. */
const englishTerm = (term: string): RegExp => new RegExp(`(?<![\\w-])${escaped(term)}(s|es)?(?![\\w-])`, 'i');

/** A Portuguese word with any ending that its number or gender may give it. `lig…` is the beginning of a word. */
function portugueseWord(word: string): RegExp {
  const parts = word.split(' ').map((part) => {
    if (part.endsWith('…')) return `${escaped(part.slice(0, -1))}[\\p{L}-]*`;
    return escaped(part)
      .replace(/ão$/, '(?:ão|ões)')
      .replace(/[aeo]$/, '[aeo]s?')
      .replace(/([rs])$/, '$1(?:es)?')
      .replace(/([^aeors)?}\]])$/, '$1s?');
  });
  return new RegExp(`(?<!\\p{L})${parts.join('[ -]')}(?!\\p{L})`, 'iu');
}

const has = (language: Language, sentence: string, word: string): boolean =>
  language === 'pt' ? portugueseWord(word).test(sentence) : sentence.toLowerCase().includes(word.toLowerCase());

/** The terms of an English sentence whose words its translation lacks. */
export function missingTerms(language: Language, english: string, translation: string, glossary: readonly Term[]): string[] {
  let rest = withoutCode(english).replaceAll(/\bWindows( Terminal)?\b|\bcauseway [a-z]+/g, ' ');
  // A button that keeps its English name has its words there
  for (const [, name = ''] of translation.matchAll(/[«「（(]([^»」）)]*[A-Za-z][^»」）)]*)[»」）)]/gu)) rest = rest.replaceAll(name, ' ');
  return glossary.flatMap((term) => {
    const found = term.english.map(englishTerm).filter((pattern) => pattern.test(rest));
    if (found.length === 0) return [];
    // What a longer term has taken is not looked at again
    for (const pattern of found) rest = rest.replaceAll(new RegExp(pattern, 'gi'), ' ');
    return term.words[language].some((word) => has(language, translation, word)) ? [] : [term.english[0] ?? ''];
  });
}

const placeholdersOf = (sentence: string): string =>
  [...new Set([...sentence.matchAll(/\{\w+\}/g)].map(([whole]) => whole))].sort().join(' ');

/** What no translation changes: placeholders, addresses, options, code and the names of buttons. */
const withoutCode = (sentence: string): string =>
  sentence
    .replaceAll(/\{"[^}]*\}/g, ' ')
    .replaceAll(/\{\w+\}/g, 'x')
    .replaceAll(/\b(https?|causeway|otpauth):\/\/\S*/g, ' ')
    .replaceAll(/[\w*-]+(?:\.[\w*-]+)+(?::\d+)?/g, ' ');

/** Sentences that may be as in English: names, and what is only placeholders, numbers and signs. */
const names = new Set([
  ...['Causeway', 'Duo Push', 'Duo', 'English', 'libopenconnect', 'openconnect', 'ocproxy', 'macOS', 'Windows', 'Linux'],
  ...['Cisco, ocserv', 'Ivanti (web)', 'Ivanti', 'GlobalProtect', 'F5', 'Fortinet', 'Array', 'Gateway', 'Campus', 'Zoom'],
  ...['Causeway: {status}', 'Linux, 32 bits', 'Linux, 64 bits', 'ok         {says}'],
]);
const isName = (english: string): boolean => names.has(english) || !/\p{L}{2}/u.test(english.replaceAll(/\{\w+\}/g, ' '));

/** What is wrong with one sentence of a translation, in words. */
export function faultsOf(language: Language, english: string, translation: string, glossary: readonly Term[]): string[] {
  const faults: string[] = [];
  const plain = withoutCode(translation);
  if (placeholdersOf(english) !== placeholdersOf(translation)) faults.push(`placeholders: ${placeholdersOf(translation)}`);
  if (translation.trim() === '' && english.trim() !== '') faults.push('empty');
  if (translation !== translation.trim() && english === english.trim()) faults.push('blank at an end');
  if (/[^\n] {2}/.test(translation) && !/[^\n] {2}/.test(english)) faults.push('two blanks');
  if (/["']/.test(plain)) faults.push('straight quote');
  if (language !== 'en' && english === translation && !isName(english)) faults.push('not translated');
  if (endOf(english) !== endOf(translation)) faults.push(`end: “${endOf(english)}” became “${endOf(translation)}”`);
  if (language === 'pt' && /[“”‘]/.test(plain)) faults.push('quotation marks of another language');
  if (language === 'zh-Hant') faults.push(...chineseFaults(plain));
  if (language !== 'en') faults.push(...missingTerms(language, english, translation, glossary).map((term) => `term: ${term}`));
  return faults;
}

/** How a sentence ends, in one sign for all languages: `.`, `?`, `:`, `…` or nothing. */
function endOf(sentence: string): string {
  const [last = ''] = /[.?!:…。？！：]?$/u.exec(sentence.trim().replace(/[)）」”»]+$/u, '')) ?? [];
  return { '。': '.', '？': '?', '！': '!', '：': ':' }[last] ?? last;
}

/** Half-width punctuation beside Chinese, and characters that Macau does not write. */
function chineseFaults(text: string): string[] {
  const faults: string[] = [];
  if (/\p{Script=Han}\s*[,;:?!()]|[,;?!()]\s*\p{Script=Han}|\p{Script=Han}\./u.test(text)) faults.push('half-width punctuation');
  if (/[“”‘’«»]/u.test(text)) faults.push('quotation marks of another language');
  if (/\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u.test(text)) faults.push('no blank between Chinese and Latin');
  const [foreign] = /使用者|帳號|網路|裝置|郵件|窗口|軟件|視頻|信息|默認|登錄|憑證|金鑰/u.exec(text) ?? [];
  if (foreign !== undefined) faults.push(`a word of elsewhere: ${foreign}`);
  return faults;
}

/** What is wrong with the forms of a plural. */
export function pluralFaults(locale: string, english: readonly string[], translation: readonly string[]): string[] {
  const categories: readonly string[] = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
  const unknown = translation.filter((form) => !categories.includes(form)).map((form) => `has a form “${form}” that the language lacks`);
  const missing = english
    .filter((form) => categories.includes(form) && !translation.includes(form))
    .map((form) => `lacks the form “${form}”`);
  return [...unknown, ...missing];
}
