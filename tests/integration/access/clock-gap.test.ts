import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withClockGap } from '../../../electron/access/clock-gap.ts';
import { backoffMs } from '../../../electron/access/backoff.ts';
import { handEnvironment } from '../../support/access.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('on macOS, a timer delayed by App Nap is no wake, and a gap of an hour is one', () => {
  let now = 1_000_000;
  const woke = vi.fn();
  withClockGap(handEnvironment(), () => now, 'darwin').onResume(woke);
  for (const late of [16_000, 20_000, 25_000]) {
    now += 2_000 + late;
    vi.advanceTimersByTime(2_000);
  }
  expect(woke).not.toHaveBeenCalled();
  now += 3_600_000;
  vi.advanceTimersByTime(2_000);
  expect(woke).toHaveBeenCalledTimes(1);
});

test('a gap in the wall clock or the system’s own event is a wake, a busy second is not', () => {
  let now = 1_000_000;
  const hand = handEnvironment();
  const woke = vi.fn();
  const off = withClockGap(hand, () => now, 'linux').onResume(woke);
  for (let second = 0; second < 10; second++) {
    now += 2_000;
    vi.advanceTimersByTime(2_000);
  }
  now += 3_000;
  vi.advanceTimersByTime(2_000);
  expect(woke).not.toHaveBeenCalled();
  now += 3_600_000;
  vi.advanceTimersByTime(2_000);
  expect(woke).toHaveBeenCalledTimes(1);
  hand.resume();
  expect(woke).toHaveBeenCalledTimes(2);
  off();
  now += 3_600_000;
  vi.advanceTimersByTime(4_000);
  hand.resume();
  expect(woke).toHaveBeenCalledTimes(2);
});

test('the delay between retries grows to half a minute, with a third of jitter', () => {
  const least = [0, 1, 2, 3, 4, 5, 6, 7, 50].map((tries) => backoffMs(tries, () => 1));
  const most = [0, 1, 2, 3, 4, 5, 6, 7, 50].map((tries) => backoffMs(tries, () => 0));
  expect(most).toEqual([0, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000]);
  expect(least.every((ms, index) => ms >= (most[index] ?? 0) * 0.66)).toBe(true);
});
