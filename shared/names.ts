import type { Failure } from './failure.ts';

/**
 * Names that people, profiles and gateways use for the same thing: groups, realms, roles, gateways, labels. They are
 * compared in one Unicode form (NFKC) and without case, so that full-width letters, decomposed accents and capitals make
 * no difference. https://www.unicode.org/reports/tr31/#NFKC_Casefold
 */

/** Spaces of any kind, and invisible characters. */
const blanks = /^[\s\p{Default_Ignorable_Code_Point}\u2800]+|[\s\p{Default_Ignorable_Code_Point}\u2800]+$/gu;

/** The form in which two names are compared: equal forms are the same name. Never shown. */
export function nameKey(name: string): string {
  let key = name;
  // Folding can produce text that normalizes differently. It is stable after two rounds
  for (let round = 0; round < 2; round++) {
    const plain = key.normalize('NFKC').replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');
    // Lower, upper, lower: ẞ, ß and ſ have different lower-case forms until they were upper-cased
    key = plain.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
  }
  return key.replaceAll(/\s+/gu, ' ').replaceAll(/^ | ?:? ?$/g, '');
}

/** Whether two names are the same. */
export const isSameName = (one: string, other: string): boolean => nameKey(one) === nameKey(other);

/** Trims spaces of any kind: a tab, U+00A0, U+3000, zero-width ones. For user IDs; passwords are not trimmed. */
export const withoutBlanks = (text: string): string => text.replaceAll(blanks, '');

export interface Named {
  /** The gateway's name for it. */
  value: string;
  /** What people see. */
  label: string;
}

/**
 * The one option that a name means: by value first, then by label. Null if there is none, or if there are several and none
 * is spelled exactly like the name.
 */
export function optionNamed<T extends Named>(options: readonly T[], name: string): T | null {
  const wanted = nameKey(name);
  for (const of of [({ value }: T) => value, ({ label }: T) => label]) {
    const found = options.filter((option) => nameKey(of(option)) === wanted);
    const [first] = found;
    if (found.length <= 1) {
      if (first) return first;
      continue;
    }
    const exact = found.filter((option) => of(option) === name);
    return exact.length === 1 ? (exact[0] ?? null) : null;
  }
  return null;
}

/** Options with labels of which no two are one: where two were, each has its value beside it, or its number where that says no more. */
export function toldApart<T extends Named>(options: readonly T[], maxLength: number): T[] {
  const shared = repeated(options.map(({ label }) => label));
  const named = options.map((option) => {
    const { label, value } = option;
    return shared.has(nameKey(label)) && value.trim() !== '' ? { ...option, label: beside(label, value, maxLength) } : option;
  });
  const still = repeated(named.map(({ label }) => label));
  // A number must not make the label of another option: one may be called "Staff (2)", or have the value 2
  const taken = new Set(named.map(({ label }) => nameKey(label)).filter((key) => !still.has(key)));
  return named.map((option, index) => {
    if (!still.has(nameKey(option.label))) return option;
    let label = '';
    for (let number = index + 1; label === '' || taken.has(nameKey(label)); number++) {
      label = beside(option.label, String(number), maxLength);
    }
    taken.add(nameKey(label));
    return { ...option, label };
  });
}

/** The failure of a name that is not offered, or that several options share, with the list of options. */
export const notOffered = (name: string, options: readonly { label: string }[]): Failure => ({
  code: 'choice-not-offered',
  params: { name: name.slice(0, 200), offered: listed(options.map(({ label }) => label)) },
});

/** The options as a sentence lists them: at most `maxLength` long, followed by the number of the rest. */
export function listed(labels: readonly string[], maxLength = 1_500): string {
  const shown: string[] = [];
  let length = 0;
  for (const label of labels) {
    length += label.length + 2;
    if (length > maxLength) break;
    shown.push(label);
  }
  const more = labels.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? `, … (+${more})` : ''}`;
}

/** Whether typing this part of a name finds it. */
export const isFoundBy = (label: string, typed: string): boolean => nameKey(label).includes(nameKey(typed));

function repeated(labels: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const key of labels.map(nameKey)) (seen.has(key) ? twice : seen).add(key);
  return twice;
}

/** The whole distinguishing part, and as much of the label as there is room for. */
function beside(label: string, more: string, maxLength: number): string {
  const end = ` (${more.slice(0, Math.floor(maxLength / 2))})`;
  return `${label.slice(0, maxLength - end.length)}${end}`;
}
