import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startCampus } from '../../campus/campus.ts';
import { canMount, mountSmallDisk } from '../support/small-disk.ts';
import { startClient, type Client } from './support/client.ts';
import { onRealElectron } from './support/double.ts';
import { expect, Scene, test } from './support/scene.ts';

/** A client that finds this text in place of its settings. */
async function withSettings(text: string, look: (client: Client, folder: string) => Promise<void>): Promise<void> {
  const userData = await mkdtemp(path.join(tmpdir(), 'causeway-settings-'));
  await writeFile(path.join(userData, 'settings.json'), text);
  const client = await startClient({ userData });
  await look(client, userData);
  await client.close();
  await rm(userData, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
const keptAside = async (folder: string, word: string): Promise<string> => {
  const name = (await readdir(folder)).find((each) => each.startsWith(`settings.${word}-`)) ?? 'none';
  return readFile(path.join(folder, name), 'utf8');
};

test('settings that are damaged in places are reported once, the damaged file is set aside, and the campus is still there', async () => {
  const campus = await startCampus();
  const text = JSON.stringify({ version: 1, profiles: [campus.profile], preferences: { language: 7 }, userIds: 'none' });
  await withSettings(text, async ({ window }, folder) => {
    await expect(window.getByRole('heading', { level: 1, name: 'Campus Test University' })).toBeVisible();
    await expect(window.getByText('Some settings could not be read')).toHaveCount(1);
    expect(await keptAside(folder, 'damaged')).toBe(text);
    await window.getByRole('button', { name: 'Dismiss' }).click();
    await expect(window.getByText('Some settings could not be read')).toHaveCount(0);
  });
  await campus.stop();
});

test('settings that are cut off in the middle are reported and set aside, and a campus can be added again', async () => {
  const campus = await startCampus();
  const text = JSON.stringify({ version: 1, profiles: [campus.profile] }).slice(0, 100);
  await withSettings(text, async ({ window }, folder) => {
    await expect(window.getByText('Settings were reset')).toHaveCount(1);
    await expect(window.getByText(/^The settings file could not be read\. It was kept as settings\.damaged-/).first()).toBeVisible();
    expect(await keptAside(folder, 'damaged')).toBe(text);
    await expect(window.getByRole('heading', { level: 1, name: 'Welcome to Causeway' })).toBeVisible();
    await window.getByLabel('Campus name, web address or e-mail').fill(`localhost:${campus.port}`);
    await window.getByRole('button', { name: 'Find my campus' }).click();
    await window.getByRole('button', { name: 'It is the same: accept' }).click();
    await window.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(window.getByRole('heading', { level: 1, name: 'Campus Test University' })).toBeVisible();
  });
  await campus.stop();
});

test('settings of a newer version are reported and left for that version', async () => {
  const text = JSON.stringify({ version: 99, profiles: 'something else' });
  await withSettings(text, async ({ window }, folder) => {
    await expect(window.getByRole('heading', { level: 1, name: 'Welcome to Causeway' })).toBeVisible();
    await expect(window.getByText('Settings of a newer version').first()).toBeVisible();
    expect(await keptAside(folder, 'newer')).toBe(text);
  });
});

for (const trouble of ['full', 'read-only'] as const) {
  test(`a disk that is ${trouble} is reported once, and signing in continues`, async () => {
    test.skip(!canMount(), 'needs the right to mount a file system');
    test.skip(onRealElectron, 'Chromium’s own files would have to stand elsewhere');
    const disk = await mountSmallDisk(8);
    const elsewhere = await mkdtemp(path.join(tmpdir(), 'causeway-chromium-'));
    // The browser's own open files keep a disk from becoming read-only, and are not what this test is about
    await symlink(elsewhere, path.join(disk.folder, 'Chromium'));
    const scene = await Scene.open({}, { userData: disk.folder });
    try {
      await (trouble === 'full' ? disk.fill() : disk.setReadOnly(true));
      await scene.connect();
      const notice = scene.window.getByText('Settings cannot be saved').first();
      await expect(notice).toHaveCount(1);
      await scene.button('Dismiss').click();
      await scene.proceed();
      await scene.signIn();
      await scene.toPasscode();
      await scene.enterPasscode(scene.code());
      await expect(scene.heading('Connected')).toBeVisible();
      await expect(notice).toHaveCount(0);
      await scene.button('Disconnect').click();
      await expect(scene.button('Connect')).toBeVisible();
    } finally {
      await disk.repair();
      await scene.close();
      await disk.remove();
      await rm(elsewhere, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  });
}
