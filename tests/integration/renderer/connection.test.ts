import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectionReport as report } from '../../screens/connection-report.ts';
import { useWindow } from '../../screens/use-window.ts';

/** How the connection is going, in the window. */

const { subject, button, openScreen } = useWindow();
const pictures = join(import.meta.dirname, '../../../out/screens/connection');

const columns = (): Promise<string[]> => subject.page.locator('.connection-table tbody tr').first().locator('td, th').allTextContents();

test('how the connection is going has its totals, the delay against this session’s usual one, and each span as a table', async () => {
  await openScreen('connected');
  expect(subject.calls).toEqual([]); // nobody looks, nothing is asked
  subject.reply('readConnection', { ok: true, value: report('minute') });
  await button('How the connection is going').click();
  await subject.page.getByText('The connection is as fast as usual in this session.').waitFor();
  expect(subject.calls[0]).toEqual({ name: 'readConnection', input: { span: 'minute' } });
  const facts = await subject.page.locator('.connection .facts').first().textContent();
  expect(facts).toContain('48.3 MB received, 2.1 MB sent');
  expect(facts).toContain('24 ms, usually 22 ms');
  expect(facts).toContain('2 times');
  expect(await subject.page.locator('.connection-mark').count()).toBe(2);

  await button('Show as a table').click();
  await expect.poll(() => subject.page.locator('.connection-table tbody tr').count()).toBe(6);
  // Half a second away is not nothing
  expect(await subject.page.locator('.connection-table tbody tr').nth(3).locator('td').nth(3).textContent()).toBe('1s');
  subject.reply('readConnection', { ok: true, value: report('hour') });
  await subject.page.getByText('Last hour').click();
  // 50 of the 60 minutes, in fives
  await expect.poll(() => subject.page.locator('.connection-table tbody tr').count()).toBe(11);
  const [from, received, sent, delay, away, back] = await columns();
  expect(from).toMatch(/^\d\d:\d\d$/);
  expect([received, sent].every((text) => (text ?? '').endsWith('B'))).toBe(true);
  expect([delay, away, back]).toEqual(['23 ms', '–', '–']);
  subject.reply('readConnection', { ok: true, value: report('day') });
  await subject.page.getByText('Last day').click();
  await expect.poll(() => subject.page.locator('.connection-table tbody tr').count()).toBeLessThanOrEqual(2);
  expect(subject.calls.some(({ input }) => JSON.stringify(input) === '{"span":"day"}')).toBe(true);
});

test.each([
  ['your-network', 'the cause is your network'],
  ['your-campus', 'the cause is at your campus'],
] as const)('a slow connection has its cause in one sentence: %s', async (verdict, words) => {
  await openScreen('connected');
  subject.reply('readConnection', {
    ok: true,
    value: report('minute', { verdict, campus: { nowMs: null, usualMs: 22 }, network: { nowMs: 380, usualMs: 10 } }),
  });
  await button('How the connection is going').click();
  await subject.page.getByText(words).waitFor();
  await subject.page.getByText('no answer, usually 22 ms').waitFor();
  expect(await subject.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  await mkdir(pictures, { recursive: true });
  await subject.page.setViewportSize({ width: 420, height: 1_000 });
  for (const [name, media] of [
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['high-contrast', { colorScheme: 'light', forcedColors: 'active' }],
  ] as const) {
    await subject.page.emulateMedia({ forcedColors: 'none', ...media });
    await subject.page.screenshot({ path: join(pictures, `${verdict}-${name}.png`), fullPage: true });
  }
  await subject.page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
  await subject.page.setViewportSize({ width: 420, height: 680 });
});

test('closing it ends the questions', async () => {
  await openScreen('connected');
  // What the page calls back again and again
  await subject.page.evaluate(() => {
    const running = new Set<number>();
    const [start, stop] = [window.setInterval.bind(window), window.clearInterval.bind(window)];
    const counted = (work: TimerHandler, ms?: number): number => {
      const timer = start(work, ms);
      running.add(timer);
      return timer;
    };
    const forgotten = (timer?: number): void => {
      if (timer !== undefined) running.delete(timer);
      stop(timer);
    };
    Object.assign(window, { running, setInterval: counted, clearInterval: forgotten });
  });
  const running = (): Promise<number> => subject.page.evaluate(() => (window as unknown as { running: Set<number> }).running.size);
  subject.reply('readConnection', { ok: true, value: report('minute') });
  await button('How the connection is going').click();
  await subject.page.getByText('Delay to your campus').waitFor();
  expect(await running()).toBe(1);
  await button('How the connection is going').click();
  await subject.page.getByText('Delay to your campus').waitFor({ state: 'detached' });
  expect(await running()).toBe(0);
});
