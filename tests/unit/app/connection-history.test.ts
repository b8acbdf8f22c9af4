import { describe, expect, test } from 'vitest';
import { ConnectionWatch } from '../../../electron/app/connection/connection-watch.ts';
import { ConnectionHistory } from '../../../electron/app/connection/history.ts';
import type { ConnectionSlot } from '../../../shared/connection.ts';
import { connected } from '../../screens/base.ts';

const begin = Date.UTC(2026, 10, 29, 12);
const minute = 60_000;
const hour = 60 * minute;

const busy = (slots: readonly ConnectionSlot[]): ConnectionSlot[] => slots.filter(({ received }) => received > 0);
const sum = (slots: readonly ConnectionSlot[], key: 'received' | 'awayMs' | 'reconnects'): number =>
  slots.reduce((total, slot) => total + slot[key], 0);

describe('the history of a session', () => {
  test('every span has each byte of its time once', () => {
    const history = new ConnectionHistory(begin);
    for (let second = 1; second <= 3 * 3600; second++) history.traffic(begin + second * 1000, { received: second * 100, sent: second });
    const end = begin + 3 * hour;
    expect(sum(history.slots('minute', end), 'received')).toBe(60 * 100);
    // The slot that has just begun holds one second
    expect(sum(history.slots('hour', end), 'received')).toBe((59 * 60 + 1) * 100);
    expect(sum(history.slots('day', end), 'received')).toBe(3 * 3600 * 100);
    expect(history.slots('day', end)).toHaveLength(96);
    expect(history.slots('hour', end).at(-1)?.at).toBe(end);
    expect(history.totals).toEqual({ received: 3 * 3600 * 100, sent: 3 * 3600 });
  });

  test('a count that falls takes nothing away', () => {
    const history = new ConnectionHistory(begin);
    history.traffic(begin + 1000, { received: 500, sent: 50 });
    history.traffic(begin + 2000, { received: 0, sent: 0 });
    history.traffic(begin + 3000, { received: 600, sent: 60 });
    expect(history.totals).toEqual({ received: 600, sent: 60 });
  });

  test('a count or a delay that is not a number changes nothing, and what comes after it counts', () => {
    const history = new ConnectionHistory(begin);
    history.traffic(begin + 1000, { received: 500, sent: 50 });
    for (const broken of [Number.NaN, Infinity, -Infinity]) {
      history.traffic(begin + 2000, { received: broken, sent: 60 });
      history.traffic(begin + 2000, { received: 600, sent: broken });
      history.delay(begin + 2000, broken);
    }
    history.traffic(begin + 3000, { received: 700, sent: 70 });
    history.delay(begin + 3000, 20);
    expect(history.totals).toEqual({ received: 700, sent: 70 });
    const slots = history.slots('minute', begin + 3000);
    expect(sum(slots, 'received')).toBe(700);
    expect(slots.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs]))).toEqual([20]);
  });

  test('time without a connection is counted slot by slot, and the return is marked once', () => {
    const history = new ConnectionHistory(begin);
    history.broke(begin + 10 * minute + 30_000);
    history.broke(begin + 11 * minute);
    history.cameBack(begin + 13 * minute + 15_000);
    history.cameBack(begin + 13 * minute + 20_000);
    const slots = history.slots('hour', begin + 20 * minute);
    expect(slots.filter(({ awayMs }) => awayMs > 0).map(({ awayMs }) => awayMs)).toEqual([30_000, minute, minute, 15_000]);
    expect(slots.filter(({ reconnects }) => reconnects > 0).map(({ at }) => at)).toEqual([begin + 13 * minute]);
    expect(history.reconnects).toBe(1);
    expect(sum(history.slots('day', begin + 20 * minute), 'awayMs')).toBe(165_000);
  });

  test('a computer that slept without a connection for three days shows the last day, and takes no long time to do so', () => {
    const history = new ConnectionHistory(begin);
    history.broke(begin + minute);
    history.cameBack(begin + 72 * hour);
    const slots = history.slots('day', begin + 72 * hour);
    expect(slots).toHaveLength(96);
    expect(sum(slots, 'reconnects')).toBe(1);
    expect(sum(slots, 'awayMs')).toBeGreaterThanOrEqual(95 * 15 * minute);
    expect(slots.every(({ awayMs }) => awayMs <= 15 * minute)).toBe(true);
  });

  test('a clock that is set back or forward folds nothing together and loses nothing', () => {
    const history = new ConnectionHistory(begin);
    history.traffic(begin + 10 * minute, { received: 100, sent: 0 });
    history.traffic(begin - 50 * minute, { received: 200, sent: 0 }); // one hour back
    history.traffic(begin - 40 * minute, { received: 300, sent: 0 });
    const slots = busy(history.slots('hour', begin - 40 * minute));
    expect(sum(slots, 'received')).toBe(300);
    expect(slots.at(-1)?.at).toBe(begin - 40 * minute);
    history.traffic(begin + 20 * hour, { received: 400, sent: 0 });
    expect(sum(history.slots('day', begin + 20 * hour), 'received')).toBe(400);
  });

  test('after a clock was set back, a report begins when its session began, and not after its slots', () => {
    let now = begin;
    const source = {
      traffic: () => ({ received: 0, sent: 0 }),
      roundTrip: () => Promise.resolve(20),
      gatewayDelay: () => Promise.resolve(10),
    };
    const watch = new ConnectionWatch({ source, now: () => now, log: (line) => expect.unreachable(line) });
    watch.accessChanged(connected);
    now = begin + 10 * minute;
    watch.sample({ at: now, received: 100, sent: 10 });
    now -= hour;
    const report = watch.report('minute');
    expect(report?.since).toBe(begin - hour);
    expect(report?.slots.at(-1)?.at).toBe(now);
  });

  test('the delay of a slot is the mean of what was measured in it', () => {
    const history = new ConnectionHistory(begin);
    history.delay(begin + 1000, 20);
    history.delay(begin + 2000, 40);
    expect(history.slots('hour', begin + 3000).at(-1)?.delayMs).toBe(30);
    expect(history.slots('hour', begin + 3000)[0]?.delayMs).toBeNull();
  });
});
