import { fillIn } from '../../shared/messages/fill-in.ts';
import type { Language, SpokenLanguage } from '../../shared/messages/languages.ts';
import type { Plural } from '../../shared/messages/plural.ts';
import { html, type Html, type Part } from './html.ts';
import { allWords, type Words } from './words/words.ts';

/** The language of one visitor's pages: its words, and how it fills them in and writes times. */
export class Speech {
  readonly words: Words;

  constructor(private readonly spoken: SpokenLanguage) {
    this.words = allWords[spoken.language];
  }

  get language(): Language {
    return this.spoken.language;
  }

  /** BCP 47, for `lang`. */
  get locale(): string {
    return this.spoken.locale;
  }

  /** A sentence with its placeholders filled in. A plural one is chosen by `count`. */
  say(sentence: string | Plural, params: Readonly<Record<string, string | number>> = {}): string {
    return fillIn(this.#form(sentence, params['count']), (name) => params[name]?.toString());
  }

  /** The same as markup, with parts that are markup themselves. */
  draw(sentence: string, parts: Readonly<Record<string, Part>>): Html {
    // Every second piece is the name of a placeholder
    const pieces = sentence.split(/\{(\w+)\}/);
    return html`${pieces.map((piece, at) => (at % 2 === 0 ? piece : parts[piece]))}`;
  }

  /** Sentences one after another. Chinese has no blank between them. */
  sentences(...parts: readonly Part[]): Html {
    const gap = this.language === 'zh-Hant' ? '' : ' ';
    const said = parts.filter((part) => part !== null && part !== undefined && part !== false);
    return html`${said.map((part, at) => (at === 0 ? part : [gap, part]))}`;
  }

  /** The time of day: "14:32". */
  time(at: number): string {
    return this.#format({ timeStyle: 'short' }, at);
  }

  /** The time of day to the second: "14:32:05". */
  exactTime(at: number): string {
    return this.#format({ timeStyle: 'medium' }, at);
  }

  /** A date: "24 November 2025". */
  day(at: number): string {
    return this.#format({ dateStyle: 'long' }, at);
  }

  /** A delay: "in 8 minutes". */
  inMinutes(at: number, now: number): string {
    return this.say(this.words.clock.inMinutes, { count: Math.max(1, Math.ceil((at - now) / 60_000)) });
  }

  #form(sentence: string | Plural, count: string | number | undefined): string {
    if (typeof sentence === 'string') return sentence;
    const category = new Intl.PluralRules(this.spoken.locale).select(typeof count === 'number' ? count : 0);
    return sentence[category] ?? sentence.other;
  }

  #format(style: Intl.DateTimeFormatOptions, at: number): string {
    // The campus's English is British where the visitor's names no region
    const locale = this.spoken.dates === 'en' ? 'en-GB' : this.spoken.dates;
    return new Intl.DateTimeFormat(locale, style).format(at);
  }
}
