import { expect, test } from 'vitest';
import { allWords, english } from '../../../campus/pages/words/words.ts';

/** Every text of a catalogue by its path; functions are called with this. */
function texts(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String(Reflect.apply(value, null, ['7', '14:32']))]];
  if (typeof value !== 'object' || value === null) throw new Error(`${path} is no text`);
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, path === '' ? key : `${path}.${key}`));
}

test.each(allWords.filter((words) => words !== english))(
  'the sign-in pages’ language $name has every text, none empty, and a form for each number',
  (words) => {
    const theirs = texts(words);
    expect(theirs.map(([path]) => path)).toEqual(texts(english).map(([path]) => path));
    for (const [path, text] of theirs) expect(text.trim(), path).not.toBe('');
    for (const [path, text] of texts(english)) if (text.includes('7')) expect(new Map(theirs).get(path), path).toContain('7');
  },
);

test('the Chinese pages keep the names that the guide uses in English', () => {
  const duo = allWords.find(({ language }) => language === 'zh-Hant')?.duo;
  expect([duo?.push.other, duo?.send, duo?.options.push, duo?.options.passcode, duo?.options.bypass]).toEqual([
    'Other options',
    'Send me a Push',
    'Duo Push',
    'Duo Mobile passcode',
    'Bypass code',
  ]);
});
