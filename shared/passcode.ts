/** A passcode as the gateway wants it: what a person typed or pasted, without the spaces and dashes used for reading aloud. */
export function plainPasscode(typed: string): string {
  return typed.replace(/[\s-]/g, '');
}

/**
 * A passcode in groups of three, as people read codes aloud: `123 456`, `123 456 789`. A lone last digit joins
 * its neighbours (`123 4567`). What is not all digits stays as it is: its grouping is not ours to guess.
 */
export function groupPasscode(code: string): string {
  if (!/^\d+$/.test(code)) return code;
  const groups = code.match(/\d{1,3}/g) ?? [];
  const last = groups.at(-1) ?? '';
  if (groups.length < 3 || last.length > 1) return groups.join(' ');
  return `${groups.slice(0, -1).join(' ')}${last}`;
}

/** A word by which Duo reaches a phone where it is given a second password (its guides for RADIUS: `push`, `phone2`, `sms`). */
export const isPhoneWord = (typed: string): boolean => /^\s*(push|phone|sms)\d*\s*$/i.test(typed);

/** Whether a gateway may take this for something else than a passcode: such a word, or a number of Duo's menu. No passcode is that short. */
export const reachesPhone = (typed: string): boolean => isPhoneWord(typed) || /^\s*\d{1,2}\s*$/.test(typed);

const ringing = [
  /\bpush\b/i,
  /\bphone call\b/i,
  /\b(call|text|sms) (me|my|to)\b/i,
  /^\W*(phone|call|sms|text message)\d*( (pass)?codes?)?\W*$/i,
];

/** Whether an option of a list, by its words, has a phone ring: a person chooses it each time anew. */
export const offersPhone = (label: string): boolean => ringing.some((words) => words.test(label));

/** Whether this choice of a list has a phone ring. A group may be called as it likes. */
export function rings(
  { options, group = false }: { options: readonly { value: string; label: string }[]; group?: boolean | undefined },
  chosen: string,
): boolean {
  return !group && options.some(({ value, label }) => value === chosen && offersPhone(label));
}
