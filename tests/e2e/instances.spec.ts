import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { mei } from '../tour/people.ts';
import { inDouble, onRealElectron } from './support/double.ts';
import { expect, test, type Scene } from './support/scene.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Starts the app once more with the same user data, as a link in a browser does. Resolves when that process has exited. */
async function startAgain(scene: Scene, ...args: string[]): Promise<number | null> {
  const program = process.env['ELECTRON_BINARY'] ?? path.join(root, 'tests/electron-double/electron');
  const second = spawn(program, [root, `--user-data-dir=${scene.client.userData}`, ...args], {
    cwd: root,
    stdio: 'ignore',
  });
  await once(second, 'exit');
  return second.exitCode;
}

test('a second start passes its link to the first and exits; the first shows its window and asks when it can', async ({ open }) => {
  test.skip(onRealElectron, 'hides the window as only the double can tell');
  const scene = await open();
  const isVisible = () => inDouble(scene.client, (double) => double.windows()[0]?.isVisible() === true);
  const hide = () => inDouble(scene.client, (double) => double.windows()[0]?.hide());

  // Idle: only the window shows
  await hide();
  expect(await startAgain(scene)).toBe(0);
  await expect.poll(isVisible).toBe(true);
  await expect(scene.button('Connect')).toBeVisible();

  // Signing in: the question, what was typed and the focus stay, and the link waits
  await scene.connect();
  await scene.proceed();
  const user = scene.window.getByLabel('UMPASS user ID');
  const password = scene.window.getByLabel('UMPASS password');
  await user.fill(mei.userId);
  await password.fill('half a pass');
  await hide();
  expect(await startAgain(scene, 'causeway://task/add-device')).toBe(0);
  await expect.poll(isVisible).toBe(true);
  await expect(password).toBeFocused();
  await expect(user).toHaveValue(mei.userId);
  await expect(password).toHaveValue('half a pass');
  await expect(scene.window.getByRole('alertdialog')).toHaveCount(0);

  // A malformed link is reported, and changes nothing either
  expect(await startAgain(scene, 'causeway://task/format-disk')).toBe(0);
  const linkAt = Date.now();
  await scene.says('Link not understood');
  await expect(password).toHaveValue('half a pass');

  await password.fill(mei.password);
  await scene.button('Sign in').click();
  await scene.toPasscode();
  await scene.enterPasscode(scene.code());
  // Connected: the app asks about the link now, and did nothing before
  const question = scene.window.getByRole('alertdialog');
  await expect(question).toContainText('Add a new device?');
  expect(scene.client.electron.windows()).toHaveLength(1);
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(scene.heading('Connected')).toBeVisible();
  await hide();
  // Links within a second are one burst, and show the window once (`electron/app/arguments.ts`)
  await expect.poll(() => Date.now() - linkAt).toBeGreaterThan(1_000);
  expect(await startAgain(scene, 'causeway://connect/campus-test')).toBe(0);
  await expect.poll(isVisible).toBe(true);
  // The app is already connected to that campus
  await expect(question).toHaveCount(0);
  expect(scene.campus.records.sessions()).toHaveLength(1);
});
