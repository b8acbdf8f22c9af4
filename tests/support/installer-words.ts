import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from '../../shared/messages/languages.ts';

const root = join(import.meta.dirname, '../..');
const languageOf: Readonly<Record<string, Language>> = { 1033: 'en', 2070: 'pt', 1028: 'zh-Hant' };

/** What the NSIS installer says (`build/nsis/words.nsh`), in each language, by the words' names. */
export function saidByInstaller(): Record<Language, Record<string, string>> {
  const said: Record<Language, Record<string, string>> = { 'en': {}, 'pt': {}, 'zh-Hant': {} };
  for (const [, name = '', id = '', text = ''] of readFileSync(join(root, 'build/nsis/words.nsh'), 'utf8').matchAll(
    /^LangString (\w+) (\d+) "(.*)"$/gm,
  )) {
    const language = languageOf[id];
    if (language === undefined) throw new Error(`${name} is in the language ${id}, which Causeway does not speak`);
    said[language][name] = text.replaceAll('$\\r', '\r').replaceAll('$\\n', '\n');
  }
  return said;
}
