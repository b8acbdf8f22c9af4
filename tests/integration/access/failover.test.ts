import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startCampus } from '../../../campus/campus.ts';
import { gatewayOrder } from '../../../electron/access/gateway-order.ts';
import { Proxies } from '../../../electron/net/proxy/lookup.ts';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import type { Profile } from '../../../shared/profile.ts';
import { startFaultProxy, type FaultProxy } from '../../support/faults/fault-proxy.ts';
import { answer, codeOf, credentials, proceed, prompted, reach, startBench, student, type Bench } from '../../support/access.ts';
import { timed } from '../../support/stalls.ts';
import { removeFolder } from '../../support/folders.ts';

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});
const open = async (...args: Parameters<typeof startBench>): Promise<Bench> => (bench = await startBench(...args));

/** The campus's gateway behind so many doors, each with a line of its own that can be spoiled. */
async function doors(b: Bench, count: number, more: Partial<Profile> = {}): Promise<{ profile: Profile; lines: FaultProxy[] }> {
  const lines = await Promise.all(Array.from({ length: count }, () => startFaultProxy({ port: b.campus.port })));
  onTestFinished(async () => {
    await Promise.all(lines.map((line) => line.close()));
  });
  const host = 'vpn.campus.test';
  const connectTo = lines.map(({ port }, index) => ({ host, port: 1000 + index, loopbackPort: port }));
  return {
    lines,
    profile: {
      ...b.campus.profile,
      gateways: connectTo.map(({ port }) => `${host}:${port}`),
      connectTo: [...connectTo, ...(b.campus.profile.connectTo ?? [])],
      ...more,
    },
  };
}

const contacted = ({ states }: Bench): string[] =>
  states.flatMap((state) => (state.kind === 'contacting' ? [state.gateway] : [])).filter((each, index, all) => each !== all[index - 1]);
const asked = ({ states }: Bench, kind: string): number =>
  states.filter((state) => state.kind === 'asking' && state.prompt.kind === kind && !state.answered).length;

async function signInByPasscode(b: Bench, profile: Profile): Promise<void> {
  b.controller.connect(profile);
  await answer(b.controller, 'notice', proceed);
  await answer(b.controller, 'credentials', credentials(student.userId, student.password));
  await answer(b.controller, 'second-factor', { kind: 'second-factor-passcode', passcode: codeOf(b.campus) });
  await reach(b.controller, 'connected');
}

describe('gateways in order', () => {
  test('a gateway that cannot be reached is skipped for the next, and every question is asked once', async () => {
    const b = await open();
    const { profile, lines } = await doors(b, 3);
    await lines[0]?.set({ kind: 'refuse' });
    await signInByPasscode(b, profile);
    expect(contacted(b)).toEqual(['vpn.campus.test:1000', 'vpn.campus.test:1001']);
    expect(lines[2]?.connections.total).toBe(0);
    for (const kind of ['notice', 'credentials', 'second-factor']) expect(asked(b, kind)).toBe(1);
  });

  test('if no gateway can be reached, the last one’s failure is reported', async () => {
    const b = await open();
    const { profile, lines } = await doors(b, 2);
    await Promise.all(lines.map((line) => line.set({ kind: 'refuse' })));
    b.controller.connect(profile);
    const { ending } = await reach(b.controller, 'idle');
    expect(ending).toMatchObject({ code: 'gateway-unreachable', params: { host: 'vpn.campus.test:1001' } });
  });

  test('a gateway that breaks off after an answer ends the attempt: no question and no push goes to another', async () => {
    const b = await open();
    const pushes = vi.spyOn(b.campus.services.factors, 'startPush');
    const { profile, lines } = await doors(b, 2);
    b.controller.connect(profile);
    await answer(b.controller, 'notice', proceed);
    await answer(b.controller, 'credentials', credentials(student.userId, student.password));
    await answer(b.controller, 'second-factor', ({ devices }) => ({ kind: 'second-factor', method: 'push', device: devices[0]?.id ?? '' }));
    await prompted(b.controller, 'push');
    lines[0]?.cut();
    const { ending } = await reach(b.controller, 'idle');
    expect(ending?.code).toBe('gateway-closed');
    expect(lines[1]?.connections.total).toBe(0);
    expect(pushes).toHaveBeenCalledTimes(1);
  });
});

describe('the quickest gateway', () => {
  test('with gatewayChoice quickest, only the quickest gateway is signed in to', async () => {
    const b = await open();
    const { profile, lines } = await doors(b, 3, { gatewayChoice: 'quickest' });
    await lines[0]?.set({ kind: 'black-hole' });
    await lines[1]?.set({ kind: 'refuse' });
    await signInByPasscode(b, profile);
    expect(contacted(b)).toEqual(['vpn.campus.test:1002']);
    expect(b.campus.records.sessions()).toHaveLength(1);
    // The race hangs up: what is open belongs to the session
    await expect.poll(() => lines[0]?.connections.open).toBe(0);
    for (const kind of ['notice', 'credentials', 'second-factor']) expect(asked(b, kind)).toBe(1);
  });

  test('the quickest gateway comes first, then the others by their answers, then the rest in the profile’s order', async () => {
    const b = await open();
    const { profile, lines } = await doors(b, 4, { gatewayChoice: 'quickest' });
    await lines[0]?.set({ kind: 'refuse' });
    await lines[1]?.set({ kind: 'latency', ms: 40 });
    await lines[2]?.set({ kind: 'garbage' });
    const verifier = createVerifier({ trust: profile.trust, now: Date.now });
    const order = await gatewayOrder(profile, verifier, new Proxies(), new AbortController().signal);
    const [first, second, third, fourth] = profile.gateways;
    expect(order).toEqual([fourth, second, first, third]);
    // A hello, and nothing of ours after it
    await expect.poll(() => lines.map((line) => line.connections.open)).toEqual([0, 0, 0, 0]);
  });

  test('a gateway with an untrusted certificate does not win the race', async () => {
    const b = await open();
    const { profile } = await doors(b, 2, { gatewayChoice: 'quickest' });
    const verifier = createVerifier({ trust: { kind: 'pin', spkiSha256: [`${'A'.repeat(43)}=`] }, now: Date.now });
    expect(await gatewayOrder(profile, verifier, new Proxies(), new AbortController().signal)).toEqual(profile.gateways);
  });

  test('Disconnect during the race ends within a second', async () => {
    const b = await open();
    const { profile, lines } = await doors(b, 2, { gatewayChoice: 'quickest' });
    await Promise.all(lines.map((line) => line.set({ kind: 'black-hole' })));
    b.controller.connect(profile);
    await expect.poll(() => lines.every((line) => line.connections.open === 1)).toBe(true);
    expect(await timed(() => b.controller.disconnect())).toBeLessThan(1_000);
    expect(b.controller.state).toEqual({ kind: 'idle', ending: null });
  });
});

test('a second factor is sent only by a click, never on failover, a broken link, wake, another network or a restart (YZ#267, YZ#429, Tunnelblick#626)', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'causeway-failover-'));
  onTestFinished(() => removeFolder(dataDirectory));
  const b = await open({ dataDirectory });
  const pushes = vi.spyOn(b.campus.services.factors, 'startPush');
  const { profile, lines } = await doors(b, 2, { gatewayChoice: 'order' });
  await lines[0]?.set({ kind: 'refuse' });
  b.controller.connect(profile);
  await answer(b.controller, 'notice', proceed);
  await answer(b.controller, 'credentials', credentials(student.userId, student.password));
  expect(pushes).not.toHaveBeenCalled();
  await answer(b.controller, 'second-factor', ({ devices }) => ({ kind: 'second-factor', method: 'push', device: devices[0]?.id ?? '' }));
  await prompted(b.controller, 'push');
  await b.campus.services.factors.approve(student.phone, b.campus.services.factors.waiting(student.phone)[0]?.id ?? '');
  await reach(b.controller, 'connected');

  const backUp = async (): Promise<void> => {
    await reach(b.controller, 'reconnecting');
    b.controller.retryNow();
    await reach(b.controller, 'connected');
  };
  lines[1]?.cut();
  await backUp();
  b.environment.suspend();
  lines[1]?.cut();
  await reach(b.controller, 'reconnecting');
  b.environment.resume();
  await reach(b.controller, 'connected');
  b.environment.networkChange();
  await lines[1]?.set({ kind: 'black-hole' });
  b.environment.networkChange();
  await reach(b.controller, 'reconnecting');
  await lines[1]?.set({ kind: 'none' });
  await backUp();
  const { port } = b.campus;
  await b.campus.stop();
  await reach(b.controller, 'reconnecting');
  b.campus = await startCampus({ dataDirectory, port });
  const later = vi.spyOn(b.campus.services.factors, 'startPush');
  // It may have come back by itself already
  if (b.controller.state.kind === 'reconnecting') b.controller.retryNow();
  await reach(b.controller, 'connected');

  expect(pushes).toHaveBeenCalledTimes(1);
  expect(later).not.toHaveBeenCalled();
  expect(asked(b, 'second-factor') + asked(b, 'passcode')).toBe(1);
  expect(contacted(b)).toEqual(profile.gateways);
});

test('Disconnect after waking into a dead network ends within a second (YZ#208: it hung for minutes)', async () => {
  const b = await open();
  const { profile, lines } = await doors(b, 1);
  await signInByPasscode(b, profile);
  b.environment.suspend();
  await lines[0]?.set({ kind: 'black-hole' });
  b.environment.resume();
  expect(await timed(() => b.controller.disconnect())).toBeLessThan(1_000);
  expect(b.controller.state).toEqual({ kind: 'idle', ending: null });
});
