/**
 * Reads a date of birth as people type it: `27 August 2005`, `27 aug 2005`, `27/8/2005`, `27082005`, `2005-08-27`,
 * `2005年8月27日`. The day comes before the month unless only the other order is a date.
 *
 * @param locale BCP 47: months may have their names of this language, or English ones
 * @returns `2005-08-27`, or null if it is no past date since 1900 with a year of four digits
 */
export function dateIn(text: string, locale: string): string | null {
  const plain = withoutMarks(text.normalize('NFKC').toLowerCase());
  const numbers = plain.match(/\d+/g) ?? [];
  // Shorter words stand between the parts: `de`, `th`, `年`
  const words = plain.match(/\p{L}{3,}/gu) ?? [];
  const named = words.map((word) => monthCalled(word, locale));
  if (named.length > 1 || named.includes(null)) return null;
  const found = readings(numbers, named[0] ?? null).find(isPastDate);
  return found ? `${found.year}-${twoDigits(found.month)}-${twoDigits(found.day)}` : null;
}

/** A date such as `2005-08-27` with its month's name, the day before the month in English: `27 August 2005`. */
export function longDate(date: string, locale: string): string {
  const options = { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(dayFirst(locale), options).format(new Date(`${date}T00:00:00Z`));
}

interface Parts {
  year: number;
  month: number;
  day: number;
}

/** What the numbers can mean, the likelier reading first. */
function readings(numbers: readonly string[], month: number | null): Parts[] {
  const [first = '', second = '', third = ''] = numbers;
  if (month !== null && numbers.length === 2) return [...dayMonthYear(first, month, second), ...dayMonthYear(second, month, first)];
  if (month !== null) return [];
  if (numbers.length === 1 && first.length === 8)
    return [
      ...dayMonthYear(first.slice(0, 2), Number(first.slice(2, 4)), first.slice(4)),
      ...dayMonthYear(first.slice(6), Number(first.slice(4, 6)), first.slice(0, 4)),
    ];
  if (numbers.length !== 3) return [];
  return [
    ...dayMonthYear(third, Number(second), first),
    ...dayMonthYear(first, Number(second), third),
    ...dayMonthYear(second, Number(first), third),
  ];
}

const dayMonthYear = (day: string, month: number, year: string): Parts[] =>
  /^\d{4}$/.test(year) && /^\d{1,2}$/.test(day) ? [{ year: Number(year), month, day: Number(day) }] : [];

function isPastDate({ year, month, day }: Parts): boolean {
  const at = new Date(Date.UTC(year, month - 1, day));
  const exists = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return exists && year >= 1900 && at.getTime() <= Date.now();
}

/** The month whose name begins so, from 1. Null if there is none, or more than one. */
function monthCalled(word: string, locale: string): number | null {
  const months = Array.from({ length: 12 }, (_, index) => index + 1);
  const found = months.filter((month) => [dayFirst(locale), 'en-GB'].some((each) => monthName(month, each).startsWith(word)));
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** The name as it stands in a date, where some languages inflect it. */
const monthName = (month: number, locale: string): string => {
  const parts = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone: 'UTC' }).formatToParts(
    Date.UTC(2000, month - 1, 1),
  );
  return withoutMarks(parts.find(({ type }) => type === 'month')?.value.toLowerCase() ?? '');
};

/** Many keyboards have no `ç`: `marco` is March too. */
const withoutMarks = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '');

const dayFirst = (locale: string): string => (/^en\b/i.test(locale) ? 'en-GB' : locale);
const twoDigits = (value: number): string => String(value).padStart(2, '0');
