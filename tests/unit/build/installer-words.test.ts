import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installerWords } from '../../../build/words/installer-words.ts';
import { wordNumbers } from '../../../build/words/words-library.ts';
import { languages, type Language } from '../../../shared/messages/languages.ts';
import { faultsOf, readGlossary } from '../../support/catalogue-lint.ts';
import { saidByInstaller } from '../../support/installer-words.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const glossary = readGlossary();

type Words = Readonly<Record<Language, Readonly<Record<string, string>>>>;

/** From the names of systems' languages: a file that has others, or lacks one, is not read to the end. */
const byLanguage = (found: Readonly<Record<string, Record<string, string>>>, tags: Readonly<Record<string, Language>>): Words => {
  expect(Object.keys(found).sort()).toEqual(Object.keys(tags).sort());
  const of = (language: Language): Record<string, string>[] =>
    Object.entries(tags).flatMap(([tag, each]) => (each === language ? [found[tag] ?? {}] : []));
  // The same in each region
  for (const language of languages) expect(new Set(of(language).map((words) => JSON.stringify(words))).size).toBe(1);
  return { 'en': of('en')[0] ?? {}, 'pt': of('pt')[0] ?? {}, 'zh-Hant': of('zh-Hant')[0] ?? {} };
};

const collect = (matches: Iterable<RegExpMatchArray>): Record<string, Record<string, string>> => {
  const found: Record<string, Record<string, string>> = {};
  for (const [, name = '', tag = 'en', text = ''] of matches) (found[tag] ??= {})[name] = text;
  return found;
};

const linux = { en: 'en', pt: 'pt', zh_MO: 'zh-Hant', zh_HK: 'zh-Hant', zh_TW: 'zh-Hant' } as const;
const places: Readonly<Record<string, () => Words>> = {
  'the installer of Windows': saidByInstaller,
  'Windows, of an installation for everybody': () => {
    const of = (language: Language) => Object.fromEntries(Object.entries(installerWords).map(([name, words]) => [name, words[language]]));
    return { 'en': of('en'), 'pt': of('pt'), 'zh-Hant': of('zh-Hant') };
  },
  'macOS': () => {
    const folder = 'build/macos/languages';
    const found = readdirSync(join(root, folder)).map((name) => {
      const text = read(join(folder, name, 'InfoPlist.strings'));
      const words = [...text.matchAll(/^"?([\w ]+?)"? = "(.*)";$/gm)].map(([, key = '', word = '']): [string, string] => [key, word]);
      return [name.replace('.lproj', ''), Object.fromEntries(words)] as const;
    });
    return byLanguage(Object.fromEntries(found), { en: 'en', pt_PT: 'pt', pt_BR: 'pt', zh_TW: 'zh-Hant', zh_CN: 'zh-Hant' });
  },
  'the entry of a Linux desktop': () =>
    byLanguage(collect(read('build/deb/causeway.desktop').matchAll(/^(GenericName|Comment|Keywords)(?:\[(\w+)\])?=(.*)$/gm)), linux),
  'the file type on Linux': () =>
    byLanguage(collect(read('build/deb/causeway.xml').matchAll(/<(comment)(?: xml:lang="(\w+)")?>(.*)<\/comment>/g)), linux),
  'the question of polkit': () =>
    byLanguage(
      collect(read('build/services/org.causeway.helper.policy').matchAll(/<(description|message)(?: xml:lang="(\w+)")?>(.*)<\/\1>/g)),
      { ...linux, pt_PT: 'pt' },
    ),
};

/** Words that stand in the text and are not a sentence of ours. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  // A list that ends with a semicolon
  Keywords: ['half-width punctuation', 'not translated'],
};

describe('what systems show of an installation', () => {
  test.each(Object.entries(places))('%s speaks each language by the rules of docs/words.md', (_place, words) => {
    const said = words();
    expect(Object.keys(said.en).length).toBeGreaterThan(0);
    for (const language of ['pt', 'zh-Hant'] as const) {
      expect(Object.keys(said[language])).toEqual(Object.keys(said.en));
      const faults = Object.entries(said.en).flatMap(([name, english]) => {
        const translation = said[language][name] ?? '';
        const found = faultsOf(language, english, translation, glossary).filter((fault) => !exceptions[name]?.includes(fault));
        return found.map((fault) => `${name}: ${fault}\n  ${english}\n  ${translation}`);
      });
      expect(faults).toEqual([]);
    }
  });

  test('the same thing has the same name on each system', () => {
    const place = (name: string): Words => places[name]?.() ?? { 'en': {}, 'pt': {}, 'zh-Hant': {} };
    for (const language of languages) {
      const { profileFile, link, description } = installerWords;
      expect(place('the installer of Windows')[language]).toMatchObject({
        profileFile: profileFile[language],
        description: description[language],
      });
      expect(place('macOS')[language]).toMatchObject({ 'Causeway profile': profileFile[language], 'Causeway link': link[language] });
      expect(place('the file type on Linux')[language]).toMatchObject({ comment: profileFile[language] });
      expect(place('the entry of a Linux desktop')[language]).toMatchObject({ Comment: description[language] });
    }
  });

  test('the task of the service for system tunnels is described in the language of Windows', () => {
    expect(read('build/services/causeway-helper.task.xml')).toContain(
      `<Description>$(@C:\\Program Files\\Causeway\\resources\\native\\words.dll,-${wordNumbers.service})</Description>`,
    );
  });

  test('the names that the packager gives to files and links are those that macOS looks up', () => {
    const configuration = read('electron-builder.yml');
    for (const name of Object.keys(places['macOS']?.().en ?? {}))
      expect(configuration).toMatch(new RegExp(`(name: ${name}$|^ +${name}:)`, 'm'));
  });
});
