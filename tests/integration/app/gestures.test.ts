import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startFaultProxy, type FaultProxy } from '../../support/faults/fault-proxy.ts';
import { startCampus, type Campus } from '../../../campus/campus.ts';
import type { AccessStateKind } from '../../../shared/access-state.ts';
import type { Answer, PromptKind } from '../../../shared/prompt.ts';
import { codeOf, credentials, proceed, student } from '../../support/access.ts';
import { promptOf, startApp, when, type AppRun } from '../../support/app.ts';
import { timed } from '../../support/stalls.ts';

/** A campus behind a network that can be spoiled, and an application in front of it. */
interface Scene {
  campus: Campus;
  network: FaultProxy;
  run: AppRun;
}
/** One for all tests; its clock goes on with every code, so that none is used twice. */
let campus: Campus;
let campusAhead = 0;
beforeAll(async () => {
  campus = await startCampus({ now: () => Date.now() + campusAhead });
});
afterAll(() => campus.stop());

let scene: Scene | null = null;
afterEach(async () => {
  await scene?.network.set({ kind: 'none' });
  await scene?.run.close();
  await scene?.network.close();
  scene = null;
  for (const { id } of campus.records.sessions()) await campus.control.end(id);
});

async function open(): Promise<Scene> {
  const network = await startFaultProxy({ port: campus.port });
  const connectTo = (campus.profile.connectTo ?? []).map((entry) => ({ ...entry, loopbackPort: network.port }));
  const run = await startApp([{ ...campus.profile, connectTo }]);
  return (scene = { campus, network, run });
}

const freshCode = (): string => {
  campusAhead += 30_000;
  return codeOf(campus);
};
const connect = ({ run, campus }: Scene): Promise<void> => run.app.verbs.connect({ profileId: campus.profile.id });
const reached = ({ run }: Scene, kind: AccessStateKind) => when(run.app, ({ access }) => access.kind === kind);
async function answer({ run }: Scene, kind: PromptKind, given: Answer): Promise<void> {
  const { promptId } = await when(run.app, promptOf(kind));
  await run.app.verbs.answer({ promptId, answer: given, remember: false });
}
async function atSecondFactor(s: Scene): Promise<void> {
  await connect(s);
  await answer(s, 'notice', proceed);
  await answer(s, 'credentials', credentials(student.userId, student.password));
  await when(s.run.app, promptOf('second-factor'));
}
async function connected(s: Scene): Promise<void> {
  await atSecondFactor(s);
  await answer(s, 'second-factor', { kind: 'second-factor-passcode', passcode: freshCode() });
  await reached(s, 'connected');
}
async function pushed(s: Scene): Promise<string> {
  await atSecondFactor(s);
  const asked = await when(s.run.app, promptOf('second-factor'));
  const device = asked.prompt.kind === 'second-factor' ? asked.prompt.devices[0]?.id : undefined;
  await answer(s, 'second-factor', { kind: 'second-factor', method: 'push', device: device ?? '' });
  await when(s.run.app, promptOf('push'));
  return s.campus.services.factors.waiting(student.phone)[0]?.id ?? '';
}

/** How to get into each state that has something to leave, and to stay there. */
const states: [string, (s: Scene) => Promise<unknown>][] = [
  [
    'checking',
    async (s) => {
      await s.network.set({ kind: 'black-hole' });
      await connect(s);
      await reached(s, 'checking');
    },
  ],
  [
    'contacting',
    async (s) => {
      await s.network.set({ kind: 'black-hole' });
      await connect(s);
      await reached(s, 'contacting');
    },
  ],
  ['asking, notice', (s) => connect(s).then(() => when(s.run.app, promptOf('notice')))],
  [
    'asking, credentials',
    async (s) => {
      await connect(s);
      await answer(s, 'notice', proceed);
      await when(s.run.app, promptOf('credentials'));
    },
  ],
  ['asking, second factor', atSecondFactor],
  ['asking, push', pushed],
  [
    'asking, passcode',
    async (s) => {
      await atSecondFactor(s);
      await answer(s, 'second-factor', { kind: 'second-factor-passcode' });
      await when(s.run.app, promptOf('passcode'));
    },
  ],
  [
    'asking, answered at this very moment',
    async (s) => {
      await atSecondFactor(s);
      await answer(s, 'second-factor', { kind: 'second-factor-passcode', passcode: freshCode() });
    },
  ],
  [
    'opening',
    async (s) => {
      await atSecondFactor(s);
      const there = reached(s, 'opening');
      await answer(s, 'second-factor', { kind: 'second-factor-passcode', passcode: freshCode() });
      await there;
    },
  ],
  ['connected', connected],
  [
    'reconnecting',
    async (s) => {
      await connected(s);
      s.run.environment.suspend();
      s.network.cut();
      await reached(s, 'reconnecting');
    },
  ],
  [
    'closing',
    async (s) => {
      await connected(s);
      void s.run.app.verbs.disconnect(undefined);
      await reached(s, 'closing');
    },
  ],
];

const nothingLeft = async ({ campus, network }: Scene): Promise<void> => {
  await expect.poll(() => network.connections.open).toBe(0);
  await expect.poll(() => campus.records.sessions()).toEqual([]);
  await expect.poll(() => campus.services.factors.waiting(student.phone)).toEqual([]);
};

describe.each(states)('in %s', (_name, get) => {
  test('Disconnect in any state is idle within a second, signs out, and Connect works again', async () => {
    const s = await open();
    await get(s);
    expect(await timed(() => s.run.app.verbs.disconnect(undefined))).toBeLessThan(1_000);
    expect(s.run.app.state.access).toEqual({ kind: 'idle', ending: null });
    await nothingLeft(s);
    await s.network.set({ kind: 'none' });
    await connect(s);
    await when(s.run.app, promptOf('notice'));
  });

  test('quitting in any state takes at most 3 s, signs out, and leaves settings that say so', async () => {
    const s = await open();
    await get(s);
    expect(await timed(() => s.run.app.shutdown())).toBeLessThan(3_000);
    expect(s.run.settings.get().running).toBeNull();
    await nothingLeft(s);
  });
});

describe('in the wrong order', () => {
  test('a push approved twice, or approved after Cancel, opens nothing', async () => {
    const s = await open();
    const push = await pushed(s);
    const { factors } = s.campus.services;
    expect(await Promise.all([factors.approve(student.phone, push), factors.approve(student.phone, push)])).toContain(true);
    await reached(s, 'connected');
    expect(s.campus.records.sessions()).toHaveLength(1);
    await s.run.app.verbs.disconnect(undefined);
    const late = await pushed(s);
    await s.run.app.verbs.disconnect(undefined);
    await expect.poll(() => factors.waiting(student.phone)).toEqual([]);
    expect(await factors.approve(student.phone, late)).toBe(false);
    expect(s.run.app.state.access).toEqual({ kind: 'idle', ending: null });
    expect(s.campus.records.sessions()).toEqual([]);
  });

  test('Connect pressed twice starts one attempt, which continues', async () => {
    const s = await open();
    await s.run.app.verbs.startTask({ task: 'add-device' });
    await expect(connect(s)).rejects.toThrow('not-now');
    await when(s.run.app, promptOf('notice'));
    expect(s.run.app.state.task).toBe('add-device');
    expect(s.network.connections.open).toBe(1);
  });

  test('Disconnect at the moment when the link breaks in sleep leaves no timer behind', async () => {
    const s = await open();
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await connected(s);
    s.run.environment.suspend();
    const left = new Promise<void>((resolve) => {
      s.run.app.onState(({ access }) => {
        if (access.kind === 'reconnecting') void s.run.app.verbs.disconnect(undefined).then(resolve);
      });
    });
    s.network.cut();
    await left;
    await expect.poll(timers).toBeLessThanOrEqual(before);
  });

  test('a session that the operator ends while the app is away is reported on return, without a question', async () => {
    const s = await open();
    await connected(s);
    s.run.environment.suspend();
    s.network.cut();
    await reached(s, 'reconnecting');
    await s.campus.control.end(s.campus.records.sessions()[0]?.id ?? '');
    s.run.environment.resume();
    await reached(s, 'idle');
    expect(s.run.app.state.access).toMatchObject({ kind: 'idle', ending: { code: 'ticket-rejected' } });
  });

  test('a session that the operator ends while its tunnel opens is reported', async () => {
    const s = await open();
    await atSecondFactor(s);
    const there = reached(s, 'opening').then(() => s.campus.control.end(s.campus.records.sessions()[0]?.id ?? ''));
    await answer(s, 'second-factor', { kind: 'second-factor-passcode', passcode: freshCode() });
    await there;
    await when(s.run.app, ({ access }) => access.kind === 'idle');
    const { access } = s.run.app.state;
    expect(access.kind === 'idle' && access.ending?.code).toMatch(/^(session-revoked|ticket-rejected)$/);
  });
});
