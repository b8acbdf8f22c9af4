import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startCampus } from '../../campus/campus.ts';
import { Settings } from '../../electron/storage/settings.ts';
import { writePublicKey } from '../../electron/updates/envelope.ts';
import { PackedApp } from '../packages/on-double.ts';
import { newApp, startFeedOn } from '../support/update-feed.ts';
import { mei } from '../tour/people.ts';
import { onRealElectron } from './support/double.ts';
import { expect, test } from './support/scene.ts';

test.skip(onRealElectron || process.platform !== 'linux', 'only the double can be told that it is packaged');

const root = path.resolve(import.meta.dirname, '../..');

/** The app's own files, with another update server and another key, and what starts them as an AppImage would. */
function packedApp(folder: string, config: unknown): string {
  const app = path.join(folder, 'app');
  for (const part of ['dist', 'campuses', 'build/icons', 'package.json'])
    cpSync(path.join(root, part), path.join(app, part), { recursive: true, filter: (name) => !name.endsWith('.map') });
  symlinkSync(path.join(root, 'node_modules'), path.join(app, 'node_modules'));
  mkdirSync(path.join(app, 'build/updates'));
  writeFileSync(path.join(app, 'build/updates/updates.json'), JSON.stringify(config));
  const executable = path.join(folder, 'start');
  writeFileSync(executable, `#!/bin/sh\nexec '${path.join(root, 'tests/electron-double/electron')}' '${app}' "$@"\n`, { mode: 0o755 });
  return executable;
}

test('the app reads nothing of what updates need at its start', () => {
  const dist = path.join(root, 'dist');
  const atStart = new Set(['main.mjs']);
  for (const name of atStart)
    for (const [, next = ''] of readFileSync(path.join(dist, name), 'utf8').matchAll(/(?:from|import)\s*"\.\/(main-part-[\w.-]+)"/g))
      atStart.add(next);
  const parts = readdirSync(dist).filter((name) => /^main.*\.mjs$/.test(name));
  const withUpdater = parts.filter((name) => readFileSync(path.join(dist, name), 'utf8').includes('Squirrel.Mac'));
  expect(withUpdater).toHaveLength(1);
  expect(withUpdater.filter((name) => atStart.has(name))).toEqual([]);
});

test('the app finds an update, says in Settings what is wrong with one, asks while connected, and ends signed out with the new version in its place', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'causeway-update-'));
  const campus = await startCampus();
  let stop = (): void => undefined;
  const feed = await startFeedOn(async (server) => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stop = () => {
      server.close().closeAllConnections();
    };
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  const userData = path.join(folder, 'data');
  try {
    const keys = [writePublicKey(feed.key.publicKey)];
    const executable = packedApp(folder, { feed: feed.address, keys, publisherName: null, updaterCacheDirName: 'causeway-updater' });
    const image = path.join(folder, 'Causeway.AppImage');
    writeFileSync(image, 'old', { mode: 0o755 });
    const authority = path.join(folder, 'authority.pem');
    writeFileSync(authority, feed.authority);
    (await Settings.open(userData)).update(() => ({ profiles: [campus.profile], lastProfileId: campus.profile.id }));
    const app = await PackedApp.start(executable, userData, {
      ELECTRON_DOUBLE_PACKAGED: '1',
      APPIMAGE: image,
      APPDIR: path.dirname(process.execPath),
      NODE_EXTRA_CA_CERTS: authority,
      XDG_CACHE_HOME: path.join(folder, 'cache'),
    });
    try {
      const { window } = app;
      window.setDefaultTimeout(15_000);
      feed.publish({ counter: 6, signedAt: Date.now() - 5000, expiresAt: Date.now() - 1000 });
      await app.button('Settings').click();
      await app.button('Check now').click();
      await expect(window.getByText('Update information is out of date').first()).toBeVisible();
      feed.publish();
      await app.button('Check now').click();
      await expect(window.getByText('Version 0.2.0 is ready,').first()).toBeVisible();
      await expect(window.getByText('Update information is out of date')).toHaveCount(0);
      await app.button('Close settings').click();

      await app.signIn(mei.userId, mei.password, { remember: false, userLabel: 'UMPASS user ID', passwordLabel: 'UMPASS password' });
      await app.button(/^Enter a Passcode/).click();
      await app.enterCode(campus.services.factors.accounts(mei.phone)[0]?.code ?? '');

      await app.button('Settings').click();
      await app.button('Restart Causeway now').click();
      const dialog = window.getByRole('alertdialog');
      await expect(dialog).toContainText('Restart and update now?');
      await dialog.getByRole('button', { name: 'Later' }).click();
      await expect(dialog).toBeHidden();
      expect(campus.records.sessions()).toHaveLength(1);
      expect(readFileSync(image, 'utf8')).toBe('old');
      await app.button('Restart Causeway now').click();
      await dialog.getByRole('button', { name: 'Restart Causeway now' }).click();
      await expect.poll(() => readFileSync(image).equals(newApp), { timeout: 15_000 }).toBe(true);
      expect(campus.records.sessions()).toEqual([]);
      expect(readFileSync(path.join(userData, 'logs/causeway.log'), 'utf8')).toContain('installing 0.2.0');
      expect(existsSync(`${image}.update`)).toBe(false);
    } finally {
      await app.close();
    }
  } finally {
    stop();
    await campus.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
