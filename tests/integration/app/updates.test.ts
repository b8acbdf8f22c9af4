import { expect, onTestFinished, test } from 'vitest';
import type { UpdatesView } from '../../../electron/app/updates/updates-view.ts';
import { preferencesUnder, updateModeUnder } from '../../../electron/app/policy/preferences.ts';
import { policyFrom } from '../../../electron/storage/policy/policy.ts';
import { defaultPreferences, type Preferences } from '../../../shared/settings.ts';
import type { UpdateState } from '../../../shared/updates.ts';
import { codeOf, credentials, proceed, student } from '../../support/access.ts';
import { promptOf, startApp, startAppBench, when } from '../../support/app.ts';
import { sourceOf } from '../../support/policy.ts';

/** When the application restarts for an update, what it tells, and who decides. */

function handUpdates() {
  const listeners = new Set<() => void>();
  const at = {
    state: { kind: 'ready', version: '0.2.0', whatsNew: 'https://causeway.example/0.2.0' } as UpdateState,
    restarts: 0,
    set(state: UpdateState) {
      at.state = state;
      for (const listener of listeners) listener();
    },
  };
  const updates: UpdatesView = {
    get state() {
      return at.state;
    },
    isReady: true,
    notices: [],
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    check: () => Promise.resolve(),
    restart: () => void (at.restarts += 1),
    rulesChanged: () => undefined,
  };
  return { at, updates };
}
const notNow = { failure: { code: 'not-now' } };

test('an update never restarts the app while a person signs in, asks while connected, and restarts at once while at rest', async () => {
  const { at, updates } = handUpdates();
  const bench = await startAppBench({}, { updates });
  onTestFinished(() => bench.close());
  const { app, desktop } = bench;
  await app.verbs.connect({ profileId: bench.campus.profile.id });
  await when(app, promptOf('notice'));
  await expect(app.verbs.restartToUpdate()).rejects.toMatchObject(notNow);
  expect([at.restarts, desktop.quit, app.state.confirmation]).toEqual([0, 0, null]);
  const { promptId } = await when(app, promptOf('notice'));
  await app.verbs.answer({ promptId, answer: proceed, remember: false });
  const form = await when(app, promptOf('credentials'));
  await app.verbs.answer({ promptId: form.promptId, answer: credentials(student.userId, student.password), remember: false });
  const factor = await when(app, promptOf('second-factor'));
  const passcode = codeOf(bench.campus);
  await app.verbs.answer({ promptId: factor.promptId, answer: { kind: 'second-factor-passcode', passcode }, remember: false });
  await when(app, ({ access }) => access.kind === 'connected');
  await app.verbs.restartToUpdate();
  expect(app.state.confirmation).toEqual({ kind: 'update', version: '0.2.0' });
  expect(at.restarts).toBe(0);
  await app.verbs.confirm({ yes: false });
  expect([at.restarts, app.state.access.kind]).toEqual([0, 'connected']);
  await app.verbs.restartToUpdate();
  await app.verbs.confirm({ yes: true });
  expect([at.restarts, desktop.quit]).toEqual([1, 1]);
  // The question is still open when the person signs in anew: their yes comes too late
  await app.verbs.restartToUpdate();
  await app.verbs.disconnect();
  await when(app, ({ access }) => access.kind === 'idle');
  await app.verbs.connect({ profileId: bench.campus.profile.id });
  await when(app, promptOf('notice'));
  await expect(app.verbs.confirm({ yes: true })).rejects.toMatchObject(notNow);
  expect([at.restarts, desktop.quit]).toEqual([1, 1]);
  await app.verbs.disconnect();
  await when(app, ({ access }) => access.kind === 'idle');
  await app.verbs.restartToUpdate();
  expect([at.restarts, desktop.quit]).toEqual([2, 2]);
  at.set({ kind: 'idle', checkedAt: null });
  await expect(app.verbs.restartToUpdate()).rejects.toMatchObject(notNow);
});

test('at a question at which always-connect waits, and that nobody has begun to answer, a person may restart', async () => {
  const { at, updates } = handUpdates();
  const bench = await startAppBench({}, { updates });
  onTestFinished(() => bench.close());
  const { app, desktop } = bench;
  await app.verbs.changePreferences({ alwaysConnect: true });
  await when(app, ({ alwaysConnect }) => alwaysConnect.step === 'asking');
  const { promptId } = await when(app, promptOf('notice'));
  await app.verbs.restartToUpdate();
  expect([at.restarts, desktop.quit, app.state.confirmation]).toEqual([1, 1, null]);
  // Somebody answers: from now on it is their sign-in
  await app.verbs.answer({ promptId, answer: proceed, remember: false });
  await when(app, promptOf('credentials'));
  await expect(app.verbs.restartToUpdate()).rejects.toMatchObject(notNow);
  expect([at.restarts, desktop.quit]).toEqual([1, 1]);
});

test('metadata that has run out is a notice once while it lasts, and what is new opens in the browser', async () => {
  const { at, updates } = handUpdates();
  const run = await startApp([], { updates });
  onTestFinished(() => run.close());
  const { app, desktop } = run;
  await app.verbs.openWhatsNew();
  expect(desktop.external).toEqual(['https://causeway.example/0.2.0']);
  const failed = (code: 'update-expired' | 'update-unreachable'): UpdateState => ({
    kind: 'failed',
    failure: { code },
    checkedAt: null,
    retryAt: null,
  });
  const codes = () => app.state.notices.map(({ failure }) => failure.code);
  at.set(failed('update-unreachable'));
  expect(codes()).toEqual([]);
  at.set(failed('update-expired'));
  at.set({ kind: 'checking', checkedAt: null });
  at.set(failed('update-expired'));
  expect(codes()).toEqual(['update-expired']);
  await app.verbs.dismissNotice({ id: app.state.notices[0]?.id ?? '' });
  at.set(failed('update-expired'));
  expect(codes()).toEqual([]);
  at.set({ kind: 'idle', checkedAt: 1 });
  at.set(failed('update-expired'));
  expect(codes()).toEqual(['update-expired']);
  at.set({ kind: 'idle', checkedAt: 2 });
  expect(codes()).toEqual([]);
  // An update that waits hides nothing: until it is installed, no newer one is found
  const ready: UpdateState = { kind: 'ready', version: '0.2.0', whatsNew: null };
  at.set({ ...ready, failure: { code: 'update-expired' } });
  expect(codes()).toEqual(['update-expired']);
  at.set(ready);
  expect(codes()).toEqual([]);
  await app.verbs.openWhatsNew();
  expect(desktop.external).toHaveLength(1);
});

test('updates are as the policy enforces, else as the person chose, else as the policy’s default says', async () => {
  const under = async (values: Record<string, unknown>, more: Parameters<typeof sourceOf>[1], chosen: Partial<Preferences>) => {
    const inForce = await policyFrom([sourceOf(values, more)], 'linux');
    const settings = { preferences: { ...defaultPreferences, ...chosen }, chosenPreferences: Object.keys(chosen) };
    return { ...updateModeUnder(inForce, settings), shown: preferencesUnder(inForce, settings).updates };
  };
  const byDefault = { level: 'default' } as const;
  expect(await under({}, {}, {})).toEqual({ mode: 'automatic', isPolicy: false, shown: true });
  expect(await under({}, {}, { updates: false })).toEqual({ mode: 'off', isPolicy: false, shown: false });
  expect(await under({ updates: 'it' }, {}, { updates: true })).toEqual({ mode: 'it', isPolicy: true, shown: false });
  expect(await under({ updates: 'automatic' }, {}, { updates: false })).toEqual({ mode: 'automatic', isPolicy: true, shown: true });
  expect(await under({ updates: 'off' }, byDefault, {})).toEqual({ mode: 'off', isPolicy: true, shown: false });
  expect(await under({ updates: 'off' }, byDefault, { updates: true })).toEqual({ mode: 'automatic', isPolicy: false, shown: true });
  expect(await under({ updates: 'weekly' }, {}, {})).toEqual({ mode: 'off', isPolicy: true, shown: false });
  const { policy } = await policyFrom([sourceOf({ updateFeed: 'http://plain.test/', updateChannel: 7 })], 'linux');
  expect(policy).toMatchObject({ updateFeed: 'none', updateChannel: 'stable' });
  // A folder's address: what would stand before a file's name, or would be read by everybody on this computer, is refused
  for (const feed of ['https://m.test/a?token=1', 'https://m.test/a#b', 'https://it:secret@m.test/a'])
    expect((await policyFrom([sourceOf({ updateFeed: feed })], 'linux')).policy.updateFeed, feed).toBe('none');
  const folder = 'https://m.test:8443/causeway/';
  expect((await policyFrom([sourceOf({ updateFeed: folder })], 'linux')).policy.updateFeed).toBe(folder);
});
