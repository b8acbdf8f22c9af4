import { describe, expect, it } from 'vitest';
import { keepsAlive, LinkCheck } from '../../../electron/tunnels/openconnect/keep-alive.ts';

const minute = 60_000;

/** A link whose clock and answers a test moves by hand. */
class HandLink {
  received = 0;
  sent = 0;
  silent = 0;
  /** When it was asked, and for how long it waited. */
  readonly asked: { at: number; timeoutMs: number }[] = [];
  answers: boolean[] = [];
  readonly timers = new Set<{ ms: number; callback: () => void; next: number }>();
  #now = 0;

  readonly check = new LinkCheck({
    ask: (timeoutMs) => {
      this.asked.push({ at: this.#now, timeoutMs });
      // The query itself goes through the tunnel too
      this.sent += 50;
      this.received += 50;
      return Promise.resolve(this.answers.shift() ?? true);
    },
    traffic: () => ({ received: this.received, sent: this.sent }),
    onSilent: () => (this.silent += 1),
    clock: {
      now: () => this.#now,
      every: (ms, callback) => {
        const timer = { ms, callback, next: this.#now + ms };
        this.timers.add(timer);
        return () => this.timers.delete(timer);
      },
    },
  });

  async pass(ms: number): Promise<void> {
    for (const end = this.#now + ms; this.#now < end;) {
      this.#now += 1_000;
      for (const timer of this.timers) {
        if (this.#now < timer.next) continue;
        timer.next += timer.ms;
        timer.callback();
      }
      for (let turn = 0; turn < 6; turn++) await Promise.resolve();
    }
  }
}

describe('keeping a tunnel alive', () => {
  it('an idle tunnel is asked once in each minute, and its own queries do not count as traffic', async () => {
    const bench = new HandLink();
    bench.check.start({ keepAlive: true });
    await bench.pass(10 * minute);
    expect(bench.asked.length).toBeGreaterThanOrEqual(10);
    expect(bench.asked.length).toBeLessThanOrEqual(11);
    const gaps = bench.asked.map(({ at }, index) => at - (bench.asked[index - 1]?.at ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(minute);
    expect(bench.silent).toBe(0);
  });

  it('a tunnel with traffic in each minute is never asked, and is once the traffic stops', async () => {
    const bench = new HandLink();
    bench.check.start({ keepAlive: true });
    for (let index = 0; index < 30; index++) {
      await bench.pass(minute / 2);
      bench.received += 1;
    }
    expect(bench.asked).toEqual([]);
    await bench.pass(minute);
    expect(bench.asked).toHaveLength(1);
  });

  it('one query without an answer is asked again at once, and only two in a row make the link doubtful', async () => {
    const bench = new HandLink();
    bench.answers = [false, true];
    bench.check.start({ keepAlive: true });
    await bench.pass(minute);
    expect([bench.asked.length, bench.silent]).toEqual([2, 0]);
    bench.answers = [false, false];
    await bench.pass(minute);
    expect([bench.asked.length, bench.silent]).toEqual([4, 1]);
    // A link that came back is not doubted again
    await bench.pass(2 * minute);
    expect(bench.silent).toBe(1);
  });

  it('a tunnel that is not kept alive is asked only when something had no answer, and then for a short time', async () => {
    const bench = new HandLink();
    bench.check.start({ keepAlive: false });
    await bench.pass(10 * minute);
    expect(bench.asked).toEqual([]);
    bench.answers = [false, false];
    bench.check.doubt();
    bench.check.doubt();
    await bench.pass(1_000);
    expect([bench.asked.length, bench.silent]).toEqual([2, 1]);
    expect(Math.max(...bench.asked.map(({ timeoutMs }) => timeoutMs))).toBeLessThanOrEqual(2_000);
  });

  it('a tunnel that sends and gets nothing back is asked after some seconds, once, whether or not it is kept alive', async () => {
    const bench = new HandLink();
    bench.check.start({ keepAlive: false });
    for (let index = 0; index < 30; index++) {
      bench.sent += 10;
      bench.received += 10;
      await bench.pass(1_000);
    }
    expect(bench.asked).toEqual([]);
    bench.sent += 10;
    await bench.pass(10_000);
    expect(bench.asked).toHaveLength(1);
    await bench.pass(10 * minute);
    expect([bench.asked.length, bench.silent]).toEqual([1, 0]);
    bench.answers = [false, false];
    bench.sent += 10;
    await bench.pass(10_000);
    expect([bench.asked.length, bench.silent]).toEqual([3, 1]);
  });

  it('a tunnel that has ended is asked no more, and its last query makes nothing doubtful', async () => {
    const bench = new HandLink();
    bench.check.start({ keepAlive: true });
    bench.answers = [false, false];
    bench.check.doubt();
    bench.check.stop();
    bench.check.start({ keepAlive: true });
    bench.check.doubt();
    await bench.pass(5 * minute);
    expect([bench.asked.length, bench.silent, bench.timers.size]).toEqual([1, 0, 0]);
  });

  it('a stated idle time stops the queries unless the profile asks for them, and the profile may forbid them', () => {
    expect(keepsAlive('without-limit', null)).toBe(true);
    expect(keepsAlive('without-limit', 1_800)).toBe(false);
    expect([keepsAlive('always', 1_800), keepsAlive('always', null)]).toEqual([true, true]);
    expect([keepsAlive('never', 1_800), keepsAlive('never', null)]).toEqual([false, false]);
  });
});
