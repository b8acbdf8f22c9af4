import type net from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { signInForm } from '../../peers/gateways/form-gateway.ts';
import { failsWith, missingLibrary, person, targetFor } from '../../peers/openconnect-bench.ts';
import { mei, useDriver } from '../../support/openconnect-driver.ts';

/** The bound that the app promises for a Cancel. */
const cancelWithinMs = 1_000;

describe.skipIf(missingLibrary() !== null)('a sign-in that is cancelled, or whose worker dies', () => {
  const { gateway, tcp, stalled, profileTo, own, signIn, cancelled } = useDriver();

  test('Cancel during an open question ends the sign-in within a second', async () => {
    const at = await gateway(() => signInForm);
    const attempt = signIn(at.profile(), { credentials: 'wait' });
    await expect.poll(() => attempt.who.kinds()).toEqual(['credentials']);
    expect(await cancelled(attempt)).toBeLessThan(cancelWithinMs);
  });

  test('Cancel while the gateway withholds its answer reaches the library within a second, and its worker lives on', async () => {
    const at = await gateway(({ init }, { requests }) => (init ? signInForm : requests.length === 2 ? 'hang' : 'success'));
    // No kill would come in time to be what ended it
    const mine = await own({ times: { cancelTimeoutMs: 20_000 } });
    const attempt = signIn(at.profile(), { credentials: mei }, mine);
    await expect.poll(() => at.requests.length).toBe(2);
    expect(await cancelled(attempt)).toBeLessThan(cancelWithinMs);
    expect((await signIn(at.profile(), { credentials: mei }, mine).session).user).toBe('mei');
    expect(mine.workers).toHaveLength(1);
  });

  test('Cancel during a stalled TLS handshake, where the library does not listen, kills the worker within a second', async () => {
    const { port, greeted } = await stalled();
    const mine = await own();
    const attempt = signIn(await profileTo(port), {}, mine);
    await greeted;
    expect(await cancelled(attempt)).toBeLessThan(cancelWithinMs);
    // The next one has a process of its own
    const at = await gateway(({ init }) => (init ? signInForm : 'success'));
    expect((await signIn(at.profile(), { credentials: mei }, mine).session).user).toBe('mei');
    expect(mine.workers).toHaveLength(2);
  });

  test('a killed worker is replaced at once while a window is open to sign in from', async () => {
    const { port, greeted } = await stalled();
    const mine = await own();
    mine.driver.setWanted(true);
    const attempt = signIn(await profileTo(port), {}, mine);
    await greeted;
    await cancelled(attempt);
    await mine.workers[0]?.exited;
    expect(mine.workers).toHaveLength(2);
    const at = await gateway(({ init }) => (init ? signInForm : 'success'));
    expect((await signIn(at.profile(), { credentials: mei }, mine).session).user).toBe('mei');
    expect(mine.workers).toHaveLength(2);
  });

  test('Cancel while a push is pending ends the sign-in within a second', async () => {
    const at = await gateway(({ init }) => (init ? signInForm : 'hang'));
    const attempt = signIn(at.profile({ secondFactor: 'append' }), {
      'credentials': mei,
      'second-factor': { kind: 'second-factor', method: 'push', device: 'push' },
      'push': 'wait',
    });
    await expect.poll(() => attempt.who.kinds()).toContain('push');
    expect(await cancelled(attempt)).toBeLessThan(cancelWithinMs);
  });

  test.each(['http', 'socks5', 'https', 'socks4'] as const)(
    'Cancel while a proxy (%s) accepts and says nothing ends the sign-in within a second',
    async (kind) => {
      const reached: net.Socket[] = [];
      const port = await tcp((socket) => reached.push(socket));
      const at = await gateway(() => signInForm);
      const via = { kind, host: '127.0.0.1', port };
      const attempt = signIn(at.profile({ connectTo: [] }), {}, await own(), { host: at.host, port: 443, via });
      await expect.poll(() => reached.length, { timeout: 10_000 }).toBeGreaterThan(0);
      expect(await cancelled(attempt)).toBeLessThan(cancelWithinMs);
    },
  );

  test('Cancel before the start begins no sign-in', async () => {
    const at = await gateway(() => signInForm);
    const stop = AbortSignal.abort();
    const { driver } = await own();
    await expect(driver.signIn(targetFor(at.profile()), person({}).ask, stop)).rejects.toMatchObject(failsWith('cancelled'));
  });

  const component = { component: 'libopenconnect' };

  test('a worker killed during an open question withdraws the question, and only this sign-in ends', async () => {
    const at = await gateway(({ init }) => (init ? signInForm : 'success'));
    const mine = await own();
    const attempt = signIn(at.profile(), { credentials: 'wait' }, mine);
    await expect.poll(() => attempt.who.kinds()).toEqual(['credentials']);
    mine.workers[0]?.kill();
    await expect(attempt.session).rejects.toMatchObject(failsWith('component-failed', component));
    expect((await signIn(at.profile(), { credentials: mei }, mine).session).user).toBe('mei');
  });

  test('a worker killed while the gateway is to answer ends the sign-in as component-failed', async () => {
    const at = await gateway(({ init }) => (init ? signInForm : 'hang'));
    const mine = await own();
    const attempt = signIn(at.profile(), { credentials: mei }, mine);
    await expect.poll(() => at.requests.length).toBe(2);
    mine.workers[0]?.kill();
    await expect(attempt.session).rejects.toMatchObject(failsWith('component-failed', component));
  });

  test('a worker that hangs is noticed and killed', async () => {
    const at = await gateway(({ init }) => (init ? signInForm : 'hang'));
    const mine = await own({ times: { pingMs: 500 } });
    const attempt = signIn(at.profile(), { credentials: mei }, mine);
    await expect.poll(() => at.requests.length).toBe(2);
    const pid = mine.workers[0]?.pid;
    if (pid === undefined) throw new Error('no process');
    process.kill(pid, 'SIGSTOP');
    await expect(attempt.session).rejects.toMatchObject(failsWith('component-failed', component));
  });

  test('a worker without its library reports the missing component', async () => {
    const mine = await own({ library: { path: '/nowhere/libopenconnect.so.5' } });
    const at = await gateway(() => signInForm);
    await expect(signIn(at.profile(), {}, mine).session).rejects.toMatchObject(failsWith('component-missing', component));
  });

  test('a worker that sends something else than its protocol is not believed', async () => {
    const mine = await own({
      startWorker: () => ({
        pid: undefined,
        post: () => undefined,
        onMessage: (listener) => setImmediate(() => listener({ type: 'done', cookie: 7 })),
        exited: new Promise(() => undefined),
        kill: () => undefined,
      }),
    });
    const at = await gateway(() => signInForm);
    await expect(signIn(at.profile(), {}, mine).session).rejects.toMatchObject(failsWith('component-failed', component));
  });

  test('an idle worker is kept for thirty seconds after it is last wanted, and no longer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const mine = await own();
      mine.driver.setWanted(true);
      const [worker] = mine.workers;
      if (!worker) throw new Error('not warmed');
      const kill = vi.spyOn(worker, 'kill');
      mine.driver.setWanted(false);
      vi.advanceTimersByTime(29_900);
      expect(kill).not.toHaveBeenCalled();
      vi.advanceTimersByTime(200);
      expect(kill).toHaveBeenCalledOnce();
      await worker.exited;
    } finally {
      vi.useRealTimers();
    }
  });

  test('a worker is started ahead while it is wanted, and stopped when it is not', async () => {
    const mine = await own({ times: { idleMs: 20 } });
    mine.driver.setWanted(true);
    expect(mine.workers).toHaveLength(1);
    const at = await gateway(({ init }) => (init ? signInForm : 'success'));
    await signIn(at.profile(), { credentials: mei }, mine).session;
    expect(mine.workers).toHaveLength(1);
    mine.driver.setWanted(false);
    await mine.workers[0]?.exited;
    // Unasked for it still works, cold
    expect((await signIn(at.profile(), { credentials: mei }, mine).session).user).toBe('mei');
    expect(mine.workers).toHaveLength(2);
    await mine.workers[1]?.exited;
  });
});
