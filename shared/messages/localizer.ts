import type { Failure } from '../failure.ts';
import type { Plural } from './plural.ts';
import type { FailureMessage } from './failure-message.ts';
import { fillIn } from './fill-in.ts';
import type { Messages } from './catalogue.ts';
import { loadMessages } from './catalogues.ts';
import { chooseLanguage, type LanguageSetting, type SpokenLanguage } from './languages.ts';

export type { FailureMessage } from './failure-message.ts';
export type { Messages } from './catalogue.ts';
export type { Plural } from './plural.ts';

/**
 * What fills the placeholders: text as it is, counts by the language's digits, instants (epoch ms, names ending in `At`) as times,
 * and always with their day where the name ends in `DateAt`.
 */
export type Params = Readonly<Record<string, string | number>>;

/** One language, ready to speak: its words, and how it writes instants, durations and amounts. */
export interface Localizer {
  /** BCP 47, for `lang`. */
  readonly locale: string;
  readonly messages: Messages;
  /** What stands between two sentences: a blank, or nothing in Chinese. */
  readonly gap: string;
  /** What stands between several names: a comma and a blank, or Chinese's own. */
  readonly comma: string;
  /** A sentence with its placeholders filled in; a plural one is chosen by `count`. */
  format: (sentence: string | Plural, params?: Params) => string;
  /** The three sentences of a failure, filled in. `ownTodo`: in place of its advice, which is for the window. */
  failure: (failure: Failure, ownTodo?: string) => FailureMessage;
  /** An instant: the time of day, with the day if it is neither today nor less than twelve hours away. */
  instant: (at: number) => string;
  /** A length of time in ms, in its two largest units: `7h 42m`, `42s`. */
  duration: (ms: number) => string;
  /** How long ago, in ms, in the largest unit: `12 seconds ago`. */
  ago: (ms: number) => string;
  /** An instant of the last day, to the second. */
  second: (at: number) => string;
  /** A short time in ms: `24 ms`. */
  milliseconds: (ms: number) => string;
  /** An amount of data in bytes, in decimal units: `12.3 MB`. */
  bytes: (amount: number) => string;
  /** Something beside a sentence, in brackets, with the blank before it that the language has. */
  aside: (text: string) => string;
  /** Several things in one phrase: `a, b and c`. */
  list: (items: readonly string[]) => string;
}

/** Loads the catalogue for a setting and the system's languages in order of preference. Rejects if its file cannot be loaded. */
export async function loadLocalizer(setting: LanguageSetting, systemLanguages: readonly string[]): Promise<Localizer> {
  const spoken = chooseLanguage(setting, systemLanguages);
  return createLocalizer(await loadMessages[spoken.language](), spoken);
}

/** A speaker of one catalogue. */
export function createLocalizer(messages: Messages, { locale, dates }: Omit<SpokenLanguage, 'language'>): Localizer {
  const plurals = lazily(() => new Intl.PluralRules(locale));
  const counts = lazily(() => new Intl.NumberFormat(dates));
  const time = lazily(() => new Intl.DateTimeFormat(dates, { timeStyle: 'short' }));
  const timeWithSeconds = lazily(() => new Intl.DateTimeFormat(dates, { timeStyle: 'medium' }));
  const day = lazily(() => new Intl.DateTimeFormat(dates, { dateStyle: 'medium' }));
  const dayAndTime = lazily(() => new Intl.DateTimeFormat(dates, { dateStyle: 'medium', timeStyle: 'short' }));
  const writeDayAndTime = (at: number): string => withBlank(dayAndTime().format(at));
  const relative = lazily(() => new Intl.RelativeTimeFormat(locale, { numeric: 'always' }));
  const conjunction = lazily(() => new Intl.ListFormat(locale, { type: 'conjunction' }));
  const isChinese = /^(zh|yue)\b/.test(locale);
  const amountOf = (unit: string, unitDisplay: 'short' | 'narrow', digits = 0): (() => Intl.NumberFormat) =>
    lazily(() => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay, maximumFractionDigits: digits }));
  // Chinese's narrow minute, 分, is also a mark in an exam, and has no blank
  const duration = isChinese ? 'short' : 'narrow';
  const hours = amountOf('hour', duration);
  const minutes = amountOf('minute', duration);
  const seconds = amountOf('second', duration);
  /** A number stays beside its unit: 42 分鐘 may not end a line after 42. */
  const together = (time: string): string => (isChinese ? time.replaceAll(' ', '\u00a0') : time);
  const shortTimes = amountOf('millisecond', 'short');
  const sizes = (['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const).map((unit) => amountOf(unit, 'short', 1));

  const instant = (at: number): string => {
    const now = Date.now();
    const timeSays = Math.abs(at - now) < 12 * 3_600_000 || day().format(at) === day().format(now);
    return timeSays ? withBlank(time().format(at)) : writeDayAndTime(at);
  };
  const valueText = (name: string, value: string | number | undefined): string | undefined => {
    if (typeof value === 'string' && severalNames.has(name)) return names(value);
    if (typeof value !== 'number') return value;
    if (name.endsWith('DateAt')) return writeDayAndTime(value);
    return name.endsWith('At') ? instant(value) : counts().format(value);
  };
  const comma = isChinese ? '、' : ', ';
  const names = (text: string): string => (isChinese ? text.replaceAll(', ', comma).replace(/ \((\+\d+)\)$/, '（$1）') : text);

  const format = (sentence: string | Plural, params: Params = {}): string => {
    const count = params['count'];
    const form =
      typeof sentence === 'string' ? sentence : (sentence[plurals().select(typeof count === 'number' ? count : 0)] ?? sentence.other);
    return fillIn(form, (name) => valueText(name, params[name]));
  };

  return {
    locale,
    messages,
    gap: isChinese ? '' : ' ',
    comma,
    format,
    failure: ({ code, params = {} }, ownTodo) => {
      const { title, happened, todo } = messages.failures[code];
      const own = Object.entries(params).map(([name, value]): [string, string | number] => [name, inWords(messages, name, value)]);
      const all = { ...messages.unknown, ...Object.fromEntries(own) };
      return { title: format(title, all), happened: format(happened, all), todo: format(ownTodo ?? todo, all) };
    },
    instant,
    duration: (ms) => {
      const whole = Math.max(0, Math.floor(ms / 1000));
      if (whole < 60) return together(seconds().format(whole));
      const wholeMinutes = Math.floor(whole / 60);
      if (wholeMinutes < 60) return together(minutes().format(wholeMinutes));
      const rest = wholeMinutes % 60;
      const wholeHours = together(hours().format(Math.floor(wholeMinutes / 60)));
      return rest === 0 ? wholeHours : `${wholeHours} ${together(minutes().format(rest))}`;
    },
    ago: (ms) => {
      const whole = Math.max(0, Math.floor(ms / 1000));
      if (whole < 60) return relative().format(-whole, 'second');
      return whole < 3600 ? relative().format(-Math.floor(whole / 60), 'minute') : relative().format(-Math.floor(whole / 3600), 'hour');
    },
    second: (at) => withBlank(timeWithSeconds().format(at)),
    milliseconds: (ms) => shortTimes().format(Math.round(ms)),
    bytes: (amount) => {
      const power = Math.min(sizes.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, amount)) / 3) - 1));
      return sizes[power]?.().format(amount / 1000 ** (power + 1)) ?? '';
    },
    aside: (text) => (isChinese ? `（${text}）` : ` (${text})`),
    list: (items) => spaced(conjunction().formatToParts(items)),
  };
}

/** What code fills into a failure, if it is words of ours, in the catalogue's language. */
function inWords({ failureWords }: Messages, name: string, value: string | number): string | number {
  const words: Readonly<Record<string, string>> = name === 'found' ? failureWords.found : {};
  return Object.hasOwn(words, value) ? (words[value] ?? value) : value;
}

/** Params that are several names in one, with commas between them. */
const severalNames: ReadonlySet<string> = new Set(['offered', 'allowed', 'key', 'keys', 'gateway', 'gateways', 'places']);

/** 上午 9:12, as our sentences write 9 分鐘: Intl has no blank there. */
const withBlank = (time: string): string => time.replace(/(\p{Script=Han})(\d{1,2}:)/u, '$1 $2');

/** A list whose Chinese word for “and” has a blank on the side of other letters. */
function spaced(parts: readonly { type: string; value: string }[]): string {
  return parts
    .map(({ type, value }, at) => {
      if (type !== 'literal' || !/^\p{Script=Han}+$/u.test(value)) return value;
      const before = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]$/u.test(parts[at - 1]?.value ?? '') ? '' : ' ';
      const after = /^[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u.test(parts[at + 1]?.value ?? '') ? '' : ' ';
      return before + value + after;
    })
    .join('');
}

/** Made at the first use: what Intl takes to be made is felt at the start of the app. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
