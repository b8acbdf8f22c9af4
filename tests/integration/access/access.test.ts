import { afterEach, describe, expect, test } from 'vitest';
import type { Profile } from '../../../shared/profile.ts';
import type { AccessStateOf } from '../../../shared/access-state.ts';
import { startCampus } from '../../../campus/campus.ts';
import type { TunnelEngine } from '../../../electron/tunnels/tunnel.ts';
import { relayTunnel } from '../../../electron/tunnels/relay.ts';
import { fail } from '../../../shared/failure.ts';
import { answer, codeOf, credentials, proceed, prompted, reach, signIn, startBench, student, type Bench } from '../../support/access.ts';
import { timed } from '../../support/stalls.ts';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../../support/folders.ts';

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

const open = async (...args: Parameters<typeof startBench>): Promise<Bench> => (bench = await startBench(...args));
const ending = ({ controller }: Bench): string | undefined =>
  controller.state.kind === 'idle' ? controller.state.ending?.code : undefined;

/** From Connect to a push that is out. */
async function sendPush({ controller }: Bench, profile: Profile): Promise<void> {
  controller.connect(profile);
  await answer(controller, 'notice', proceed);
  await answer(controller, 'credentials', credentials(student.userId, student.password));
  await answer(controller, 'second-factor', ({ devices }) => ({ kind: 'second-factor', method: 'push', device: devices[0]?.id ?? '' }));
  await prompted(controller, 'push');
}

describe('signing in', () => {
  test('notice, credentials and passcode lead to a connected session whose portal answers', async () => {
    const b = await open();
    await signIn(b);
    await expect.poll(() => (b.controller.state.kind === 'connected' ? b.controller.state.portal : null)).toBe('up');
    expect(b.states.map((state) => state.kind).filter((kind, index, all) => kind !== all[index - 1])).toEqual([
      'checking',
      'contacting',
      'asking',
      'opening',
      'connected',
    ]);
    expect(b.campus.records.sessions()).toHaveLength(1);
    await b.controller.disconnect();
    expect(b.controller.state).toEqual({ kind: 'idle', ending: null });
    await expect.poll(() => b.campus.records.sessions()).toHaveLength(0);
  });

  test('an approved push withdraws its question', async () => {
    const b = await open();
    await sendPush(b, b.campus.profile);
    const waiting = b.campus.services.factors.waiting(student.phone)[0];
    expect(await b.campus.services.factors.approve(student.phone, waiting?.id ?? '')).toBe(true);
    await reach(b.controller, 'connected');
  });

  test('a denied push is reported and the second factor asked again', async () => {
    const b = await open();
    await sendPush(b, b.campus.profile);
    const waiting = b.campus.services.factors.waiting(student.phone)[0];
    await b.campus.services.factors.deny(student.phone, waiting?.id ?? '');
    const { prompt } = await prompted(b.controller, 'second-factor');
    expect(prompt.failure?.code).toBe('push-denied');
    expect(b.campus.services.factors.waiting(student.phone)).toHaveLength(0);
  });

  test('a pending push can be left for a passcode', async () => {
    const b = await open();
    await sendPush(b, b.campus.profile);
    await answer(b.controller, 'push', { kind: 'instead', method: 'passcode' });
    await answer(b.controller, 'passcode', { kind: 'passcode', passcode: codeOf(b.campus) });
    await reach(b.controller, 'connected');
    expect(b.campus.services.factors.waiting(student.phone)).toHaveLength(0);
  });

  test('a wrong password and a wrong passcode are each reported and asked again, and the right ones work', async () => {
    const b = await open();
    b.controller.connect(b.campus.profile);
    await answer(b.controller, 'notice', proceed);
    await answer(b.controller, 'credentials', credentials(student.userId, 'wrong'));
    const again = await answer(b.controller, 'credentials', credentials(student.userId, student.password));
    expect(again.failure?.code).toBe('sign-in-rejected');
    expect(again.triesLeft).toBeGreaterThan(0);
    await answer(b.controller, 'second-factor', { kind: 'second-factor-passcode', passcode: '000000' });
    const passcode = await answer(b.controller, 'passcode', { kind: 'passcode', passcode: codeOf(b.campus) });
    expect(passcode.failure?.code).toBe('passcode-wrong');
    await reach(b.controller, 'connected');
  });

  test('a tunnel that does not open at once is tried again without another second factor', async () => {
    let refusals = 0;
    const reluctant: TunnelEngine = {
      open: (grant, signal) => (refusals++ < 2 ? Promise.reject(fail('gateway-closed', { host: 'x' })) : relayTunnel.open(grant, signal)),
    };
    const b = await open({}, { tunnels: { relay: reluctant } });
    await signIn(b);
    expect(refusals).toBe(3);
    expect(b.states.filter(({ kind }) => kind === 'opening')).toHaveLength(1);
  });

  test('a tunnel that cannot open on this computer is reported before anybody is asked anything', async () => {
    const impossible: TunnelEngine = {
      ...relayTunnel,
      prepare: (host) => Promise.reject(fail('helper-denied', { host })),
    };
    const b = await open({}, { tunnels: { relay: impossible } });
    b.controller.connect(b.campus.profile);
    await reach(b.controller, 'idle');
    expect(ending(b)).toBe('helper-denied');
    expect(b.states.map(({ kind }) => kind)).toEqual(['checking', 'closing', 'idle']);
    // A Cancel is obeyed there as everywhere
    const slow: TunnelEngine = { ...relayTunnel, prepare: () => new Promise(() => undefined) };
    const c = await open({}, { tunnels: { relay: slow } });
    c.controller.connect(c.campus.profile);
    await c.controller.disconnect();
    expect(c.controller.state).toMatchObject({ kind: 'idle', ending: null });
  });

  test('a refused tunnel is not tried again', async () => {
    let tries = 0;
    const refusing: TunnelEngine = {
      open: () => {
        tries += 1;
        return Promise.reject(fail('tunnel-refused', { host: 'x' }));
      },
    };
    const b = await open({}, { tunnels: { relay: refusing } });
    void signIn(b).catch(() => undefined);
    await expect.poll(() => b.controller.state).toMatchObject({ kind: 'idle', ending: { code: 'tunnel-refused' } });
    expect(tries).toBe(1);
  });

  test('declining the notice ends the attempt', async () => {
    const b = await open();
    b.controller.connect(b.campus.profile);
    await answer(b.controller, 'notice', { kind: 'notice', proceed: false });
    await reach(b.controller, 'idle');
    expect(ending(b)).toBe('notice-declined');
  });

  test('a gateway that cannot be reached ends the attempt as unreachable', async () => {
    const b = await open();
    await b.campus.stop();
    b.controller.connect(b.campus.profile);
    await reach(b.controller, 'idle');
    expect(ending(b)).toBe('gateway-unreachable');
  });

  test('an answer to an older prompt, a second answer and an unfitting one are refused and change nothing', async () => {
    const b = await open();
    b.controller.connect(b.campus.profile);
    const { promptId } = await prompted(b.controller, 'notice');
    expect(() => b.controller.answer('1.0', proceed)).toThrow('not-now');
    expect(() => b.controller.answer(promptId, credentials('a', 'b'))).toThrow('request-invalid');
    b.controller.answer(promptId, proceed);
    expect(() => b.controller.answer(promptId, proceed)).toThrow('not-now');
    await prompted(b.controller, 'credentials');
    expect(() => b.controller.answer(promptId, proceed)).toThrow('not-now');
  });

  test('no question is asked on campus', async () => {
    const b = await open({ onCampus: true });
    b.controller.connect(b.campus.profile);
    await reach(b.controller, 'on-campus');
    const stream = await b.controller.dial('2fa.campus.test', 443, AbortSignal.timeout(5_000));
    stream.destroy();
    await expect(b.controller.dial('example.org', 443, AbortSignal.timeout(5_000))).rejects.toThrow('host-not-allowed');
    await b.controller.disconnect();
  });
});

describe('cancelling', () => {
  const steps = ['notice', 'credentials', 'second-factor', 'push', 'passcode'] as const;
  test.each(steps)('Cancel at %s returns to idle within a second and leaves nothing at the campus', async (step) => {
    const b = await open();
    b.controller.connect(b.campus.profile);
    if (step !== 'notice') await answer(b.controller, 'notice', proceed);
    if (step !== 'notice' && step !== 'credentials')
      await answer(b.controller, 'credentials', credentials(student.userId, student.password));
    if (step === 'push')
      await answer(b.controller, 'second-factor', ({ devices }) => ({
        kind: 'second-factor',
        method: 'push',
        device: devices[0]?.id ?? '',
      }));
    if (step === 'passcode') await answer(b.controller, 'second-factor', { kind: 'second-factor-passcode' });
    await prompted(b.controller, step);
    expect(await timed(() => b.controller.disconnect())).toBeLessThan(1_000);
    expect(b.controller.state).toEqual({ kind: 'idle', ending: null });
    await expect.poll(() => b.campus.services.factors.waiting(student.phone)).toHaveLength(0);
    expect(b.campus.records.sessions()).toHaveLength(0);
  });

  test('Cancel works before the gateway has said anything, and twice in a row', async () => {
    const b = await open();
    b.controller.connect(b.campus.profile);
    expect(() => b.controller.connect(b.campus.profile)).toThrow('not-now');
    await b.controller.disconnect();
    b.controller.connect(b.campus.profile);
    await b.controller.disconnect();
    expect(b.controller.state.kind).toBe('idle');
  });
});

describe('a session', () => {
  const connectedState = ({ controller }: Bench): AccessStateOf<'connected'> => {
    if (controller.state.kind !== 'connected') throw new Error(`not connected: ${controller.state.kind}`);
    return controller.state;
  };

  test('a session is extended to the end that the gateway reports (AP#417: renewed, and still the old end)', async () => {
    const b = await open({ sessionMinutes: 10 });
    await signIn(b);
    const before = Number(connectedState(b).expiresAt);
    await b.controller.extend();
    await expect.poll(() => connectedState(b).expiresAt).toBeGreaterThan(before);
    await b.controller.extend();
    await b.controller.extend();
    await expect(b.controller.extend()).rejects.toThrow('cannot-extend');
  });

  test('a session warns before its end and then ends as expired (python-eduvpn#534: far too early)', async () => {
    const b = await open({ sessionMinutes: 0.15 });
    await signIn(b);
    await reach(b.controller, 'idle');
    expect(ending(b)).toBe('session-expired');
    const warned = b.states.filter((state) => state.kind === 'connected').map(({ expiring }) => expiring);
    expect([warned[0], warned.at(-1)]).toEqual([false, true]);
    expect(b.states.some((state) => state.kind === 'reconnecting')).toBe(false);
  });

  test('a session that the operator ends is over, with the reason', async () => {
    const b = await open();
    await signIn(b);
    const [session] = b.campus.records.sessions();
    await b.campus.control.end(session?.id ?? '');
    await reach(b.controller, 'idle');
    expect(ending(b)).toBe('session-revoked');
  });

  test('a session that this installation left behind is replaced without a question', async () => {
    const b = await open();
    await signIn(b);
    const first = b.campus.records.sessions()[0]?.id;
    // A second client of the same installation, as after a crash
    const other = await startBench();
    await other.campus.stop();
    await sendPush(other, b.campus.profile);
    await b.campus.services.factors.approve(student.phone, b.campus.services.factors.waiting(student.phone)[0]?.id ?? '');
    await reach(other.controller, 'connected');
    expect(b.campus.records.sessions().map(({ id }) => id)).not.toContain(first);
    expect(b.campus.records.sessions()).toHaveLength(1);
    await reach(b.controller, 'idle');
    expect(ending(b)).toBe('session-replaced');
    await other.controller.disconnect();
  });

  test('a session survives a restart of the gateway with the same ticket and no second factor', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'causeway-test-'));
    const b = await open({ dataDirectory });
    const { port } = b.campus;
    await signIn(b);
    const since = connectedState(b).since;
    await b.campus.stop();
    const broken = await reach(b.controller, 'reconnecting');
    expect(broken.why.code).toBe('tunnel-dropped');
    b.campus = await startCampus({ dataDirectory, port });
    b.controller.retryNow();
    const back = await reach(b.controller, 'connected');
    expect(back.since).toBe(since);
    expect(b.states.filter((state) => state.kind === 'asking' && state.prompt.kind === 'second-factor' && !state.answered)).toHaveLength(1);
    const stream = await b.controller.dial('2fa.campus.test', 443, AbortSignal.timeout(5_000));
    stream.destroy();
    await b.controller.disconnect();
    await b.campus.stop();
    await removeFolder(dataDirectory);
  });

  test('a session that ended while the gateway was away is reported as ended, and needs a new sign-in', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'causeway-test-'));
    const b = await open({ dataDirectory });
    const { port } = b.campus;
    await signIn(b);
    await b.campus.stop();
    await reach(b.controller, 'reconnecting');
    await removeFolder(dataDirectory);
    b.campus = await startCampus({ dataDirectory, port });
    // Another authority signs for it now: that is not the campus that we knew
    b.controller.retryNow();
    await expect
      .poll(() => (b.controller.state.kind === 'reconnecting' ? b.controller.state.why.code : b.controller.state.kind), { timeout: 15_000 })
      .toMatch(/^certificate-/);
    await b.controller.disconnect();
    await b.campus.stop();
    await removeFolder(dataDirectory);
  });

  test('a session stops retrying while the computer sleeps, and is back within 3 s of waking', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'causeway-test-'));
    const b = await open({ dataDirectory });
    const { port } = b.campus;
    await signIn(b);
    b.environment.suspend();
    await b.campus.stop();
    await reach(b.controller, 'reconnecting');
    const tries = (): number => b.states.filter((state) => state.kind === 'reconnecting' && state.nextTryAt === null).length;
    b.campus = await startCampus({ dataDirectory, port });
    expect(tries()).toBe(0);
    expect(b.controller.state.kind).toBe('reconnecting');
    const woke = async (): Promise<void> => {
      b.environment.resume();
      await reach(b.controller, 'connected');
    };
    expect(await timed(woke)).toBeLessThan(3_000);
    await b.controller.disconnect();
    await b.campus.stop();
    await removeFolder(dataDirectory);
  });
});
