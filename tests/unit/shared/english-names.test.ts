import { expect, test } from 'vitest';
import { splitAtEnglishNames } from '../../../shared/messages/english-names.ts';
import { pt } from '../../../shared/messages/pt.ts';
import { zhHant } from '../../../shared/messages/zh-Hant.ts';

const sentencesIn = (words: unknown): string[] =>
  typeof words === 'string' ? [words] : typeof words === 'object' && words !== null ? Object.values(words).flatMap(sentencesIn) : [];

test('a name from an English page is split off from the sentence around it', () => {
  expect(splitAtEnglishNames('傳送推送通知（Send me a Push，建議）')).toEqual(['傳送推送通知（', 'Send me a Push', '，建議）']);
  expect(splitAtEnglishNames('«Send me a Push» ou «Enter a Passcode».')).toEqual([
    '«',
    'Send me a Push',
    '» ou «',
    'Enter a Passcode',
    '».',
  ]);
  expect(splitAtEnglishNames('Impressão digital (SHA-256)')).toEqual(['Impressão digital (SHA-256)']);
});

test('every name that the Chinese sentences quote in Latin letters is marked as English', () => {
  const quoted = /「([A-Za-z][A-Za-z &]* [A-Za-z &]+|[A-Z][a-z]+)」/;
  const missing = sentencesIn(zhHant).filter((sentence) =>
    quoted.exec(
      splitAtEnglishNames(sentence)
        .filter((_, index) => index % 2 === 0)
        .join(''),
    ),
  );
  expect(missing).toEqual([]);
});

test('the Portuguese sentences name the same English buttons as the Chinese ones', () => {
  const named = (words: unknown): string[] =>
    [...new Set(sentencesIn(words).flatMap((sentence) => splitAtEnglishNames(sentence).filter((_, index) => index % 2 === 1)))].sort();
  expect(named(pt)).toEqual(named(zhHant));
});
