import type { Messages } from './catalogue.ts';
import type { Language } from './languages.ts';

/** Loads one language's sentences. Each is a file of its own in the window's and the app's bundles, so that nobody loads the others. */
export const loadMessages: Readonly<Record<Language, () => Promise<Messages>>> = {
  'en': async () => (await import('./en.ts')).en,
  'pt': async () => (await import('./pt.ts')).pt,
  'zh-Hant': async () => (await import('./zh-Hant.ts')).zhHant,
};
