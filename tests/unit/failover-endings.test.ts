import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { AccessController, type ControllerDeps } from '../../electron/access/controller.ts';
import type { GatewayDriver, OpenConnectGrant, Session, SessionEvent } from '../../electron/gateways/gateway.ts';
import { Queue } from '../../electron/gateways/queue.ts';
import type { Tunnel, TunnelEnding, TunnelEngine } from '../../electron/tunnels/tunnel.ts';
import { createJudge } from '../../electron/trust/certificate.ts';
import { isSessionOver } from '../../shared/endings.ts';
import { fail, type FailureCode } from '../../shared/failure.ts';
import type { SessionEnd } from '../../shared/access-protocol.ts';
import type { Profile } from '../../shared/profile.ts';
import { speakerFor } from '../../shared/words/say.ts';
import { handEnvironment, reach, signIn, startBench } from './support/access.ts';

const profile: Profile = {
  version: 1,
  id: 'x',
  name: 'X',
  gateways: ['vpn.campus.test'],
  protocol: 'anyconnect',
  tunnel: 'app',
  labels: { userId: 'User ID', password: 'Password' },
  portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
  trust: { kind: 'system' },
  connectTo: [{ host: 'vpn.campus.test', port: 443, loopbackPort: 9 }],
};

/** A gateway of another make, whose session lives in its tunnel: what the tunnel meets, a test decides. */
function otherGateway({ expiresAt = null as number | null, answers = true, portal = true } = {}) {
  let clock = Date.now();
  let refuse: FailureCode | null = null;
  const tunnels: { end(ending: TunnelEnding): void; abandoned: boolean }[] = [];
  let signIns = 0;
  const grant: OpenConnectGrant = {
    kind: 'openconnect',
    endpoint: { host: 'vpn.campus.test', port: 443 },
    idleSeconds: null,
    expiresAt,
    protocol: 'anyconnect',
    cookie: 'c',
    connectUrl: 'https://vpn.campus.test/',
    serverPin: 'pin',
    address: null,
  };
  const session = (): Session => ({
    id: 's',
    user: 'mei',
    grant,
    extendable: false,
    clockAhead: 0,
    events: new Queue<SessionEvent>(),
    extend: () => Promise.reject(fail('cannot-extend')),
    expiry: () => Promise.resolve(expiresAt),
    portalSignIn: () => Promise.reject(fail('portal-sign-in')),
    close: () => Promise.resolve(true),
    detach: () => Promise.resolve(),
  });
  const driver: GatewayDriver = {
    signIn: () => {
      signIns += 1;
      return Promise.resolve(session());
    },
    resume: () => Promise.resolve(session()),
  };
  const engine: TunnelEngine = {
    open: () => {
      if (refuse) return Promise.reject(fail(refuse, { host: 'vpn.campus.test' }));
      let end: (ending: TunnelEnding) => void = () => undefined;
      const ended = new Promise<TunnelEnding>((resolve) => {
        end = resolve;
      });
      const made = {
        end,
        abandoned: false,
      };
      tunnels.push(made);
      const tunnel: Tunnel = {
        dial: () => (portal ? Promise.resolve(new PassThrough()) : Promise.reject(fail('host-unreachable'))),
        traffic: () => ({ received: 0, sent: 0 }),
        answers: () => Promise.resolve(answers),
        ended,
        abandon: () => {
          made.abandoned = true;
          end({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
        },
        close: () => {
          end({ kind: 'closed' });
          return Promise.resolve();
        },
      };
      return Promise.resolve(tunnel);
    },
  };
  const environment = handEnvironment();
  const make = (deps: Partial<ControllerDeps> = {}): AccessController =>
    new AccessController({
      drivers: { anyconnect: driver },
      tunnels: { app: engine },
      direct: () => () => Promise.reject(fail('tunnel-down')),
      judgeFor: ({ trust }) => createJudge({ trust, now: Date.now }),
      environment,
      client: { name: 'test', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
      prepared: () => () => Promise.resolve(null),
      now: () => clock,
      random: () => 1,
      log: () => undefined,
      ...deps,
    });
  return {
    make,
    tunnels,
    environment,
    signIns: () => signIns,
    refuse: (code: FailureCode | null) => (refuse = code),
    pass: (ms: number) => (clock += ms),
  };
}

let controller: AccessController | null = null;
afterEach(async () => {
  await controller?.disconnect();
  controller = null;
});

async function up(gateway: ReturnType<typeof otherGateway>, deps: Partial<ControllerDeps> = {}): Promise<AccessController> {
  controller = gateway.make(deps);
  controller.connect(profile);
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

describe('an end that the tunnel hears of (OC#538, WIN#229: never without a reason)', () => {
  test.each(Object.entries(reasons))('%s is %s', async (reason, code) => {
    const gateway = otherGateway();
    const c = await up(gateway);
    gateway.tunnels[0]?.end({ kind: 'ended', reason: reason as SessionEnd });
    expect((await reach(c, 'idle')).ending?.code).toBe(code);
    expect(gateway.signIns()).toBe(1);
  });

  test('a cookie that is turned down is the end at once, without a try that could not succeed', async () => {
    const gateway = otherGateway();
    const c = await up(gateway);
    gateway.tunnels[0]?.end({ kind: 'rejected', failure: { code: 'ticket-rejected' } });
    expect((await reach(c, 'idle')).ending?.code).toBe('ticket-rejected');
    expect(gateway.tunnels).toHaveLength(1);
  });

  test('turned down when its time was up, it says that its time was up', async () => {
    const gateway = otherGateway({ expiresAt: Date.now() + 60_000 });
    const c = await up(gateway);
    gateway.pass(120_000);
    gateway.tunnels[0]?.end({ kind: 'rejected', failure: { code: 'ticket-rejected' } });
    expect((await reach(c, 'idle')).ending?.code).toBe('session-expired');
  });

  test('a link that breaks comes back with the same cookie; turned down then, it is over', async () => {
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

  test('a gateway that stays away is given up, and says so; asleep nobody waits in vain', async () => {
    const gateway = otherGateway();
    const c = await up(gateway, { patienceMs: 50 });
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

  test('patience begins anew when the computer wakes: nobody waited in its sleep', async () => {
    const real = performance.now.bind(performance);
    let slept = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => real() + slept);
    onTestFinished(() => void vi.restoreAllMocks());
    const gateway = otherGateway();
    const c = await up(gateway, { patienceMs: 60_000 });
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

test('a portal that does not answer while the link does leaves the session up (YZ#56: connected means more than a tunnel)', async () => {
  const gateway = otherGateway({ portal: false });
  const c = await up(gateway);
  await expect.poll(() => (c.state.kind === 'connected' ? c.state.portal : null)).toBe('down');
  expect(gateway.tunnels[0]?.abandoned).toBe(false);
});

test('a portal that does not answer because nothing does is a link that broke, and no portal’s fault', async () => {
  const gateway = otherGateway({ portal: false, answers: false });
  await up(gateway);
  await expect.poll(() => gateway.tunnels[0]?.abandoned).toBe(true);
  await expect.poll(() => gateway.tunnels.length).toBeGreaterThan(1);
});

test('a session that nobody used ends as idle, at the campus’s own word', async () => {
  const bench = await startBench({ idleMinutes: 0.02 });
  try {
    await signIn(bench);
    expect((await reach(bench.controller, 'idle')).ending?.code).toBe('session-idle');
  } finally {
    await bench.close();
  }
});

test('every ending of a session has a sentence of its own', () => {
  const speaker = speakerFor('en', []);
  const codes = (
    ['ticket-rejected', 'session-expired', 'session-idle', 'session-revoked', 'session-replaced', 'gateway-gone'] as const
  ).filter(isSessionOver);
  expect(codes).toHaveLength(6);
  expect(new Set(codes.map((code) => speaker.failure({ code }).happened)).size).toBe(codes.length);
});
