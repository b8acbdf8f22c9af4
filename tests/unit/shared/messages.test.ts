import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { failureCodes } from '../../../shared/failure.ts';
import { en } from '../../../shared/messages/en.ts';
import { createLocalizer, loadLocalizer } from '../../../shared/messages/localizer.ts';
import { zhHant } from '../../../shared/messages/zh-Hant.ts';

/** Every sentence of a catalogue with the path to it: `home.tasks`. */
function sentencesOf(texts: object, path: string[] = []): [path: string, sentence: string][] {
  return Object.entries(texts).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const here = [...path, key];
    if (typeof value === 'string') return [[here.join('.'), value]];
    return typeof value === 'object' && value !== null ? sentencesOf(value, here) : [];
  });
}
const sentences = sentencesOf(en);
const british = { locale: 'en-GB', dates: 'en-GB' };
const placeholders = (sentence: string): string[] => [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');

/** The text of all product code that speaks. */
function sources(): string {
  const root = join(import.meta.dirname, '../../..');
  const files = ['renderer', 'electron'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((file) => join(root, room, file)),
  );
  return [...files.filter((file) => /\.tsx?$/.test(file)), join(root, 'shared/messages/localizer.ts')]
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

describe('the English catalogue', () => {
  test('every entry of the English catalogue has a text', () => {
    expect(sentences.filter(([, sentence]) => sentence.trim() === '' || sentence !== sentence.trim())).toEqual([]);
  });

  test('every failure has a title, what happened and what to do in the English catalogue', () => {
    expect(Object.keys(en.failures).sort()).toEqual([...failureCodes].sort());
    for (const texts of Object.values(en.failures)) expect(Object.keys(texts)).toEqual(['title', 'happened', 'todo']);
  });

  test('texts of the English catalogue are short', () => {
    const long = Object.entries(en.failures).filter(
      ([, { title, happened, todo }]) => title.length > 40 || happened.length > 130 || todo.length > 130,
    );
    expect(long).toEqual([]);
  });

  test('a failure’s placeholders are filled with or without its details', () => {
    const { failure } = createLocalizer(en, british);
    for (const code of failureCodes) expect(Object.values(failure({ code })).join(' ')).not.toMatch(/[{}]/);
    expect(failure({ code: 'gateway-unreachable', params: { host: 'vpn.campus.test' } }).happened).toContain('vpn.campus.test');
  });

  test('the English catalogue uses no placeholder that nothing fills', () => {
    const code = sources();
    const unfilled = sentences
      .filter(([path]) => !path.startsWith('failures.'))
      .flatMap(([path, sentence]) => placeholders(sentence).map((name) => ({ path, name })))
      .filter(({ name }) => !new RegExp(`\\b${name}\\b\\s*[:,}]`).test(code));
    expect(unfilled).toEqual([]);
  });

  test('the English catalogue holds no sentence that nothing uses', () => {
    const code = sources();
    const unsaid = sentences
      .filter(([path]) => !/^(failures|unknown|task|status|guide\.steps|policy\.keys)\./.test(path))
      .filter(([path]) => {
        const names = path.split('.').filter((name) => !/^(other|one|\d+)$/.test(name));
        return !new RegExp(`\\b${names.at(-1) ?? ''}\\b`).test(code);
      });
    expect(unsaid.map(([path]) => path)).toEqual([]);
  });
});

describe('speaking', () => {
  const { format, instant, duration, ago, bytes } = createLocalizer(en, british);

  test('text, counts and instants are filled into a sentence', () => {
    expect(format('{campus} at {untilAt}', { campus: 'Harbour', untilAt: new Date().setHours(16, 54, 0, 0) })).toBe('Harbour at 16:54');
    const noon = new Date().setHours(12, 0, 0, 0);
    expect(format('{nowDateAt}', { nowDateAt: noon })).toBe(
      `${new Date(noon).getDate()} ${new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' }).format(noon)}, 12:00`,
    );
    expect(format('{count}', { count: 12_345 })).toBe('12,345');
    expect(format('{unknown}', {})).toBe('{unknown}');
  });

  test('the plural follows the count', () => {
    expect(format(en.credentials.triesLeft, { count: 1 })).toBe('One try left');
    expect(format(en.credentials.triesLeft, { count: 3 })).toBe('3 tries left');
  });

  test('filled-in text is never read as a placeholder', () => {
    expect(format('{host} {user}', { host: '{user}', user: 'mei' })).toBe('{user} mei');
  });

  test.each([
    ['en', 'TLS 1.2 without safe renegotiation'],
    ['pt', 'TLS 1.2 sem renegociação segura'],
    ['zh-Hant', 'TLS 1.2，不支援安全重新協商'],
  ] as const)('what code fills into a failure is in the language %s', async (language, found) => {
    const localizer = await loadLocalizer(language, ['en-GB']);
    const params = { host: 'vpn.test', found: 'TLS 1.2 without safe renegotiation' };
    expect(localizer.failure({ code: 'old-tls', params }).happened).toContain(found);
    expect(localizer.failure({ code: 'old-tls', params: { ...params, found: 'TLS 1.0' } }).happened).toContain('TLS 1.0');
  });

  test('durations, distances and amounts are written in words', () => {
    expect(duration(462 * 60_000)).toBe('7h 42m');
    expect(duration(7_200_000)).toBe('2h');
    expect(duration(9.9 * 60_000)).toBe('9m');
    expect(duration(42_400)).toBe('42s');
    expect(duration(-5)).toBe('0s');
    expect(ago(34_000)).toBe('34 seconds ago');
    expect(ago(3_700_000)).toBe('1 hour ago');
    expect([0, 999, 12_340, 12_340_000, 5e15].map(bytes)).toEqual(['0 kB', '1 kB', '12.3 kB', '12.3 MB', '5,000 TB']);
    expect(instant(new Date().setHours(9, 5, 0, 0))).toBe('09:05');
    expect(instant(Date.parse('2020-03-01T12:00:00'))).toContain('2020');
  });

  test('an instant is a time of day on the same day or less than twelve hours away, also over midnight', () => {
    vi.useFakeTimers({ now: new Date(2026, 10, 29, 23, 50), toFake: ['Date'] });
    try {
      expect(instant(new Date(2026, 10, 30, 0, 5).getTime())).toBe('00:05');
      expect(instant(new Date(2026, 10, 30, 11, 49).getTime())).toBe('11:49');
      expect(instant(new Date(2026, 10, 30, 11, 51).getTime())).toBe('30 Nov 2026, 11:51');
      expect(instant(new Date(2026, 10, 29, 9, 0).getTime())).toBe('09:00');
      expect(instant(new Date(2026, 10, 28, 23, 0).getTime())).toBe('28 Nov 2026, 23:00');
    } finally {
      vi.useRealTimers();
    }
  });

  test('Chinese has a blank between its characters and digits or Latin letters in times, lengths and lists too', () => {
    const chinese = createLocalizer(zhHant, { locale: 'zh-Hant-MO', dates: 'zh-Hant-MO' });
    expect(chinese.instant(new Date().setHours(9, 5, 0, 0))).toBe('上午 9:05');
    expect(chinese.format('{nowDateAt}', { nowDateAt: new Date().setHours(9, 5, 0, 0) })).toMatch(/日 上午 9:05$/);
    expect(chinese.instant(new Date(2020, 2, 1, 16, 54).getTime())).toBe('2020年3月1日 下午 4:54');
    expect([462 * 60_000, 540_000, 42_000].map(chinese.duration)).toEqual(['7\u00a0小時 42\u00a0分鐘', '9\u00a0分鐘', '42\u00a0秒']);
    expect(chinese.list(['ICTO', '+853 8822 8600', 'icto@um.edu.mo'])).toBe('ICTO、+853 8822 8600 及 icto@um.edu.mo');
    expect(chinese.list(['a.example', '另外 3 個'])).toBe('a.example 及另外 3 個');
    const offered = 'Site 2, 第 4 校區, … (+998)';
    expect(chinese.format('可選 {offered}。', { offered })).toBe('可選 Site 2、第 4 校區、…（+998）。');
    expect(chinese.aside('internal')).toBe('（internal）');
  });
});
