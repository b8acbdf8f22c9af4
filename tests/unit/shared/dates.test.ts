import { describe, expect, test } from 'vitest';
import { dateIn, longDate } from '../../../shared/dates.ts';

describe('a date of birth is read as people type it', () => {
  test.each([
    ['27 August 2005', 'en-GB'],
    ['Aug 27, 2005', 'en'],
    ['27/8/2005', 'en-US'],
    ['27082005', 'en-GB'],
    ['2005-08-27', 'pt-PT'],
    ['27 de agosto de 2005', 'pt-PT'],
    ['27 Aug 2005', 'pt-PT'],
    ['2005年8月27日', 'zh-Hant-MO'],
    ['２７／８／２００５', 'zh-Hant-MO'],
  ])('%s in %s is 27 August 2005', (text, locale) => expect(dateIn(text, locale)).toBe('2005-08-27'));

  test('the day comes before the month where both could be', () => expect(dateIn('3/9/1998', 'en-US')).toBe('1998-09-03'));

  test.each(['9 de março de 1998', '9 marco 1998', '9 MAR 1998', '9 março 1998'])(
    '%s is a day in March with and without its cedilla',
    (text) => expect(dateIn(text, 'pt-PT')).toBe('1998-03-09'),
  );

  test.each(['', '30/2/2001', '9 ma 1998', '9 de ju de 1998', '9 brumário 1998', '9/3/98', '1/1/2999', '1/1/1899'])(
    '“%s” is no date of birth',
    (text) => expect(dateIn(text, 'pt-PT')).toBeNull(),
  );
});

test.each([
  ['27 August 2005', 'en-US', '2005-08-27'],
  ['august 27, 2005', 'en-US', '2005-08-27'],
  ['27 aug 2005', 'en-GB', '2005-08-27'],
  ['27th Aug. 2005', 'en-GB', '2005-08-27'],
  ['27/8/2005', 'en-US', '2005-08-27'],
  ['8.7.2005', 'en-US', '2005-07-08'],
  ['08/27/2005', 'en-US', '2005-08-27'],
  [' 27 - 08 - 2005 ', 'en-GB', '2005-08-27'],
  ['27082005', 'en-GB', '2005-08-27'],
  ['20051003', 'en-GB', '2005-10-03'],
  ['2005-08-27', 'en-GB', '2005-08-27'],
  ['2005/8/27', 'zh-Hant-MO', '2005-08-27'],
  ['２００５年８月２７日', 'zh-Hant-MO', '2005-08-27'],
  ['27 de agosto de 2005', 'pt-PT', '2005-08-27'],
  ['27 ago 2005', 'pt-PT', '2005-08-27'],
  ['27 August 2005', 'pt-PT', '2005-08-27'],
  ['29 February 2004', 'en-GB', '2004-02-29'],
])('the date of birth “%s” is understood in %s', (typed, locale, date) => {
  expect(dateIn(typed, locale)).toBe(date);
  // What it is shown as means the same
  expect(dateIn(longDate(date, locale), locale)).toBe(date);
});

test.each([
  '',
  '27 August',
  '27/8/05',
  '31/4/2005',
  '29 February 2005',
  '13/13/2005',
  '27 Ju 2005',
  '27 Smarch 2005',
  '27 August September 2005',
  '27/8/2005 12',
  '1/1/1899',
  '1/1/2999',
  '123456789',
])('“%s” is no date of birth', (typed) => {
  expect(dateIn(typed, 'en-GB')).toBeNull();
});

test('a date is shown with the name of its month', () => {
  expect(longDate('1998-03-09', 'pt-PT')).toBe('9 de março de 1998');
  expect(longDate('1998-03-09', 'en-US')).toBe('9 March 1998');
});
