import { createHmac, randomBytes } from 'node:crypto';
import { fixedPlaces, isCommonName, type Span } from './common-words.ts';

/** What something typed is: a secret, the name of a person, or the name of a computer. */
export type TypedKind = 'secret' | 'person' | 'host';

export interface Found extends Span {
  kind: TypedKind;
}

interface Spelling {
  digest: string;
  kind: TypedKind;
  /** Found only between marks and blanks. */
  wholeWord: boolean;
}

/** Shorter texts are found in too many words. A Chinese name or word is whole with two characters, and so may be a user ID. */
const minCharsOf = (text: string, kind: TypedKind): number => (kind !== 'secret' || /\p{Script=Han}/u.test(text) ? 2 : 4);
/** A text of letters and digits that is shorter than this counts only as a whole word. */
const wholeWordChars = 8;
/** Shorter parts of words, taken together without their blanks, are found by chance. */
const minSplitChars = 8;
const maxChars = 2_000;
/** The most spellings that are kept. The oldest are dropped. */
const maxSpellings = 4_000;

/**
 * Recognizes what was typed or used in this run (passwords, passcodes, user IDs, tickets) without keeping it. For each
 * spelling there are only its length, a rolling sum and an HMAC with a key of this run.
 */
export class TypedText {
  private readonly key = randomBytes(32);
  /** By length, then by rolling sum. */
  private readonly spellings = new Map<number, Map<number, Spelling>>();
  private count = 0;

  /** Recognizes this text from now on, in every usual spelling and in upper or lower case. */
  add(text: string, kind: TypedKind): void {
    const value = Buffer.from(text.trim().slice(0, maxChars)).toString();
    if (value.length < minCharsOf(value, kind) || (kind !== 'secret' && isCommonName(value))) return;
    for (const spelling of spellingsOf(value, kind)) this.addSpelling(spelling.toLowerCase(), kind);
  }

  /** The places of everything typed in a text, in order, without overlaps. `split`: also what is split over lines, which takes as long again. */
  find(text: string, split: boolean): Found[] {
    const lower = text.toLowerCase();
    // A few letters have a longer lower case: then only what is in lower case anyway is found
    const searched = lower.length === text.length ? lower : text;
    const fixed = fixedPlaces(text);
    const isFixed = ({ start, end }: Span): boolean => fixed.some((place) => start >= place.start && end <= place.end);
    const found = [
      ...this.findAll(searched, () => true).filter((each) => !each.wholeWord || !isFixed(each)),
      ...(split ? this.findSplit(searched) : []),
    ];
    found.sort((one, other) => one.start - other.start || other.end - one.end);
    const apart: Found[] = [];
    for (const each of found) if (each.start >= (apart.at(-1)?.end ?? 0)) apart.push(each);
    return apart;
  }

  private findAll(text: string, isWanted: (spelling: Spelling) => boolean, minChars = 0): (Found & { wholeWord: boolean })[] {
    return [...this.spellings].flatMap(([length, sums]) => (length < minChars ? [] : this.findOfLength(text, length, sums, isWanted)));
  }

  /** What is split over lines or by blanks, as one place for each part. */
  private findSplit(text: string): Found[] {
    const parts: Span[] = [];
    let at = 0;
    // Blanks, or the end of a line and the instant that the next one begins with
    for (const { index, 0: gap } of text.matchAll(/\n\d{4}-\d\d-\d\dt[\d:.]{8,15}z\s+|\s+/gi)) {
      parts.push({ start: at, end: index });
      at = index + gap.length;
    }
    if (parts.length === 0) return [];
    parts.push({ start: at, end: text.length });
    const found = this.findAll(
      parts.map(({ start, end }) => text.slice(start, end)).join(''),
      ({ kind, wholeWord }) => kind === 'secret' && !wholeWord,
      minSplitChars,
    );
    const split: Found[] = [];
    let first = 0;
    let before = 0; // characters of the parts before the first
    for (const { start, end, kind } of found.toSorted((one, other) => one.start - other.start)) {
      for (let part = parts[first]; part && before + part.end - part.start <= start; part = parts[first]) {
        before += part.end - part.start;
        first++;
      }
      let offset = before;
      for (let index = first; offset < end; index++) {
        const part = parts[index];
        if (!part) break;
        const length = part.end - part.start;
        const from = part.start + Math.max(0, start - offset);
        const to = part.start + Math.min(length, end - offset);
        if (to > from) split.push({ start: from, end: to, kind });
        offset += length;
      }
    }
    return split;
  }

  private addSpelling(spelling: string, kind: TypedKind): void {
    if (spelling.length < minCharsOf(spelling, kind)) return;
    const sums = this.spellings.get(spelling.length) ?? new Map<number, Spelling>();
    this.spellings.set(spelling.length, sums);
    const sum = sumOf(spelling, 0, spelling.length);
    // A name that is a secret as well is a secret
    if (sums.get(sum)?.kind === 'secret') return;
    if (!sums.has(sum)) this.count++;
    const wholeWord = kind !== 'secret' || (spelling.length < wholeWordChars && /^[\p{L}\p{N}]+$/u.test(spelling));
    sums.set(sum, { digest: this.digestOf(spelling), kind, wholeWord });
    if (this.count > maxSpellings) this.dropOldest();
  }

  private dropOldest(): void {
    for (const [length, sums] of this.spellings) {
      for (const sum of sums.keys()) {
        sums.delete(sum);
        this.count--;
        if (sums.size === 0) this.spellings.delete(length);
        return;
      }
    }
  }

  private findOfLength(
    text: string,
    length: number,
    sums: ReadonlyMap<number, Spelling>,
    isWanted: (spelling: Spelling) => boolean,
  ): (Found & { wholeWord: boolean })[] {
    const found: (Found & { wholeWord: boolean })[] = [];
    if (text.length < length) return found;
    const leading = powerOf(length - 1);
    let sum = sumOf(text, 0, length);
    for (let start = 0; ; start++) {
      const known = sums.get(sum);
      const end = start + length;
      if (
        known &&
        isWanted(known) &&
        (!known.wholeWord || isWholeWord(text, start, end)) &&
        this.digestOf(text.slice(start, end)) === known.digest
      )
        found.push({ start, end, kind: known.kind, wholeWord: known.wholeWord });
      if (end >= text.length) return found;
      sum = (Math.imul(sum - Math.imul(text.charCodeAt(start), leading), base) + text.charCodeAt(end)) >>> 0;
    }
  }

  private digestOf(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('base64');
  }
}

/** Rabin and Karp's rolling sum, modulo 2³². */
const base = 0x01000193;
function sumOf(text: string, start: number, end: number): number {
  let sum = 0;
  for (let index = start; index < end; index++) sum = (Math.imul(sum, base) + text.charCodeAt(index)) >>> 0;
  return sum;
}
function powerOf(exponent: number): number {
  let power = 1;
  for (let count = 0; count < exponent; count++) power = Math.imul(power, base);
  return power;
}

const isWordCharacter = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);
const isWholeWord = (text: string, start: number, end: number): boolean =>
  !isWordCharacter(text.slice(Math.max(0, start - 1), start)) && !isWordCharacter(text.slice(end, end + 1));

/**
 * How a text may be written where it leaks: as it is, in JSON, in an address, in a form, in a page, encoded, grouped as digits are
 * read aloud, or, a key for codes, without its blanks.
 */
function spellingsOf(text: string, kind: TypedKind): Set<string> {
  const bytes = Buffer.from(text);
  const json = JSON.stringify(text).slice(1, -1);
  const plain = [
    ...[text, text.normalize('NFC'), text.normalize('NFD')],
    ...[json, json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)],
    ...[encodeURIComponent(text), new URLSearchParams([['', text]]).toString().slice(1), text.replaceAll(' ', '+')],
    ...["'", '&#39;', '&#x27;', '&apos;'].map((quote) => inPage(text, quote)),
  ];
  if (kind !== 'secret') return new Set(plain);
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const dates = ['/', '.', '-'].flatMap((mark) =>
    [
      [day, month, year],
      [month, day, year],
      [year, month, day],
    ].map((parts) => parts.join(mark)),
  );
  const digits = text.replaceAll(/[ -]/g, '');
  const grouped = /^\d{6,10}$/.test(digits)
    ? [digits, ...[2, 3, 4].flatMap((size) => [' ', '-'].map((mark) => inGroups(digits, size).join(mark)))]
    : [];
  const key = text.replaceAll(/[\s-]/g, '');
  const keys = /^[A-Z2-7]{16,}=*$/i.test(key) ? [key, inGroups(key, 4).join(' ')] : [];
  const hex = bytes.toString('hex');
  const encoded = bytes.length < 6 ? [] : [hex, hex.replaceAll(/../g, '%$&'), ...[0, 1, 2].flatMap((before) => base64Of(bytes, before))];
  return new Set([...plain, text.replaceAll(/\s/g, ''), ...(year === undefined ? [] : dates), ...grouped, ...keys, ...encoded]);
}

const inPage = (text: string, quote: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", quote);

const inGroups = (digits: string, size: number): string[] =>
  Array.from({ length: Math.ceil(digits.length / size) }, (_, index) => digits.slice(index * size, (index + 1) * size));

/** Its base64 in the middle of a longer text, without the characters that depend on what surrounds it. */
function base64Of(bytes: Buffer, before: number): string[] {
  const padded = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const firm = padded.slice(before === 0 ? 0 : before + 1, (before + bytes.length) % 3 === 0 ? undefined : -1);
  return [firm, firm.replaceAll('+', '-').replaceAll('/', '_')];
}
