import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startCampus, type CampusOptions } from '../../campus/campus.ts';
import { mei } from '../tour/people.ts';
import { canStartKeyring, startKeyring, type Keyring } from '../support/keyring.ts';
import { inDouble, onRealElectron } from './support/double.ts';
import { startClient } from './support/client.ts';
import { expect, test, type Scene } from './support/scene.ts';

/**
 * Many campuses ring a person's phone as soon as the password arrives. A saved password is sent by itself only after the
 * person pressed Connect. Whatever else starts a sign-in stops at the Sign in screen.
 */
test.describe('when a saved password is sent', () => {
  test.skip(!canStartKeyring, 'needs dbus-daemon and gnome-keyring-daemon');
  test.skip(onRealElectron, 'wakes and second instances are the double’s');
  let keyring: Keyring;
  let userData: string;
  test.beforeEach(async () => {
    keyring = await startKeyring();
    userData = await mkdtemp(path.join(tmpdir(), 'causeway-kept-'));
  });
  test.afterEach(async () => {
    await keyring.close();
    await rm(userData, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  /** Signs in with Remember, and disconnects. `sent` counts the passwords that reach the campus from then on. */
  async function kept(open: typeof Scene.open, options: CampusOptions = {}): Promise<{ scene: Scene; sent: () => number }> {
    const scene = await open(options, { userData, env: keyring.env });
    await scene.connect();
    await scene.proceed();
    await scene.window.getByLabel('UMPASS user ID').fill(mei.userId);
    await scene.window.getByLabel('UMPASS password').fill(mei.password);
    await scene.window.getByRole('checkbox').check({ force: true });
    await scene.button('Sign in').click();
    await confirm(scene);
    await expect.poll(() => keyring.entries()).toBeGreaterThan(0);
    const { directory } = scene.campus.services;
    const check = directory.checkPassword.bind(directory);
    let sent = 0;
    directory.checkPassword = (user, password) => {
      sent += 1;
      return check(user, password);
    };
    return { scene, sent: () => sent };
  }
  async function confirm(scene: Scene): Promise<void> {
    await scene.toPasscode();
    await scene.enterPasscode(scene.code());
    await expect(scene.heading('Connected')).toBeVisible();
  }
  async function leave(scene: Scene): Promise<void> {
    await scene.button('Disconnect').click();
    await expect(scene.button('Connect')).toBeVisible();
  }
  async function stopsAtSignIn(scene: Scene, sent: () => number): Promise<void> {
    await expect(scene.heading('Sign in')).toBeVisible();
    await expect(scene.window.getByLabel('UMPASS user ID')).toHaveValue(mei.userId);
    await expect(scene.window.getByLabel('UMPASS password')).toHaveValue('');
    expect(sent()).toBe(0);
    expect(scene.campus.services.factors.waiting(mei.phone)).toEqual([]);
  }

  test('a saved password is sent by itself after Connect', async ({ open }) => {
    const { scene, sent } = await kept(open);
    await leave(scene);
    await scene.connect();
    await scene.button('Proceed').click();
    await expect(scene.heading('Confirm it is you')).toBeVisible();
    expect(sent()).toBe(1);
  });

  test('a saved password is not sent after a link: its sign-in stops at the Sign in screen', async ({ open }) => {
    const { scene, sent } = await kept(open);
    await leave(scene);
    const root = path.resolve(import.meta.dirname, '../..');
    const second = spawn(
      path.join(root, 'tests/electron-double/electron'),
      [root, `--user-data-dir=${userData}`, `causeway://connect/${scene.campus.profile.id}`],
      { stdio: 'ignore', env: { ...process.env, ...keyring.env } },
    );
    await once(second, 'exit');
    const dialog = scene.window.getByRole('dialog').or(scene.window.getByRole('alertdialog'));
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await scene.proceed();
    await stopsAtSignIn(scene, sent);
    // A typed password is sent, and the campus continues from there
    await scene.signIn();
    await expect(scene.heading('Confirm it is you')).toBeVisible();
    expect(sent()).toBe(1);
  });

  test('a saved password is not sent when the computer wakes and the session is over', async ({ open }) => {
    const { scene, sent } = await kept(open);
    await inDouble(scene.client, (double) => double.suspend());
    const [session] = scene.campus.records.sessions();
    await scene.campus.control.end(session?.id ?? '');
    await inDouble(scene.client, (double) => double.resume());
    await expect(scene.button(/^(Connect|Sign in again|Try again)$/).first()).toBeVisible({ timeout: 30_000 });
    expect(sent()).toBe(0);
    expect(scene.campus.records.sessions()).toEqual([]);
    expect(scene.campus.services.factors.waiting(mei.phone)).toEqual([]);
  });

  test('a saved password is not sent when the system starts Causeway at sign-in', async ({ open }) => {
    const { scene, sent } = await kept(open);
    await leave(scene);
    await scene.client.close();
    scene.client = await startClient({ userData, env: keyring.env, args: ['--hidden'] });
    await expect(scene.button('Connect')).toBeAttached();
    const log = await scene.client.log();
    expect(log).not.toBe('');
    expect(sent()).toBe(0);
    expect(scene.campus.records.sessions()).toEqual([]);
    // It is still saved, for the person's own Connect
    await scene.connect();
    await scene.button('Proceed').click();
    await expect(scene.heading('Confirm it is you')).toBeVisible();
    expect(sent()).toBe(1);
  });

  test('with always-connect, a start at sign-in stops at the question with one notification and sends nothing; a session goes on by itself', async ({
    open,
  }) => {
    const dataDirectory = path.join(userData, 'campus');
    const { scene, sent } = await kept(open, { dataDirectory });
    await scene.button('Settings').click();
    const always = scene.window.getByRole('checkbox', { name: 'Always connect when I am off campus' });
    await always.press('Space');
    await expect(always).toBeChecked();
    await scene.button('Close settings').click();
    // A person's Disconnect counts
    await leave(scene);
    await scene.says(/^Automatic connection paused until/);
    await expect(scene.button('Resume')).toBeVisible();
    await scene.client.close();

    scene.client = await startClient({ userData, env: keyring.env, args: ['--hidden'] });
    await expect(scene.heading('Notice from your campus')).toBeAttached();
    const told = () =>
      inDouble(scene.client, (double) => double.notifications.filter(({ title }) => title === 'You are off campus').length);
    const isVisible = () => inDouble(scene.client, (double) => double.windows()[0]?.isVisible() === true);
    await expect.poll(told).toBe(1);
    await inDouble(scene.client, (double) => double.resume());
    expect(await isVisible()).toBe(false);
    expect(await inDouble(scene.client, (double) => double.trays.at(-1)?.toolTip ?? '')).toContain('Waiting for your answer');
    await inDouble(scene.client, (double) => double.notifications.find(({ title }) => title === 'You are off campus')?.click());
    await expect.poll(isVisible).toBe(true);
    await scene.proceed();
    await stopsAtSignIn(scene, sent);
    expect(scene.campus.records.sessions()).toEqual([]);
    expect(await told()).toBe(1);

    // From here on it is the person's sign-in
    await scene.signIn();
    // The current code has been used already
    await scene.sendPush();
    expect(await scene.campus.services.factors.approve(mei.phone, (await scene.push()).id)).toBe(true);
    await expect(scene.heading('Connected')).toBeVisible();
    expect(sent()).toBe(1);
    const session = scene.campus.records.sessions()[0]?.id;
    const { port } = scene.campus;
    await scene.campus.stop();
    await scene.says(/Reconnecting/);
    scene.campus = await startCampus({ dataDirectory, port });
    await inDouble(scene.client, (double) => double.resume());
    await expect(scene.heading('Connected')).toBeVisible({ timeout: 40_000 });
    expect(scene.campus.records.sessions().map(({ id }) => id)).toEqual([session]);
    expect(scene.campus.services.factors.waiting(mei.phone)).toEqual([]);
  });

  test('a saved password is not sent when Causeway starts again after a crash: the ticket resumes the session, or nothing does', async ({
    open,
  }) => {
    const { scene, sent } = await kept(open);
    await scene.client.kill();
    await scene.campus.control.end(scene.campus.records.sessions()[0]?.id ?? '');
    scene.client = await startClient({ userData, env: keyring.env });
    await expect(scene.button(/^(Connect|Sign in again|Try again)$/).first()).toBeVisible({ timeout: 30_000 });
    expect(sent()).toBe(0);
    expect(scene.campus.services.factors.waiting(mei.phone)).toEqual([]);
  });
});
