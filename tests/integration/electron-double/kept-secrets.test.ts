import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { app, double, safeStorage, session } from '../../electron-double/index.ts';
import { canStartKeyring, startKeyring, type Keyring } from '../../support/keyring.ts';

/** `safeStorage` and `session.cookies` of the double, as Electron's source has them. */

let keyring: Keyring | null = null;
const environment = { ...process.env };
beforeAll(async () => {
  const early = safeStorage.encryptStringAsync('x');
  await expect(early).rejects.toThrow('safeStorage cannot be used before app is ready');
  expect(await safeStorage.isAsyncEncryptionAvailable()).toBe(false);
  expect(safeStorage.getSelectedStorageBackend?.()).toBe('unknown');
  // libsecret keeps the first session bus that it meets
  if (canStartKeyring) keyring = await startKeyring();
  Object.assign(process.env, keyring?.env);
  app.on('window-all-closed', () => undefined);
  await app.whenReady();
});
afterAll(async () => {
  await double.dispose();
  await keyring?.close();
  delete process.env['DBUS_SESSION_BUS_ADDRESS'];
  Object.assign(process.env, environment);
});
afterEach(() => {
  delete process.env['XDG_CURRENT_DESKTOP'];
  double.forgetKeys();
});

test.skipIf(!canStartKeyring)('safeStorage encrypts with a key in the keyring, and the next run finds it again', async () => {
  process.env['XDG_CURRENT_DESKTOP'] = 'ubuntu:GNOME';
  expect(safeStorage.getSelectedStorageBackend?.()).toBe('gnome_libsecret');
  const sealed = await safeStorage.encryptStringAsync('harbour lantern');
  expect(sealed.subarray(0, 3).toString()).toBe('v11');
  expect(sealed.toString('latin1')).not.toContain('harbour');
  double.forgetKeys();
  expect(await safeStorage.decryptStringAsync(sealed)).toEqual({ shouldReEncrypt: false, result: 'harbour lantern' });
  const damaged = Buffer.concat([sealed, Buffer.from('x')]);
  for (const wrong of [damaged, Buffer.from('v12 whatever'), Buffer.from('plain')])
    await expect(safeStorage.decryptStringAsync(wrong)).rejects.toThrow('Error while decrypting the ciphertext');
});

test('without a keyring, safeStorage says that it is available, and encrypts with a key that is public in Chromium’s source', async () => {
  process.argv.push('--password-store=basic');
  try {
    double.forgetKeys();
    expect(safeStorage.getSelectedStorageBackend?.()).toBe('basic_text');
    expect(await safeStorage.isAsyncEncryptionAvailable()).toBe(true);
    const sealed = await safeStorage.encryptStringAsync('harbour lantern');
    expect(sealed.subarray(0, 3).toString()).toBe('v10');
    const decipher = createDecipheriv('aes-128-cbc', pbkdf2Sync('peanuts', 'saltysalt', 1, 16, 'sha1'), Buffer.alloc(16, ' '));
    expect(Buffer.concat([decipher.update(sealed.subarray(3)), decipher.final()]).toString()).toBe('harbour lantern');
  } finally {
    process.argv.pop();
  }
});

test('on a desktop that Electron does not know, the backend is the one without a keyring, even if there is one', () => {
  for (const [desktop, backend] of [
    ['sway', 'basic_text'],
    ['XFCE', 'gnome_libsecret'],
    ['KDE', 'kwallet'],
  ] as const) {
    process.env['XDG_CURRENT_DESKTOP'] = desktop;
    expect(safeStorage.getSelectedStorageBackend?.()).toBe(backend);
  }
});

test('cookies are set and shown with Electron’s defaults, shapes and reasons', async () => {
  const { cookies } = session.fromPartition('cookies');
  const url = 'https://sso.campus.test/';
  const expirationDate = Math.floor(Date.now() / 1000) + 3600;
  await cookies.set({ url, name: 'plain', value: '1' });
  await cookies.set({
    url,
    name: 'kept',
    value: '2',
    secure: true,
    httpOnly: true,
    path: '/adfs',
    expirationDate,
    sameSite: 'no_restriction',
  });
  await cookies.set({ url, name: 'wide', value: '3', domain: 'campus.test', sameSite: 'unspecified', expirationDate });
  await cookies.set({ url, name: '__Host-device', value: '4', secure: true, path: '/', expirationDate, sameSite: 'strict' });
  const all = new Map((await cookies.get({})).map((cookie) => [cookie.name, cookie]));
  expect(all.get('plain')).toEqual({
    name: 'plain',
    value: '1',
    domain: 'sso.campus.test',
    hostOnly: true,
    path: '/',
    secure: false,
    httpOnly: false,
    session: true,
    sameSite: 'lax',
  });
  expect(all.get('kept')).toMatchObject({ hostOnly: true, path: '/adfs', session: false, expirationDate, sameSite: 'no_restriction' });
  expect(all.get('wide')).toMatchObject({ hostOnly: false, domain: '.campus.test', sameSite: 'unspecified' });
  expect(all.get('__Host-device')).toMatchObject({ hostOnly: true, sameSite: 'strict' });
  const names = async (filter: Parameters<typeof cookies.get>[0]) => (await cookies.get(filter)).map(({ name }) => name).sort();
  expect(await names({ session: false })).toEqual(['__Host-device', 'kept', 'wide']);
  expect(await names({ domain: 'sso.campus.test' })).toEqual(['__Host-device', 'kept', 'plain', 'wide']);
  expect(await names({ url: 'https://other.campus.test/' })).toEqual(['wide']);

  // One that has expired is not there, and takes the one of its name with it
  await cookies.set({ url, name: 'wide', value: '', domain: 'campus.test', expirationDate: 1 });
  expect(await names({ name: 'wide' })).toEqual([]);
  const refused: [object, string][] = [
    [{ name: 'a' }, "Missing required option 'url'"],
    [{ url, sameSite: 'None' }, "Failed to convert 'None' to an appropriate cookie same site value"],
    [{ url, name: '__Host-a', value: '1' }, 'invalid __Host- or __Secure- prefix'],
    [{ url, name: '__Host-a', value: '1', secure: true, domain: 'campus.test', path: '/' }, 'invalid __Host- or __Secure- prefix'],
    [{ url, name: '__Secure-a', value: '1' }, 'invalid __Host- or __Secure- prefix'],
    [{ url, name: 'a', value: '1', domain: 'elsewhere.test' }, 'invalid Domain attribute'],
    [{ url: 'no address', name: 'a' }, 'invalid Domain attribute'],
    [{ url, name: 'a', value: 'x'.repeat(4096) }, 'exceeded the name/value pair size limit'],
    [{ url, name: 'a', value: '1', secure: false, sameSite: 'no_restriction' }, 'SameSite=None, but it was not Secure'],
  ];
  for (const [details, reason] of refused) await expect(cookies.set(details as Parameters<typeof cookies.set>[0])).rejects.toThrow(reason);
  await cookies.flushStore();
});
