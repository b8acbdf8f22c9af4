import { en, type Words } from './en.ts';
import { pt } from './pt.ts';
import { zhHant } from './zh-hant.ts';

export type { Words };

export const english: Words = en;
/** The campus's languages, in the order of the switch. */
export const allWords: readonly Words[] = [zhHant, pt, en];

/** The texts of a language. English for one that the campus does not have. */
export const wordsOf = (language: string): Words => allWords.find((words) => words.language === language) ?? en;
