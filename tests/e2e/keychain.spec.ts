import { once } from 'node:events';
import { mei } from '../tour/people.ts';
import { canStartKeyring, startKeyring } from '../support/keyring.ts';
import { onRealElectron } from './support/double.ts';
import { expect, test } from './support/scene.ts';

test('without a keychain, the app says so where it would offer to remember, and signing in works', async ({ open }) => {
  test.skip(process.platform !== 'linux', 'a session bus can be taken away on Linux only');
  const scene = await open({}, { env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' } });
  await scene.connect();
  await scene.proceed();
  await scene.says('This computer has no keychain, so your sign-in cannot be remembered.');
  await expect(scene.window.getByRole('checkbox')).toBeDisabled();
  await scene.signIn();
  await scene.toPasscode();
  await scene.enterPasscode(scene.code());
  await expect(scene.heading('Connected')).toBeVisible();
  // Nothing was to be remembered, so nothing failed
  await expect(scene.window.getByRole('region', { name: 'Notices' })).toBeHidden();
});

test('a keychain that never answers blocks neither signing in nor quitting', async ({ open }) => {
  test.skip(!canStartKeyring, 'needs dbus-daemon and gnome-keyring-daemon');
  test.skip(onRealElectron, 'ends the app as only the double can be');
  const keyring = await startKeyring();
  try {
    const scene = await open({}, { env: keyring.env });
    await scene.connect();
    await scene.proceed();
    const remember = scene.window.getByRole('checkbox');
    await expect(remember).toBeEnabled();
    await scene.window.getByLabel('UMPASS user ID').fill(mei.userId);
    await scene.window.getByLabel('UMPASS password').fill(mei.password);
    await remember.check({ force: true });
    keyring.freeze();
    await scene.button('Sign in').click();
    await scene.toPasscode();
    await scene.enterPasscode(scene.code());
    await expect(scene.heading('Connected')).toBeVisible();
    await scene.button('Disconnect').click();
    await expect(scene.button('Connect')).toBeVisible();

    const app = scene.client.electron.process();
    const gone = once(app, 'exit');
    await scene.client.electron.evaluate(({ app }) => void setImmediate(() => app.quit()));
    // The call in progress would last a minute
    const startedAt = Date.now();
    await gone;
    expect(Date.now() - startedAt).toBeLessThan(20_000);
    expect(await scene.client.log()).toContain('the keychain does not answer');
  } finally {
    await keyring.close();
  }
});

test('a keychain that is locked before the password is saved is reported, and signing in works', async ({ open }) => {
  test.skip(!canStartKeyring, 'needs dbus-daemon and gnome-keyring-daemon');
  const keyring = await startKeyring();
  try {
    const scene = await open({}, { env: keyring.env });
    await scene.connect();
    await scene.proceed();
    const remember = scene.window.getByRole('checkbox');
    await expect(remember).toBeEnabled();
    await scene.window.getByLabel('UMPASS user ID').fill(mei.userId);
    await scene.window.getByLabel('UMPASS password').fill(mei.password);
    await remember.check({ force: true });
    await keyring.lock();
    await scene.button('Sign in').click();
    await scene.toPasscode();
    await scene.enterPasscode(scene.code());
    await expect(scene.heading('Connected')).toBeVisible();
    const notices = scene.window.getByRole('region', { name: 'Notices' });
    await expect(notices).toContainText('Keychain locked');
    await expect(notices).toContainText('Unlock it, or type your password this time.');
    // The password is asked for next time, and the app does not claim to have saved it
    await scene.button('Disconnect').click();
    await scene.connect();
    await scene.proceed();
    await expect(scene.window.getByLabel('UMPASS password')).toHaveValue('');
  } finally {
    await keyring.close();
  }
});

test('a keychain that is locked at the start is reported where the app would offer to remember, and signing in works', async ({ open }) => {
  test.skip(!canStartKeyring, 'needs dbus-daemon and gnome-keyring-daemon');
  const keyring = await startKeyring();
  try {
    await keyring.restart();
    const scene = await open({}, { env: keyring.env });
    await scene.connect();
    await scene.proceed();
    await scene.says('This computer’s keychain is locked. Unlock it to have your sign-in remembered.');
    await expect(scene.window.getByRole('checkbox')).toBeDisabled();
    await scene.signIn();
    await scene.toPasscode();
    await scene.enterPasscode(scene.code());
    await expect(scene.heading('Connected')).toBeVisible();
  } finally {
    await keyring.close();
  }
});
