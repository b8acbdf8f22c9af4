import { writeFileSync } from 'node:fs';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { languages, type Language } from '../../shared/messages/languages.ts';
import { installerWords } from './installer-words.ts';

/** The words that Windows reads from the library, by their number in it. Never give a number to another word: registries keep it. */
export const wordNumbers = { profileFile: 1, link: 2, description: 3, service: 4 } as const;

/** Below the installed app. */
export const wordsLibrary = 'resources\\native\\words.dll';

/**
 * A word as the registry and shortcuts name it, so that each person sees it in the language of their own Windows
 * (https://learn.microsoft.com/windows/win32/intl/using-registry-string-redirection).
 *
 * @param folder where the app is installed, with the backslash at its end
 */
export const indirectWord = (folder: string, word: keyof typeof wordNumbers): string => `@${folder}${wordsLibrary},-${wordNumbers[word]}`;

/**
 * The languages of Windows whose people read each of ours ([MS-LCID]). A region that is not here finds its family by the last
 * one, whose sublanguage is neutral: all Portuguese, and all Chinese, as in `chooseLanguage`.
 */
const languageIds: Readonly<Record<Language, readonly number[]>> = {
  'en': [0x0409, 0x0009],
  'pt': [0x0816, 0x0416, 0x0016],
  'zh-Hant': [0x0404, 0x0c04, 0x1404, 0x0804, 0x0004],
};

/** Makes a library that holds nothing but the words in each language. Windows maps it without running anything of it. */
export function makeWordsLibrary(file: string): void {
  const library = NtExecutable.createEmpty(false, true);
  const resources = NtExecutableResource.from(library);
  for (const language of languages)
    for (const id of languageIds[language]) {
      const table = new Resource.StringTable();
      table.lang = id;
      for (const [word, number] of Object.entries(wordNumbers)) table.setById(number, textOf(word, language));
      table.replaceStringEntriesForExecutable(resources);
    }
  resources.outputResource(library);
  writeFileSync(file, Buffer.from(library.generate()));
}

function textOf(word: string, language: Language): string {
  const found = Object.entries(installerWords).find(([name]) => name === word);
  if (!found) throw new Error(`There is no word “${word}”.`);
  return found[1][language];
}
