import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { noticeFor } from '../../../electron/desktop/tray/notification-model.ts';
import type { AccessState, AccessStateKind, AccessStateOf } from '../../../shared/access-state.ts';
import type { AlwaysConnectState } from '../../../shared/always-connect.ts';
import type { AppState } from '../../../shared/app-state.ts';
import { codeOf, credentials, proceed, student } from '../../support/access.ts';
import { english } from '../../support/english.ts';
import { promptOf, startAppBench, when, type AppBench } from '../../support/app.ts';

/**
 * Always-connect in the whole application, with a campus of its own. A password counts as ringing a phone: by itself the
 * application goes on with a session, or stops at the first question.
 */

const isOf = <K extends AccessStateKind>(access: AccessState, kind: K): access is AccessStateOf<K> => access.kind === kind;
const is =
  <K extends AccessStateKind>(kind: K) =>
  ({ access }: AppState): AccessStateOf<K> | null =>
    isOf(access, kind) ? access : null;
type Step = AlwaysConnectState['step'];
const isAt = <S extends Step>(state: AlwaysConnectState, wanted: S): state is Extract<AlwaysConnectState, { step: S }> =>
  state.step === wanted;
const step =
  <S extends Step>(wanted: S) =>
  ({ alwaysConnect }: AppState) =>
    isAt(alwaysConnect, wanted) ? alwaysConnect : null;

interface Bench extends AppBench {
  /** Puts the computer on campus or takes it away, and says that the network has changed. */
  move(onCampus: boolean): void;
  /** How many passwords and second factors have reached the campus. */
  sent(): { passwords: number; factors: number };
}

/** A campus whose probe answers only while the computer is there, and an application with a password in its keychain. */
async function open(options: Parameters<typeof startAppBench>[1] = {}): Promise<Bench> {
  const b = await startAppBench({ onCampus: true }, options);
  let isThere = false;
  const gate = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (!isThere) {
      socket.destroy();
      return;
    }
    const inner = net.connect(b.campus.portalPort, '127.0.0.1');
    inner.on('error', () => socket.destroy());
    socket.pipe(inner).pipe(socket);
  });
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  const address = gate.address();
  const loopbackPort = typeof address === 'object' && address ? address.port : 0;
  b.settings.update(({ profiles }) => ({
    profiles: profiles.map((profile) => ({
      ...profile,
      connectTo: (profile.connectTo ?? []).map((each) => (each.port === 443 ? { ...each, loopbackPort } : each)),
    })),
    userIds: { 'campus-test': student.userId },
    savedPasswords: ['campus-test'],
  }));
  b.keytar.entries.set(`Causeway\ncampus-test/${student.userId}`, student.password);
  const { directory, factors } = b.campus.services;
  const counts = { passwords: 0, factors: 0 };
  const check = directory.checkPassword.bind(directory);
  directory.checkPassword = (user, password) => {
    counts.passwords += 1;
    return check(user, password);
  };
  const push = factors.startPush.bind(factors);
  factors.startPush = (...args) => {
    counts.factors += 1;
    return push(...args);
  };
  onTestFinished(async () => {
    await b.close();
    gate.close();
  });
  return {
    ...b,
    move(onCampus) {
      isThere = onCampus;
      b.environment.networkChange();
    },
    sent: () => ({ ...counts }),
  };
}

const turnOn = (b: Bench): Promise<void> => b.app.verbs.changePreferences({ alwaysConnect: true });

async function signIn(b: Bench): Promise<void> {
  const notice = await when(b.app, promptOf('notice'));
  await b.app.verbs.answer({ promptId: notice.promptId, answer: proceed, remember: false });
  const form = await when(b.app, promptOf('credentials'));
  await b.app.verbs.answer({ promptId: form.promptId, answer: credentials(student.userId, student.password), remember: false });
  const factor = await when(b.app, promptOf('second-factor'));
  await b.app.verbs.answer({
    promptId: factor.promptId,
    answer: { kind: 'second-factor-passcode', passcode: codeOf(b.campus) },
    remember: false,
  });
  await when(b.app, is('connected'));
}

test('off campus it stops at the first question with one notification, and a saved password stays in the keychain', async () => {
  const b = await open();
  const { app } = b;
  expect(app.state.alwaysConnect).toEqual({ step: 'off' });
  const notified = new Set<string>();
  app.onState((state) => {
    const notice = noticeFor(state, null, english);
    if (notice) notified.add(notice.id);
  });
  await turnOn(b);
  await when(app, step('asking'));
  const { promptId } = await when(app, promptOf('notice'));
  expect(b.desktop.shown).toBe(0);
  // The person goes on: what they do from here counts as theirs, and still nothing that is saved goes by itself
  await app.verbs.answer({ promptId, answer: proceed, remember: false });
  await when(app, promptOf('credentials'));
  expect(app.state).toMatchObject({ alwaysConnect: { step: 'watching' }, saved: { offered: true } });
  expect(b.sent()).toEqual({ passwords: 0, factors: 0 });
  expect([...notified].filter((id) => id.startsWith('always:'))).toHaveLength(1);
});

test('a question without an answer is not asked again and again, and is not notified again', async () => {
  const b = await open();
  const { app } = b;
  await turnOn(b);
  const asked = await when(app, step('asking'));
  await b.campus.stop();
  expect(await when(app, step('stopped'))).toEqual({ step: 'stopped', round: asked.round });
  // Nothing on the screen says that something failed
  expect(app.state.access).toEqual({ kind: 'idle', ending: null });
  expect(b.sent()).toEqual({ passwords: 0, factors: 0 });
});

test('what nobody asked for gives way to the person’s own Connect, which sends what they have saved', async () => {
  const b = await open();
  const { app } = b;
  await turnOn(b);
  await when(app, step('asking'));
  await app.verbs.connect({ profileId: 'campus-test' });
  const { promptId } = await when(app, (state) => (state.alwaysConnect.step === 'watching' ? promptOf('notice')(state) : null));
  await app.verbs.answer({ promptId, answer: proceed, remember: false });
  await when(app, promptOf('second-factor'));
  expect(b.sent()).toEqual({ passwords: 1, factors: 0 });
});

test('a session rests on campus and goes on off campus, with its ticket and without a question', async () => {
  const b = await open();
  const { app } = b;
  await turnOn(b);
  await signIn(b);
  const { since } = await when(app, is('connected'));
  const before = b.sent();
  const ids = b.campus.records.sessions().map(({ id }) => id);
  b.move(true);
  expect((await when(app, is('on-campus'))).held).toMatchObject({ since, user: student.userId });
  // The portal is reached directly meanwhile
  b.move(false);
  expect((await when(app, is('connected'))).since).toBe(since);
  expect(b.sent()).toEqual(before);
  expect(b.campus.records.sessions().map(({ id }) => id)).toEqual(ids);
  // On campus again, the person disconnects: the session ends at the campus too
  b.move(true);
  await when(app, is('on-campus'));
  await app.verbs.disconnect(undefined);
  await expect.poll(() => b.campus.records.sessions().length).toBe(0);
  expect(app.state.alwaysConnect.step).toBe('paused');
});

test('it is quiet on campus, and asks when the computer leaves', async () => {
  const b = await open();
  const { app } = b;
  b.move(true);
  await turnOn(b);
  await when(app, is('on-campus'));
  expect(app.state.alwaysConnect).toEqual({ step: 'watching' });
  b.move(false);
  await when(app, step('asking'));
  // And the question is left when the computer is back, as if nothing had been
  b.move(true);
  await when(app, is('on-campus'));
  expect(b.sent()).toEqual({ passwords: 0, factors: 0 });
});

test('without it, a session and on campus stay as they are wherever the computer goes', async () => {
  const b = await open();
  const { app } = b;
  await app.verbs.connect({ profileId: 'campus-test' });
  const notice = await when(app, promptOf('notice'));
  await app.verbs.answer({ promptId: notice.promptId, answer: proceed, remember: false });
  const factor = await when(app, promptOf('second-factor'));
  await app.verbs.answer({
    promptId: factor.promptId,
    answer: { kind: 'second-factor-passcode', passcode: codeOf(b.campus) },
    remember: false,
  });
  await when(app, is('connected'));
  const kinds = new Set<string>();
  app.onState(({ access }) => kinds.add(access.kind));
  b.move(true);
  await app.verbs.openPortal(undefined);
  expect(app.state).toMatchObject({ access: { kind: 'connected' }, alwaysConnect: { step: 'off' } });
  expect(kinds).not.toContain('on-campus');
});

test('Disconnect pauses it, Resume ends the pause, and a link waits for the person', async () => {
  const b = await open();
  const { app } = b;
  await turnOn(b);
  await when(app, step('asking'));
  await app.verbs.disconnect(undefined);
  await when(app, is('idle'));
  const { until } = await when(app, step('paused'));
  expect(until - Date.now()).toBeGreaterThan(23 * 3_600_000);
  b.move(false);
  // A link's question is answered with a yes: its attempt is the person's, and the pause is over
  await app.openArgument('causeway://connect');
  await app.verbs.confirm({ yes: true });
  await when(app, promptOf('notice'));
  expect(app.state.alwaysConnect).toEqual({ step: 'watching' });
  await app.verbs.disconnect(undefined);
  await when(app, step('paused'));
  await app.verbs.resumeAlwaysConnect(undefined);
  await when(app, step('asking'));
  expect(b.sent()).toEqual({ passwords: 0, factors: 0 });
});

test('without a network it waits in silence, and the failure is nobody’s news', async () => {
  const b = await open();
  const { app } = b;
  const port = b.campus.port;
  await b.campus.stop();
  await turnOn(b);
  await when(app, step('waiting'));
  expect(app.state.access).toEqual({ kind: 'idle', ending: null });
  expect(noticeFor(app.state, null, english)).toBeNull();
  expect(port).toBeGreaterThan(0);
});
