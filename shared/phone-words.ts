import * as z from 'zod/mini';

/**
 * The words that reach a person's phone: those in Duo's guides for gateways that do not know Duo (`push`, `phone2`,
 * `sms`), a profile's own words, the numbers of a menu, and the options of a list. Only this file knows them. A person may
 * send them; a file, a link or a keychain must not.
 */

/** What a word does: a push, a call, texts with codes, or whatever the campus chooses for this person. */
export const reachSchema = z.enum(['push', 'call', 'text', 'auto']);
export type Reach = z.infer<typeof reachSchema>;

/** A profile's own words, and what each does. */
export type OwnWords = Readonly<Record<string, Reach>>;

const duoWords: OwnWords = { push: 'push', phone: 'call', call: 'call', sms: 'text', text: 'text', auto: 'auto' };

export interface PhoneWord {
  /** As it is sent to the gateway. */
  word: string;
  does: Reach;
  /** Which of several phones, from 1. Null if the word does not say. */
  nth: number | null;
}

/** No word is longer than this, so longer text is not examined. */
const maxWord = 60;

/** Spaces of any kind, capitals and invisible characters make no difference. */
const plain = (typed: string): string =>
  typed
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .trim()
    .toLowerCase();

/** What this text does when typed alone. Null if it is no such word. */
export function phoneWord(typed: string, own: OwnWords = {}): PhoneWord | null {
  if (typed.length > 2 * maxWord) return null;
  const text = plain(typed);
  for (const [word, does] of [...Object.entries(own), ...Object.entries(duoWords)]) {
    const start = plain(word);
    if (start === '' || !text.startsWith(start)) continue;
    const rest = text.slice(start.length);
    if (/^\d{0,2}$/.test(rest)) return { word: text, does, nth: rest === '' ? null : Number(rest) };
  }
  return null;
}

/** How a campus joins a password and what follows it in one field. */
export interface Joining {
  separator: string;
  order: 'password-first' | 'passcode-first';
}
/** The same in a profile. Whatever is left out is as in Duo's guides. */
export type OwnJoining = { readonly [K in keyof Joining]?: Joining[K] | undefined };

/** As in the profile, and otherwise as in Duo's guides. */
export const joiningOf = ({ separator = ',', order = 'password-first' }: OwnJoining = {}): Joining => ({ separator, order });

/** The word that a password carries, as in `harbour,push`, or null. Without a separator no word can be recognized. */
export function appendedWord(typed: string, { separator, order }: Joining, own: OwnWords = {}): PhoneWord | null {
  if (separator === '') return null;
  const at = order === 'password-first' ? typed.lastIndexOf(separator) : typed.indexOf(separator);
  if (at < 0) return null;
  return phoneWord(order === 'password-first' ? typed.slice(at + separator.length) : typed.slice(0, at), own);
}

/** Whether a gateway may read this as something other than a passcode: such a word, or a menu number. No passcode is that short. */
export const reachesPhone = (typed: string, own: OwnWords = {}): boolean =>
  phoneWord(typed, own) !== null || /^\d{1,2}$/.test(plain(typed.slice(0, 2 * maxWord)));

/**
 * Whether a secret from a file may ring a phone, however the campus joins it with its password: the word alone, or the
 * word at either end with a common separator.
 */
export function mayReachPhone(secret: string, own: OwnWords = {}, joining: Joining = joiningOf()): boolean {
  if (phoneWord(secret, own) || appendedWord(secret, joining, own)) return true;
  return [',', ';', ':', '|'].some((separator) => appendedWord(secret, { separator, order: 'password-first' }, own) !== null);
}

const ringing: readonly (readonly [words: RegExp, does: Reach])[] = [
  [/\bpush\b|\bnotify\b|\bnotification (to|on)\b/i, 'push'],
  [/推送|通知到手機|通知到手机|notifica(ção|cao|tion)\b/i, 'push'],
  [
    /\bphone call\b|\bcall (me|my|to)\b|\b(receive|get|voice|automated) (a |an )?call\b|\bcall ?back\b|\bring (me|my|the)\b|^\W*voice\W*$|來電|来电|致電|致电|撥打|拨打|(語音|语音|電話|电话)(通話|通话)|\bchamada\b|\bligação\b|\btelefonema\b/i,
    'call',
  ],
  [
    /\b(text|sms) (me|my|to)\b|\bSMS passcodes\b|\b(send|receive|get) (me )?(a |an )?(sms|text)\b|\bsend (me )?(a |the )?code\b|\btext message\b|簡訊|简讯|短信|短訊|\bmensagem de texto\b/i,
    'text',
  ],
  [/^\W*(phone|call)\d*\W*$/i, 'call'],
  [/^\W*(text|sms)\d*( (pass)?codes?)?\W*$/i, 'text'],
];
/** Labels are cut to this length, and only this much of one is examined. */
const maxLabel = 400;

/** What an option of a list does to a phone, by its words, or null. */
export function reachOfLabel(label: string, own: OwnWords = {}): Reach | null {
  const shown = label.slice(0, maxLabel);
  const word = phoneWord(shown, own);
  return word?.does ?? ringing.find(([words]) => words.test(shown))?.[1] ?? null;
}

/** Whether the words of a list option say that it rings a phone. If so, the person chooses it each time. */
export const offersPhone = (label: string, own: OwnWords = {}): boolean => reachOfLabel(label, own) !== null;

/** Whether this choice in a list rings a phone. A group may have any name. */
export function rings(
  { options, group = false }: { options: readonly { value: string; label: string }[]; group?: boolean | undefined },
  chosen: string,
  own: OwnWords = {},
): boolean {
  return !group && options.some(({ value, label }) => value === chosen && offersPhone(label, own));
}

/**
 * Whether an answer may be the one that a question says rings a phone, as in "Type 1 for a push" or "Send a push? (y/n)":
 * it is short, or a word from the question.
 */
export function answersOffer(question: string, answer: string, own: OwnWords = {}): boolean {
  if (!question.split('\n').some((line) => offersPhone(line, own))) return false;
  const text = plain(answer);
  return text.length <= 3 || plain(question).includes(text);
}
