import type { Language } from '../../../shared/messages/languages.ts';
import { en, type Words } from './en.ts';
import { pt } from './pt.ts';
import { zhHant } from './zh-hant.ts';

export type { Words };

/** The texts of each language. */
export const allWords: Readonly<Record<Language, Words>> = { 'en': en, 'pt': pt, 'zh-Hant': zhHant };

/** The campus's languages by their own names, in the order of the switch. */
export const switchedLanguages: readonly { language: Language; name: string }[] = [
  { language: 'zh-Hant', name: '中文' },
  { language: 'pt', name: 'Português' },
  { language: 'en', name: 'English' },
];
