/** One sentence that depends on a number (`{count}`), by the plural categories that the language has. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Marks a sentence as depending on a number; `forms` are the categories that differ from `other`. */
export function plural(other: string, forms: Partial<Record<Exclude<Intl.LDMLPluralRule, 'other'>, string>> = {}): Plural {
  return { ...forms, other };
}
