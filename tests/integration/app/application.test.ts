import { afterEach, describe, expect, test } from 'vitest';
import { campusDriver } from '../../../electron/gateways/campus/driver.ts';
import type { GatewayDriver } from '../../../electron/gateways/gateway.ts';
import { appStateSchema } from '../../../shared/app-state.ts';
import { fail, type FailureCode } from '../../../shared/failure.ts';
import { loadLocalizer } from '../../../shared/messages/localizer.ts';
import { credentials, codeOf, proceed, student } from '../../support/access.ts';
import { kit } from '../../support/campus/campus-services.ts';
import { promptOf, startAppBench, when, type AppBench } from '../../support/app.ts';

let bench: AppBench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});
const open = async (...args: Parameters<typeof startAppBench>): Promise<AppBench> => (bench = await startAppBench(...args));

const is = (kind: string) => (state: AppBench['app']['state']) => state.access.kind === kind && state.access;

async function answerNotice({ app }: AppBench): Promise<void> {
  const { promptId } = await when(app, promptOf('notice'));
  await app.verbs.answer({ promptId, answer: proceed, remember: false });
}

async function signIn(b: AppBench, remember = false): Promise<void> {
  await answerNotice(b);
  const { promptId } = await when(b.app, promptOf('credentials'));
  await b.app.verbs.answer({ promptId, answer: credentials(student.userId, student.password), remember });
  await passcode(b);
}

async function passcode(b: AppBench): Promise<void> {
  const { promptId } = await when(b.app, promptOf('second-factor'));
  await b.app.verbs.answer({ promptId, answer: { kind: 'second-factor-passcode', passcode: codeOf(b.campus) }, remember: false });
  await when(b.app, is('connected'));
}

describe('tasks', () => {
  test('I lost my phone names the roles in the app’s language', async () => {
    const b = await open({}, { localizer: await loadLocalizer('pt', []) });
    await b.app.verbs.startTask({ task: 'lost-phone' });
    await when(b.app, ({ recovery }) => recovery.step === 'identity' && recovery.roles.map(({ label }) => label).includes('Estudante'));
  });

  test('I lost my phone continues to the portal, and nothing typed is asked again', async () => {
    const b = await open();
    const { app } = b;
    await app.verbs.startTask({ task: 'lost-phone' });
    const failedWith = (code: FailureCode) => when(app, ({ recovery }) => recovery.step === 'identity' && recovery.failure?.code === code);
    await app.verbs.recoveryPasscode({ ...kit, lastFour: '0000' });
    await failedWith('recovery-identity');
    await app.verbs.recoveryPasscode({ ...kit, password: 'not this one' });
    await failedWith('recovery-password');
    await app.verbs.recoveryPasscode(kit);
    await when(app, ({ recovery }) => recovery.step === 'passcode' && recovery.answersGateway);
    const { passcode: nine } = await app.verbs.revealPasscode(undefined);
    expect(nine).toMatch(/^\d{9}$/);
    expect(JSON.stringify(app.state)).not.toContain(nine);
    expect(JSON.stringify(app.state)).not.toContain(kit.password);
    const asked: string[] = [];
    app.onState(({ access }) => access.kind === 'asking' && asked.push(access.prompt.kind));
    await app.verbs.recoveryContinue(undefined);
    await answerNotice(b);
    // The password was typed a moment ago, and the person has just said that the gateway may get the passcode
    await when(app, is('connected'));
    expect(new Set(asked)).toEqual(new Set(['notice']));
    await when(app, ({ portal }) => portal.kind === 'open');
    await expect.poll(() => b.desktop.visits.length).toBe(1);
    expect(b.desktop.visits[0]).toMatchObject({ task: 'add-device', via: 'tunnel' });
    expect(b.desktop.visits[0]?.signIn?.token).toBeTruthy();
    // And once enrolled, the passcode is gone
    expect(app.state.heldPasscode).not.toBeNull();
    b.desktop.page({ host: '2fa.campus.test', path: '/add/done', loading: false, canGoBack: false, failure: null });
    expect(app.state.heldPasscode).toBeNull();
    // Next the lost phone goes: the portal stays where it is, and only the guide changes
    expect(app.state.task).toBe('lost-phone');
    await app.verbs.startTask({ task: 'remove-device' });
    expect(app.state).toMatchObject({ task: 'remove-device', portal: { kind: 'open', path: '/add/done' } });
    expect(b.desktop.visits).toHaveLength(1);
  });

  test('a recovery passcode that the gateway refuses is sent once, and then the person is asked', async () => {
    const b = await open();
    const { app } = b;
    await app.verbs.startTask({ task: 'lost-phone' });
    await app.verbs.recoveryPasscode(kit);
    // Another one voids it
    await b.campus.services.factors.issueRecoveryPasscode(kit.userId);
    await app.verbs.recoveryContinue(undefined);
    await answerNotice(b);
    const { prompt } = await when(app, promptOf('passcode'));
    expect(prompt).toMatchObject({ failure: { code: 'passcode-wrong' }, triesLeft: 9 });
    expect(app.state.access).toMatchObject({ kind: 'asking', answered: false });
  });

  test('a recovery passcode goes to the gateway by itself only after Use passcode and continue, and for that attempt', async () => {
    const b = await open();
    const { app } = b;
    await app.verbs.startTask({ task: 'lost-phone' });
    await app.verbs.recoveryPasscode(kit);
    await app.verbs.recoveryBack(undefined);
    await app.verbs.connect({ profileId: b.campus.profile.id });
    await answerNotice(b);
    expect((await when(app, promptOf('second-factor'))).prompt).not.toHaveProperty('failure');
    expect(app.state.access).toMatchObject({ answered: false });
    expect(app.state.heldPasscode).not.toBeNull();
  });

  test('somebody who lost their phone at the gateway’s question answers it with the passcode that they then get', async () => {
    const b = await open();
    const { app } = b;
    await app.verbs.connect({ profileId: b.campus.profile.id });
    await answerNotice(b);
    const { promptId: signInId } = await when(app, promptOf('credentials'));
    await app.verbs.answer({ promptId: signInId, answer: credentials(kit.userId, kit.password), remember: false });
    await when(app, promptOf('second-factor'));
    await app.verbs.startTask({ task: 'lost-phone' });
    await app.verbs.recoveryPasscode(kit);
    await app.verbs.recoveryContinue(undefined);
    await when(app, is('connected'));
  });

  test('I lost my phone stays the task to its end if the campus has its own recovery pages', async () => {
    const b = await open();
    const { app } = b;
    const recovery = { address: 'https://recovery.campus.test/', interface: 'other' as const };
    b.settings.update(({ profiles }) => ({ profiles: profiles.map((profile) => ({ ...profile, recovery })) }));
    await app.verbs.startTask({ task: 'lost-phone' });
    expect(b.desktop.external).toEqual(['https://recovery.campus.test/']);
    expect(app.state.recovery.step).toBe('site');
    await app.verbs.recoveryBack(undefined);
    expect(app.state).toMatchObject({ recovery: { step: 'closed' }, task: null });
    await app.verbs.startTask({ task: 'lost-phone' });
    await app.verbs.recoveryContinue(undefined);
    expect(app.state.recovery.step).toBe('closed');
    await signIn(b);
    await expect.poll(() => b.desktop.visits.length).toBe(1);
    expect(app.state.task).toBe('lost-phone');
  });

  test('on campus, recovery also signs the person in to the portal', async () => {
    const b = await open({ onCampus: true });
    const { app } = b;
    await app.verbs.startTask({ task: 'lost-phone' });
    await app.verbs.recoveryPasscode(kit);
    await app.verbs.recoveryContinue(undefined);
    await when(app, is('on-campus'));
    await expect.poll(() => b.desktop.visits.length).toBe(1);
    expect(b.desktop.visits[0]).toMatchObject({ task: 'add-device', via: 'direct' });
    expect(b.desktop.visits[0]?.signIn?.token).toBeTruthy();
  });

  test('at a gateway without one-time portal sign-ins, the recovery site signs a person who has recovered in to the portal', async () => {
    const driver: GatewayDriver = {
      ...campusDriver,
      signIn: async (...args) =>
        Object.assign(await campusDriver.signIn(...args), { portalSignIn: () => Promise.reject(fail('portal-sign-in')) }),
    };
    const b = await open({}, { drivers: { campus: driver } });
    const { app } = b;
    await app.verbs.startTask({ task: 'lost-phone' });
    await app.verbs.recoveryPasscode(kit);
    await app.verbs.recoveryContinue(undefined);
    await answerNotice(b);
    await expect.poll(() => b.desktop.visits.length).toBe(1);
    expect(b.desktop.visits[0]).toMatchObject({ via: 'tunnel' });
    expect(b.campus.services.signIns.redeem(b.desktop.visits[0]?.signIn?.token ?? '')).toBe(kit.userId);
  });

  test('the portal closes with the session, and the task ends', async () => {
    const b = await open();
    await b.app.verbs.startTask({ task: 'remove-device' });
    await signIn(b);
    await expect.poll(() => b.desktop.open).toBe(true);
    await b.app.verbs.disconnect(undefined);
    expect(b.app.state).toMatchObject({ access: { kind: 'idle' }, portal: { kind: 'closed' }, task: null });
    expect(b.desktop.open).toBe(false);
  });
});

describe('a saved sign-in', () => {
  test('a saved sign-in is kept when asked for, used the next time, and forgotten only when the campus rejects it (OG#142, YZ#636)', async () => {
    const b = await open();
    const { app } = b;
    await app.verbs.connect({ profileId: b.campus.profile.id });
    await signIn(b, true);
    await when(app, ({ saved }) => saved.password && saved);
    expect(app.state.saved).toMatchObject({ userId: student.userId, password: true, keychain: 'available' });
    expect([...b.keytar.entries.values()]).toContain(student.password);
    expect(JSON.stringify(b.settings.get())).not.toContain(student.password);
    await app.verbs.disconnect(undefined);

    await app.verbs.connect({ profileId: b.campus.profile.id });
    await answerNotice(b);
    await when(app, promptOf('second-factor'));
    await app.verbs.disconnect(undefined);

    for (const key of b.keytar.entries.keys()) b.keytar.entries.set(key, 'changed at the campus');
    await app.verbs.connect({ profileId: b.campus.profile.id });
    await answerNotice(b);
    const asked = await when(app, promptOf('credentials'));
    expect(asked.prompt).toMatchObject({ failure: { code: 'sign-in-rejected' } });
    expect(app.state.saved.password).toBe(false);
    expect(b.keytar.entries.size).toBe(0);
  });

  test('a saved sign-in goes in by a button if a link started the attempt', async () => {
    const b = await open();
    const { app } = b;
    await app.verbs.connect({ profileId: b.campus.profile.id });
    await signIn(b, true);
    await when(app, ({ saved }) => saved.password && saved);
    expect(app.state.saved.offered).toBe(false);
    await app.verbs.disconnect(undefined);

    await app.openArgument(`causeway://connect/${b.campus.profile.id}`);
    await app.verbs.confirm({ yes: true });
    await answerNotice(b);
    const { promptId } = await when(app, promptOf('credentials'));
    expect(app.state.saved.offered).toBe(true);
    await expect(app.verbs.answerWithSavedPassword({ promptId: 'another', chosen: {} })).rejects.toMatchObject({
      failure: { code: 'not-now' },
    });
    await app.verbs.answerWithSavedPassword({ promptId, chosen: {} });
    await when(app, promptOf('second-factor'));
    await app.verbs.disconnect(undefined);
    expect(app.state.saved).toMatchObject({ password: true, offered: false });
  });

  test('quick connect continues up to the first question and shows the window there', async () => {
    const b = await open();
    await b.app.quickConnect();
    expect(b.desktop.shown).toBe(1);
    await when(b.app, promptOf('notice'));
  });

  test('a page that opens shows the window once, even if a saved password answered', async () => {
    const b = await open();
    const page = {
      host: 'idp.campus.test',
      path: '/',
      loading: true,
      canGoBack: false,
      failure: null,
      denied: null,
      blocked: { named: [], count: 0 },
    };
    b.desktop.signInPage(page);
    b.desktop.signInPage({ ...page, loading: false });
    expect(b.desktop.shown).toBe(1);
    expect(b.app.state.signInPage).toMatchObject({ kind: 'open', loading: false });
    b.desktop.signInPage(null);
    b.desktop.signInPage(page);
    expect(b.desktop.shown).toBe(2);
  });
});

describe('profiles', () => {
  test('a campus added by address has its certificate asked about and its content shown', async () => {
    const b = await open({}, { withProfile: false });
    const { app } = b;
    await app.verbs.previewAddress({ address: `localhost:${b.campus.port}` });
    expect(app.state.confirmation).toMatchObject({ kind: 'certificate', host: 'localhost' });
    expect(app.state.preview).toBeNull();
    await app.verbs.confirm({ yes: true });
    expect(app.state.preview).toMatchObject({
      profile: { id: b.campus.profile.id },
      contents: { authorities: [{ sha256: b.campus.authority.sha256 }] },
      dropped: [],
      replaces: null,
    });
    await app.verbs.acceptPreview(undefined);
    expect(app.state).toMatchObject({ profileId: b.campus.profile.id, preview: null });
    await app.verbs.removeProfile({ profileId: b.campus.profile.id });
    expect(app.state.profiles).toEqual([]);
  });

  test('a link opens a confirmation and no further; a bad one is named', async () => {
    const b = await open();
    const { app } = b;
    await app.openArgument(`causeway://connect/${b.campus.profile.id}`);
    expect(app.state).toMatchObject({ confirmation: { kind: 'connect' }, access: { kind: 'idle' } });
    await app.verbs.confirm({ yes: false });
    for (const bad of ['causeway://connect/nowhere', 'causeway://task/format-disk', 'causeway://connect/a/b', 'javascript:alert(1)', '']) {
      await app.openArgument(bad);
      expect(app.state.confirmation).toBeNull();
    }
    expect(app.state.notices.map(({ id }) => id).sort()).toEqual(['link-invalid', 'profile-not-found']);
    await app.openArgument('causeway://task/add-device');
    await app.verbs.confirm({ yes: true });
    await when(app, promptOf('notice'));
  });
});

test('every state that the application shows fits the schema', async () => {
  const b = await open();
  const bad: unknown[] = [];
  b.app.onState((state) => {
    const parsed = appStateSchema.safeParse(state);
    if (!parsed.success) bad.push(parsed.error);
  });
  await b.app.verbs.connect({ profileId: b.campus.profile.id });
  await signIn(b);
  expect(b.app.mayQuit()).toBe(false);
  expect(b.app.state.confirmation).toEqual({ kind: 'quit' });
  await b.app.verbs.confirm({ yes: true });
  expect(b.desktop.quit).toBe(1);
  expect(b.app.mayQuit()).toBe(true);
  expect(bad).toEqual([]);
});

test('the passcode leaves the clipboard when the app quits', async () => {
  const b = await open();
  const { app } = b;
  await app.verbs.startTask({ task: 'lost-phone' });
  await app.verbs.recoveryPasscode(kit);
  await app.verbs.copyPasscode(undefined);
  expect(b.desktop.clipboard).toMatch(/^\d{9}$/);
  await app.shutdown();
  expect(b.desktop.clipboard).toBe('');
});
