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

test('a date is shown with the name of its month', () => {
  expect(longDate('1998-03-09', 'pt-PT')).toBe('9 de março de 1998');
  expect(longDate('1998-03-09', 'en-US')).toBe('9 March 1998');
});
