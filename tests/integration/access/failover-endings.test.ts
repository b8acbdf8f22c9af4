import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { AccessController, ControllerDeps } from '../../../electron/access/controller.ts';
import { isSessionOver } from '../../../shared/endings.ts';
import type { FailureCode } from '../../../shared/failure.ts';
import type { SessionEnd } from '../../../shared/access-protocol.ts';
import { english } from '../../support/english.ts';
import { reach, signIn, startBench } from '../../support/access.ts';
import { otherGateway, otherProfile } from '../../support/other-gateway.ts';
import { tcp } from '../../support/servers.ts';

let controller: AccessController | null = null;
afterEach(async () => {
  await controller?.disconnect();
  controller = null;
});

async function up(gateway: ReturnType<typeof otherGateway>, deps: Partial<ControllerDeps> = {}): Promise<AccessController> {
  controller = gateway.make(deps);
  controller.connect(otherProfile);
  await reach(controller, 'connected');
  return controller;
}

const reasons: Record<SessionEnd, FailureCode> = {
  'expired': 'session-expired',
  'idle': 'session-idle',
  'revoked': 'session-revoked',
  'replaced': 'session-replaced',
  'signed-out': 'session-revoked',
};

test('a tunnel refused right after signing in is not reported as a session that ended, because signing in again would not help', async () => {
  const gateway = otherGateway();
  gateway.refuse('ticket-rejected');
  controller = gateway.make({});
  controller.connect(otherProfile);
  const { ending } = await reach(controller, 'idle');
  expect(ending).toMatchObject({ code: 'tunnel-refused', params: { host: 'vpn.campus.test' } });
  expect(gateway.signIns()).toBe(1);
});

describe('an end that the tunnel hears of (OC#538, WIN#229: never without a reason)', () => {
  test.each(Object.entries(reasons))('the tunnel’s end %s is reported as %s', async (reason, code) => {
    const gateway = otherGateway();
    const c = await up(gateway);
    gateway.tunnels[0]?.end({ kind: 'ended', reason: reason as SessionEnd });
    expect((await reach(c, 'idle')).ending?.code).toBe(code);
    expect(gateway.signIns()).toBe(1);
  });

  test('a rejected cookie ends the session at once, without a try that cannot succeed', async () => {
    const gateway = otherGateway();
    const c = await up(gateway);
    gateway.tunnels[0]?.end({ kind: 'rejected', failure: { code: 'ticket-rejected' } });
    expect((await reach(c, 'idle')).ending?.code).toBe('ticket-rejected');
    expect(gateway.tunnels).toHaveLength(1);
  });

  test('a cookie rejected after its time is reported as expired', async () => {
    const gateway = otherGateway({ expiresAt: Date.now() + 60_000 });
    const c = await up(gateway);
    gateway.pass(120_000);
    gateway.tunnels[0]?.end({ kind: 'rejected', failure: { code: 'ticket-rejected' } });
    expect((await reach(c, 'idle')).ending?.code).toBe('session-expired');
  });

  test('a broken link returns with the same cookie, and ends the session if that is rejected', async () => {
    const gateway = otherGateway();
    const c = await up(gateway);
    gateway.tunnels[0]?.end({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
    await expect.poll(() => gateway.tunnels.length).toBe(2);
    await reach(c, 'connected');
    gateway.refuse('ticket-rejected');
    gateway.tunnels[1]?.end({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
    expect((await reach(c, 'idle')).ending?.code).toBe('ticket-rejected');
    expect(gateway.signIns()).toBe(1);
  });

  test('a gateway that stays away is given up and reported, and sleep does not count', async () => {
    const gateway = otherGateway();
    const c = await up(gateway, { giveUpAfterMs: 50 });
    gateway.refuse('gateway-unreachable');
    gateway.tunnels[0]?.end({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
    await expect
      .poll(
        () => {
          c.retryNow();
          return c.state.kind;
        },
        { interval: 20 },
      )
      .toBe('idle');
    expect(c.state).toMatchObject({ ending: { code: 'gateway-gone', params: { host: 'vpn.campus.test' } } });
  });

  test('a session of somebody who is always connected is not given up: it is tried every five minutes, and goes on with the same cookie', async () => {
    const gateway = otherGateway();
    const c = await up(gateway, { giveUpAfterMs: 50, isAlwaysOn: () => true });
    gateway.refuse('gateway-unreachable');
    gateway.tunnels[0]?.end({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
    const nextTryIn = (): number => (c.state.kind === 'reconnecting' ? (c.state.nextTryAt ?? 0) - Date.now() : 0);
    await expect
      .poll(
        () => {
          if (nextTryIn() < 60_000) c.retryNow();
          return nextTryIn();
        },
        { interval: 20 },
      )
      .toBeGreaterThan(60_000);
    // Up to a third less, at random
    expect(nextTryIn()).toBeLessThanOrEqual(5 * 60_000);
    expect(nextTryIn()).toBeGreaterThan(195_000);
    gateway.refuse(null);
    c.retryNow();
    await reach(c, 'connected');
    expect(gateway.signIns()).toBe(1);
  });

  test('the wait for a gateway starts anew when the computer wakes', async () => {
    const real = performance.now.bind(performance);
    let slept = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => real() + slept);
    onTestFinished(() => void vi.restoreAllMocks());
    const gateway = otherGateway();
    const c = await up(gateway, { giveUpAfterMs: 60_000 });
    gateway.refuse('gateway-unreachable');
    gateway.environment.suspend();
    gateway.tunnels[0]?.end({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
    await reach(c, 'reconnecting');
    slept = 600_000;
    gateway.environment.resume();
    // A network is seldom there at once
    await expect.poll(() => (c.state.kind === 'reconnecting' ? c.state.why.code : c.state.kind)).toBe('gateway-unreachable');
    gateway.refuse(null);
    c.retryNow();
    await reach(c, 'connected');
  });
});

test('a portal that does not answer over a working link leaves the session up (YZ#56: connected means more than a tunnel)', async () => {
  const gateway = otherGateway({ portal: false });
  const c = await up(gateway);
  await expect.poll(() => (c.state.kind === 'connected' ? c.state.portal : null)).toBe('down');
  expect(gateway.tunnels[0]?.abandoned).toBe(false);
});

test('a portal that does not answer because nothing does means a broken link, not a portal that is down', async () => {
  const gateway = otherGateway({ portal: false, answers: false, loopbackPort: await tcp(() => undefined) });
  await up(gateway);
  await expect.poll(() => gateway.tunnels[0]?.abandoned).toBe(true);
  await expect.poll(() => gateway.tunnels.length).toBeGreaterThan(1);
});

test('an unused session ends as idle when the campus says so', async () => {
  const bench = await startBench({ idleMinutes: 0.02 });
  try {
    await signIn(bench);
    expect((await reach(bench.controller, 'idle')).ending?.code).toBe('session-idle');
  } finally {
    await bench.close();
  }
});

test('every ending of a session has its own sentence', () => {
  const localizer = english;
  const codes = (
    ['ticket-rejected', 'session-expired', 'session-idle', 'session-revoked', 'session-replaced', 'gateway-gone'] as const
  ).filter(isSessionOver);
  expect(codes).toHaveLength(6);
  expect(new Set(codes.map((code) => localizer.failure({ code }).happened)).size).toBe(codes.length);
});
