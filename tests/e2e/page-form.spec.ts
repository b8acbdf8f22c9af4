import { mkdirSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { canStartKeyring, startKeyring, type Keyring } from '../support/keyring.ts';
import { mei } from '../tour/people.ts';
import { expect, test, type Scene } from './support/scene.ts';

/** Screenshots for people to look at. */
const pictures = 'out/pictures';
mkdirSync(pictures, { recursive: true });

/** The files of a folder that hold a text. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(0);
  const found = await Promise.all(files.map(async (file) => ((await readFile(file)).includes(text) ? [file] : [])));
  return found.flat();
}

/** The campus whose gateway signs people in on pages: our Sign in screen, ADFS's form, the prompt on the phone, the tunnel. */
test.describe('our Sign in screen in front of the campus’s own form', () => {
  test.skip(!canStartKeyring, 'needs dbus-daemon and gnome-keyring-daemon');
  let keyring: Keyring;
  let userData: string;
  test.beforeEach(async () => {
    keyring = await startKeyring();
    userData = await mkdtemp(path.join(tmpdir(), 'causeway-form-'));
  });
  test.afterEach(async () => {
    await keyring.close();
    await rm(userData, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  /** The page beside our column. */
  async function campusPage(scene: Scene): Promise<Page> {
    const { client } = scene;
    const find = () => client.electron.windows().find((page) => page !== client.window && page.url().startsWith('https:'));
    await expect.poll(() => find() !== undefined, { timeout: 30_000 }).toBe(true);
    const page = find();
    if (!page) throw new Error('no page');
    return page;
  }
  const signInScreen = async (scene: Scene, password: string): Promise<void> => {
    await expect(scene.heading('Sign in')).toBeVisible();
    await scene.window.getByLabel('UMPASS user ID').fill(mei.userId);
    await scene.window.getByLabel('UMPASS password').fill(password);
  };

  test('a wrong password leads back to our Sign in screen; a right one is remembered, and the next Connect takes no typing', async ({
    open,
  }) => {
    test.setTimeout(240_000);
    const scene = await open({ signIn: 'pages' }, { userData, env: keyring.env });
    await scene.button('Connect').click();
    await signInScreen(scene, 'not-the-password');
    await scene.button('Sign in').click();
    await scene.says('Wrong user ID or password');
    // The page's own words, beside ours
    await scene.says(/Incorrect user ID or password/);
    await scene.window.screenshot({ path: path.join(pictures, 'page-form-wrong.png') });
    await signInScreen(scene, mei.password);
    await scene.window.getByText(/^Remember me/).click();
    await expect(scene.window.getByRole('checkbox', { name: /Remember me/ })).toBeChecked();
    await scene.button('Sign in').click();
    await approve(scene);
    await expect(scene.heading('Connected')).toBeVisible({ timeout: 60_000 });
    await scene.button('Disconnect').click();

    await scene.button('Connect').click();
    await approve(scene);
    await expect(scene.heading('Connected')).toBeVisible({ timeout: 60_000 });
    expect(await scene.client.log()).not.toContain(mei.password);
    expect(await filesWith(userData, mei.password)).toEqual([]);
  });

  test('with a saved password and a remembered device, Connect and Proceed lead to the tunnel without typing or a push', async ({
    open,
  }) => {
    test.setTimeout(240_000);
    const scene = await open(
      { signIn: 'pages', notice: 'Terms of use.' },
      { userData, env: { ...keyring.env, XDG_CURRENT_DESKTOP: 'GNOME' } },
    );
    await scene.button('Connect').click();
    await signInScreen(scene, mei.password);
    await scene.window.getByText(/^Remember me/).click();
    await expect(scene.window.getByRole('checkbox', { name: /Remember me/ })).toBeChecked();
    const keep = scene.window.getByRole('checkbox', { name: /Keep me signed in/ });
    await keep.click({ force: true });
    await expect(keep).toBeChecked();
    await scene.button('Sign in').click();
    await approve(scene);
    await expect(scene.heading('Connected')).toBeVisible({ timeout: 60_000 });
    await scene.button('Disconnect').click();

    await scene.button('Connect').click();
    const page = await campusPage(scene);
    const proceed = page.getByRole('button', { name: 'Proceed' });
    await proceed.waitFor({ timeout: 60_000 });
    expect(scene.campus.services.factors.waiting(mei.phone)).toEqual([]);
    await proceed.click().catch(() => undefined); // The page closes under the click
    await expect(scene.heading('Connected')).toBeVisible({ timeout: 60_000 });
  });

  /** Approves the push that ADFS's form set off, and the gateway's notice. */
  async function approve(scene: Scene): Promise<void> {
    const push = await scene.push();
    await scene.campus.services.factors.approve(mei.phone, push.id);
    const page = await campusPage(scene);
    const proceed = page.getByRole('button', { name: /^(Yes, this is my device|Proceed)$/ });
    while (!page.isClosed() && !(await scene.heading('Connected').isVisible()))
      await proceed
        .first()
        .click({ timeout: 1_000 })
        .catch(() => undefined);
  }
});
