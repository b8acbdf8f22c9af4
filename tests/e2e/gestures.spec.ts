import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Settings } from '../../electron/storage/settings.ts';
import { startCampus } from '../../campus/campus.ts';
import { startFaultProxy } from '../support/faults/fault-proxy.ts';
import { lastingPort } from '../support/ports.ts';
import { mei } from '../tour/people.ts';
import { expect, test, type Scene } from './support/scene.ts';

test('the right password for a locked account says that it is locked, and until when', async ({ open }) => {
  const scene = await open();
  await scene.connect();
  await scene.proceed();
  await scene.campus.control.lock(mei.userId);
  await scene.signIn();
  await scene.ended('Account locked');
  await scene.says(/lets you try again at \d/);
});

test('an unknown user ID gets the same message as a wrong password', async ({ open }) => {
  const scene = await open();
  await scene.connect();
  await scene.proceed();
  await scene.window.getByLabel('UMPASS user ID').fill('no.body');
  await scene.window.getByLabel('UMPASS password').fill(mei.password);
  await scene.button('Sign in').click();
  await scene.says('Wrong user ID or password');
  await scene.signIn();
  await expect(scene.heading('Confirm it is you')).toBeVisible();
});

test('an expired recovery passcode says so, and a code from the phone still works', async ({ open }) => {
  const scene = await open();
  const { passcode } = await scene.campus.services.factors.issueRecoveryPasscode(mei.userId);
  await scene.atSecondFactor();
  await scene.toPasscode();
  scene.passTime(61 * 60_000);
  await scene.enterPasscode(passcode);
  await scene.says('Passcode no longer valid');
  await scene.enterPasscode(scene.code());
  await expect(scene.heading('Connected')).toBeVisible();
});

test('a push that is approved after Cancel opens no session', async ({ open }) => {
  const scene = await open();
  await scene.atSecondFactor();
  await scene.sendPush();
  const push = await scene.push();
  await scene.window.keyboard.press('Escape');
  await expect(scene.button('Connect')).toBeVisible();
  await expect.poll(() => scene.campus.services.factors.waiting(mei.phone)).toEqual([]);
  expect(await scene.campus.services.factors.approve(mei.phone, push.id)).toBe(false);
  expect(scene.campus.records.sessions()).toEqual([]);
  await expect(scene.button('Connect')).toBeVisible();
});

test('a double click on Connect starts one attempt, without an error', async ({ open }) => {
  const scene = await open();
  await scene.button('Connect').dblclick();
  await expect(scene.heading('Notice from your campus')).toBeVisible();
  await expect(scene.window.getByRole('alert')).toHaveCount(0);
  expect((await scene.client.log()).match(/attempt \d+ ended/g) ?? []).toEqual([]);
});

test('a connection that breaks while the portal loads takes one click to load it again, and no password', async ({ open }) => {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'causeway-campus-'));
  const first = await startCampus({ dataDirectory, port: await lastingPort() });
  const { port, profile } = first;
  await first.stop();
  const network = await startFaultProxy({ port });
  const connectTo = (profile.connectTo ?? []).map((entry) => (entry.port === port ? { ...entry, loopbackPort: network.port } : entry));
  const scene = await open({ dataDirectory, port }, { profiles: [{ ...profile, connectTo }] });
  await scene.signedIn();
  // From here on the page is loading, slowly enough to be interrupted
  await network.set({ kind: 'latency', ms: 400 });
  await scene.button('Open device portal').click();
  const portal = await scene.client.portal();
  await scene.says(/Loading/);
  await network.set({ kind: 'refuse' });
  network.cut();
  await expect(scene.button('Load again')).toBeVisible();
  await network.set({ kind: 'none' });
  await scene.hurry();
  await expect.poll(() => network.connections.open).toBe(2);
  await scene.button('Load again').click();
  // A new visit, without the password: a new one-time sign-in replaces it
  await expect.poll(() => portal.isClosed()).toBe(true);
  const again = await scene.client.portal();
  await expect(again.getByText('Add a new Device').first()).toBeVisible();
  expect(scene.campus.records.sessions()).toHaveLength(1);
  await network.close();
  await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

const states: [string, (scene: Scene) => Promise<unknown>][] = [
  ['a question', (scene) => scene.connect()],
  [
    'a push',
    async (scene) => {
      await scene.atSecondFactor();
      await scene.sendPush();
    },
  ],
  ['connected', (scene) => scene.signedIn()],
  [
    'reconnecting',
    async (scene) => {
      await scene.signedIn();
      await scene.campus.stop();
      await scene.says(/Reconnecting/);
    },
  ],
];

for (const [name, reach] of states) {
  test(`quitting at ${name} asks once, ends within seconds and leaves nothing behind`, async ({ open }) => {
    const userData = await mkdtemp(path.join(tmpdir(), 'causeway-quit-'));
    const scene = await open({}, { userData });
    await reach(scene);
    const gone = new Promise<void>((resolve) => scene.client.electron.process().once('exit', () => resolve()));
    await scene.client.electron.evaluate(({ app }) => app.quit());
    const from = performance.now();
    await scene.button('Quit').click();
    await gone;
    expect(performance.now() - from).toBeLessThan(20_000);
    await expect.poll(() => scene.campus.services.factors.waiting(mei.phone)).toEqual([]);
    if (name !== 'reconnecting') await expect.poll(() => scene.campus.records.sessions()).toEqual([]);
    expect((await Settings.open(userData)).get().running).toBeNull();
    await rm(userData, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
}
