export { offersPhone, reachesPhone } from './phone-words.ts';

/** A passcode as the gateway wants it: as typed or pasted, without the spaces and dashes of reading aloud. */
export function plainPasscode(typed: string): string {
  return typed.replace(/[\s-]/g, '');
}

/**
 * A passcode in groups of three, as people read codes aloud: `123 456`, `123 456 789`. A single last digit joins its
 * neighbours (`123 4567`). A passcode that is not all digits is not grouped.
 */
export function groupPasscode(code: string): string {
  if (!/^\d+$/.test(code)) return code;
  const groups = code.match(/\d{1,3}/g) ?? [];
  const last = groups.at(-1) ?? '';
  if (groups.length < 3 || last.length > 1) return groups.join(' ');
  return `${groups.slice(0, -1).join(' ')}${last}`;
}

/** A passcode for a voice, digit by digit with a pause between the groups: `1 2 3, 4 5 6`. Grouped digits are read as hundreds. */
export const spellPasscode = (code: string): string =>
  groupPasscode(code)
    .split(' ')
    .map((group) => group.replaceAll(/(?<=.)(?=.)/g, ' '))
    .join(', ');
