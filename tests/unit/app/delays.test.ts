import { describe, expect, test } from 'vitest';
import { Delays, isSlow, verdictOf } from '../../../electron/app/connection/delays.ts';

/** A session whose clock the test moves second by second. */
function lab() {
  let now = 0;
  const state = { received: 0, campus: 20 as number | null, network: 10 as number | null };
  const asked = { campus: [] as number[], network: [] as number[] };
  const told: number[] = [];
  const delays = new Delays(
    {
      traffic: () => ({ received: state.received, sent: 0 }),
      roundTrip: () => {
        asked.campus.push(now);
        state.received += 120; // the question and its answer count as traffic
        return Promise.resolve(state.campus);
      },
      gatewayDelay: () => {
        asked.network.push(now);
        return Promise.resolve(state.network);
      },
    },
    { campus: (ms) => told.push(ms), log: (line) => expect.unreachable(line) },
    () => now,
  );
  const seconds = async (count: number, each: { uses?: boolean; looks?: boolean } = {}): Promise<void> => {
    for (let second = 0; second < count; second++) {
      now += 1000;
      if (each.uses) state.received += 1000;
      if (each.looks) delays.looked();
      delays.tick();
      await new Promise(setImmediate);
    }
  };
  return { delays, state, asked, told, seconds };
}

describe('the delay of a session', () => {
  test('a session that nobody uses is asked once and never again, even while somebody looks', async () => {
    const { asked, seconds } = lab();
    await seconds(600);
    await seconds(600, { looks: true });
    expect(asked.campus).toEqual([1000]);
  });

  test('a session in use is asked each minute, and each ten seconds while somebody looks', async () => {
    const { asked, seconds } = lab();
    await seconds(301, { uses: true });
    expect(asked.campus).toHaveLength(6);
    asked.campus.length = 0;
    await seconds(60, { uses: true, looks: true });
    expect(asked.campus.length).toBeGreaterThanOrEqual(5);
    expect(asked.campus.length).toBeLessThanOrEqual(7);
  });

  test('the gateway is knocked at twice, and then only while the campus is slow, once a minute at most', async () => {
    const { asked, state, seconds } = lab();
    await seconds(600, { uses: true, looks: true });
    expect(asked.network).toHaveLength(2);
    state.campus = 900;
    await seconds(300, { uses: true, looks: true });
    expect(asked.network.length - 2).toBeGreaterThanOrEqual(4);
    expect(asked.network.length - 2).toBeLessThanOrEqual(6);
  });

  test('the verdict names this side, the campus, or neither', async () => {
    const { delays, state, seconds, told } = lab();
    expect(delays.verdict).toBe('not-measured');
    await seconds(200, { uses: true, looks: true });
    expect(delays.verdict).toBe('as-usual');
    state.campus = 400;
    await seconds(70, { uses: true, looks: true });
    expect(delays.verdict).toBe('your-campus');
    state.network = 350;
    await seconds(70, { uses: true, looks: true });
    expect(delays.verdict).toBe('your-network');
    state.campus = 21;
    await seconds(20, { uses: true, looks: true });
    expect(delays.verdict).toBe('as-usual');
    expect(told.filter((ms) => ms === 400).length).toBeGreaterThan(5);
  });

  test('nobody is blamed before the way to the gateway was measured in the same slow time', async () => {
    const { delays, state, seconds } = lab();
    await seconds(600, { uses: true, looks: true });
    state.campus = 400;
    state.network = 350;
    const verdicts = new Set<string>();
    for (let second = 0; second < 30; second++) {
      await seconds(1, { uses: true, looks: true });
      verdicts.add(delays.verdict);
    }
    expect([...verdicts]).toEqual(['slow', 'your-network']);
  });

  test('a campus that does not answer any more is slow; one that never answered is not known', async () => {
    const { delays, state, seconds } = lab();
    state.campus = null;
    await seconds(100, { uses: true });
    expect(delays.verdict).toBe('not-measured');
    state.campus = 20;
    await seconds(120, { uses: true });
    state.campus = null;
    await seconds(70, { uses: true });
    expect(delays.verdict).toBe('your-campus');
  });

  test.each([
    [{ nowMs: 30, usualMs: 20 }, false],
    [{ nowMs: 110, usualMs: 20 }, false],
    [{ nowMs: 130, usualMs: 20 }, true],
    [{ nowMs: 350, usualMs: 200 }, false],
    [{ nowMs: 420, usualMs: 200 }, true],
    [{ nowMs: null, usualMs: null }, false],
    [{ nowMs: null, usualMs: 20 }, true],
  ])('slow means twice the usual delay and noticeably more: %j', (delay, slow) => {
    expect(isSlow(delay)).toBe(slow);
  });

  test('without a measurement of the network nobody is blamed', () => {
    expect(verdictOf({ nowMs: 500, usualMs: 20 }, { nowMs: null, usualMs: null })).toBe('slow');
  });
});
