import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pt } from '../../shared/messages/pt.ts';
import { zhHant } from '../../shared/messages/zh-Hant.ts';
import { clickMenu, inDouble, onRealElectron } from './support/double.ts';
import { expect, test } from './support/scene.ts';

test.skip(onRealElectron, 'only the double lets a test click the tray, sleep the computer and read notifications');

test('the tray menu connects, opens the window at the first question, and offers only what fits the state', async ({ open }) => {
  const scene = await open();
  await inDouble(scene.client, (double) => double.windows()[0]?.hide());
  await clickMenu(scene.client, 'Connect to Campus Test University');
  await expect(scene.heading('Notice from your campus')).toBeVisible();
  await expect.poll(() => inDouble(scene.client, (double) => double.windows()[0]?.isVisible())).toBe(true);
  await scene.proceed();
  await scene.signIn();
  await scene.toPasscode();
  await scene.enterPasscode(scene.code());
  await expect(scene.heading('Connected')).toBeVisible();
  await expect.poll(() => inDouble(scene.client, (double) => double.trays[0]?.toolTip ?? '')).toContain('Connected');
  await clickMenu(scene.client, 'Open device portal');
  const portal = await scene.client.portal();
  await expect(portal.getByText('Add a new Device').first()).toBeVisible();
  await clickMenu(scene.client, 'Disconnect');
  await expect(scene.button('Connect')).toBeVisible();
});

test('closing the window keeps the app in the tray, and quitting while connected asks once', async ({ open }) => {
  const scene = await open();
  await inDouble(scene.client, (double) => double.windows()[0]?.close());
  await expect.poll(() => inDouble(scene.client, (double) => double.windows().map((window) => window.isVisible()))).toEqual([false]);
  await clickMenu(scene.client, 'Open Causeway');
  await scene.signedIn();
  await clickMenu(scene.client, 'Quit Causeway');
  const dialog = scene.window.getByRole('alertdialog').or(scene.window.getByRole('dialog'));
  await expect(dialog).toBeVisible();
  await scene.window.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(scene.campus.records.sessions()).toHaveLength(1);
  await clickMenu(scene.client, 'Quit Causeway');
  const ended = scene.client.electron.waitForEvent('close');
  await dialog.getByRole('button', { name: /Quit|Disconnect/ }).click();
  await ended;
  await expect.poll(() => scene.campus.records.sessions()).toEqual([]);
});

test('the app does not delay a shutdown of the computer', async ({ open }) => {
  const scene = await open();
  await scene.signedIn();
  expect(await inDouble(scene.client, (double) => double.shutDown())).toBe(false);
  await expect.poll(() => scene.campus.records.sessions()).toEqual([]);
});

test('a second start brings the running app to the front and delivers its link there', async ({ open }) => {
  const scene = await open();
  await inDouble(scene.client, (double) => double.windows()[0]?.hide());
  const root = path.resolve(import.meta.dirname, '../..');
  const second = spawn(
    path.join(root, 'tests/electron-double/electron'),
    [root, `--user-data-dir=${scene.client.userData}`, 'causeway://task/add-device'],
    { stdio: 'ignore' },
  );
  await once(second, 'exit');
  expect(second.exitCode).toBe(0);
  await expect(scene.window.getByRole('alertdialog').or(scene.window.getByRole('dialog'))).toBeVisible();
  await expect.poll(() => inDouble(scene.client, (double) => double.windows()[0]?.isVisible())).toBe(true);
});

test('a session survives sleep and wake without a question', async ({ open }) => {
  const scene = await open();
  await scene.signedIn();
  await inDouble(scene.client, (double) => double.suspend());
  await inDouble(scene.client, (double) => double.resume());
  await expect(scene.heading('Connected')).toBeVisible();
  expect(scene.campus.records.sessions()).toHaveLength(1);
});

test('the end of a session is a notification when the window is not in front', async ({ open }) => {
  const scene = await open();
  await scene.signedIn();
  await inDouble(scene.client, (double) => double.windows()[0]?.hide());
  await scene.campus.control.end(scene.campus.records.sessions()[0]?.id ?? '');
  await expect
    .poll(() => inDouble(scene.client, (double) => double.notifications.map((notification) => notification.title)))
    .toContain('Disconnected from Campus Test University');
});

test('another language is spoken at once in the window, the tray and the menu, without a restart', async ({ open }) => {
  const scene = await open();
  const tooltip = (): Promise<string> => inDouble(scene.client, (double) => double.trays[0]?.toolTip ?? '');
  await clickMenu(scene.client, 'Settings…');
  await scene.window.getByLabel('Language', { exact: true }).selectOption('Português');
  await expect(scene.heading('Definições')).toBeVisible();
  await expect(scene.window.locator('html')).toHaveAttribute('lang', 'pt-PT');
  await expect.poll(tooltip).toContain(pt.status.idle);
  await scene.window.getByLabel(pt.settings.language, { exact: true }).selectOption('繁體中文');
  await expect(scene.heading(zhHant.settings.title)).toBeVisible();
  await expect(scene.window.locator('html')).toHaveAttribute('lang', 'zh-Hant-MO');
  await expect.poll(tooltip).toContain(zhHant.status.idle);
  // The file dialog, and the notification about what it brought
  const file = test.info().outputPath('other.causeway');
  await writeFile(file, JSON.stringify({ ...scene.campus.profile, id: 'other', name: 'Other University' }));
  await scene.client.electron.evaluate((electron, chosen) => {
    const double = Reflect.get(electron, 'double') as { dialogAnswers: { open: { canceled: boolean; filePaths: string[] }[] } };
    double.dialogAnswers.open.push({ canceled: false, filePaths: [chosen] });
  }, file);
  await scene.button(zhHant.settings.addProfile).click();
  await scene.button(zhHant.firstRun.file).click();
  await scene.button(zhHant.preview.add).click();
  const { chooseProfile, open: confirm, profileFiles } = zhHant.dialog;
  await expect
    .poll(() => inDouble(scene.client, (double) => double.dialogs))
    .toMatchObject([{ kind: 'open', options: { title: chooseProfile, buttonLabel: confirm, filters: [{ name: profileFiles }] } }]);
  await expect
    .poll(() => inDouble(scene.client, (double) => double.notifications.map(({ title }) => title)))
    .toEqual([zhHant.notification.addedTitle.replace('{campus}', 'Other University')]);
  await clickMenu(scene.client, zhHant.tray.settings);
  await scene.window.getByLabel(zhHant.settings.language, { exact: true }).selectOption('English');
  await expect(scene.heading('Settings')).toBeVisible();
  await expect.poll(tooltip).toContain('Not connected');
});
