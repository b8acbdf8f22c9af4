import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { test as base } from 'playwright/test';
import type { Profile } from '../../shared/profile.ts';
import { startIvanti, tunnelPath, type Ivanti, type IvantiOptions } from '../peers/gateways/ivanti.ts';
import { canStartKeyring, startKeyring, type Keyring } from '../support/keyring.ts';
import { filesBelow, findCanaries } from './support/canaries.ts';
import { startClient, type Client } from './support/client.ts';
import { onRealElectron } from './support/double.ts';
import { expect } from './support/scene.ts';

/** Keeping the sign-in on the campus's page, through the real app, several runs of it, and the real keychain. */

const device = 'trusted-device-canary-2b9e';
const visit = 'visit-canary-88d1';
const hour = 'max-age=3600; path=/; secure; httponly';
/** The provider remembers the device, and this visit; the gateway sets a lasting ticket of its own kind. */
const cookies: IvantiOptions['cookies'] = ({ host, path: at }) => {
  if (host.startsWith('idp.') && at === '/idp/sign-in') return [`device=${device}; ${hour}`, `visit=${visit}; path=/; secure`];
  return host.startsWith('ivanti.') && at.includes('saml-consumer') ? [`DSLasting=ticket-canary-1; ${hour}`] : [];
};

interface Bench {
  ivanti: Ivanti;
  userData: string;
  keyring: Keyring;
  run(env?: Record<string, string>, profiles?: readonly Profile[]): Promise<Client>;
}
const test = base.extend<{ bench: Bench }>({
  bench: async ({}, use) => {
    const ivanti = await startIvanti({ saml: true, cookies });
    const keyring = await startKeyring();
    const userData = await mkdtemp(path.join(tmpdir(), 'causeway-kept-page-'));
    const clients: Client[] = [];
    await use({
      ivanti,
      userData,
      keyring,
      async run(env = {}, profiles) {
        const client = await startClient({
          userData,
          env: { ...keyring.env, XDG_CURRENT_DESKTOP: 'GNOME', ...env },
          ...(profiles ? { profiles } : {}),
        });
        clients.push(client);
        return client;
      },
    });
    for (const client of clients) await client.close().catch(() => undefined);
    await ivanti.stop();
    await keyring.close();
    await rm(userData, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  },
});
test.skip(!canStartKeyring, 'needs dbus-daemon and gnome-keyring-daemon');

const keeping = (ivanti: Ivanti, more: Partial<Profile> = {}): Profile =>
  ivanti.profile({ browser: { hosts: [ivanti.provider], keep: true }, ...more });
const tick = (client: Client) => client.window.getByRole('checkbox', { name: 'Keep me signed in on this campus’s page' });
/** Ticks it, and waits until the app has noted it. */
async function wish(client: Client): Promise<void> {
  await tick(client).click({ force: true });
  await expect(tick(client)).toBeChecked();
}
const kept = async (userData: string): Promise<string[]> => (await readdir(userData)).filter((name) => name.startsWith('page-'));

async function toPage({ window }: Client): Promise<void> {
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(window.getByRole('heading', { level: 1, name: 'Sign in on your campus’s page' })).toBeVisible();
}

async function openPage(client: Client): Promise<Page> {
  const find = () => client.electron.windows().find((page) => page !== client.window && page.url().startsWith('https:'));
  const button = client.window.getByRole('button', { name: 'Open the sign-in page' });
  // It may open by itself after Connect
  await expect.poll(async () => find() !== undefined || (await button.isEnabled({ timeout: 100 }).catch(() => false))).toBe(true);
  if (!find()) await button.click();
  await expect.poll(() => find() !== undefined).toBe(true);
  const page = find();
  if (!page) throw new Error('no page');
  await expect(page.getByRole('heading', { level: 1, name: 'Campus identity provider' })).toBeVisible();
  return page;
}

/** Signs in on the page, until openconnect comes to the stand-in with the ticket. It is turned away there. */
async function signIn(client: Client, { ivanti }: Bench): Promise<void> {
  const page = await openPage(client);
  const before = ivanti.received.filter(({ path: at }) => at === tunnelPath).length;
  await page.getByLabel('User').fill(ivanti.user.name);
  await page.getByLabel('Pass phrase').fill(ivanti.user.password);
  await page
    .getByRole('button', { name: 'Continue' })
    .click()
    .catch((error: unknown) => {
      if (!String(error).includes('has been closed')) throw error;
    });
  await expect.poll(() => ivanti.received.filter(({ path: at }) => at === tunnelPath).length).toBeGreaterThan(before);
  await expect(client.window.getByRole('heading', { level: 1, name: 'The connection did not open' })).toBeVisible();
}

/** Runs the app once, signs in with the tick, and returns the name of the file that is kept. */
async function keepOnce(bench: Bench): Promise<string> {
  const client = await bench.run({}, [keeping(bench.ivanti)]);
  await toPage(client);
  await wish(client);
  await signIn(client, bench);
  await client.close();
  const [file = ''] = await kept(bench.userData);
  return file;
}

/** The cookies of the first request to a host since the last call. */
function firstCookies({ ivanti }: Bench, host: string, from: number): string {
  return ivanti.received.slice(from).find((asked) => asked.host === host)?.cookie ?? 'no request';
}

test('if the person ticked it, the next run knows the remembered device; nothing else of the page is kept, and no file holds it in clear', async ({
  bench,
}) => {
  const { ivanti, userData, keyring } = bench;
  const first = await bench.run({}, [keeping(ivanti)]);
  await toPage(first);
  await expect(tick(first)).not.toBeChecked();
  await wish(first);
  await signIn(first, bench);
  expect(await kept(userData)).toEqual([expect.stringMatching(/^page-sign-in-.*\.json$/)]);
  await first.close();

  const secrets = new Map([
    ['device', device],
    ['visit', visit],
    ['lasting ticket', 'ticket-canary-1'],
    ...[...ivanti.signedIn].map((id, at) => [`ticket ${at}`, id] as const),
  ]);
  expect(findCanaries(await filesBelow(userData, keyring.folder), secrets)).toEqual([]);
  // The search does find what is there
  const planted = path.join(userData, 'planted');
  await writeFile(planted, Buffer.from(`x${device}`).toString('base64'));
  expect(findCanaries(await filesBelow(userData), secrets)).toHaveLength(1);
  await rm(planted);

  const from = ivanti.received.length;
  const second = await bench.run();
  await toPage(second);
  await expect(tick(second)).toBeChecked();
  const page = await openPage(second);
  await expect(tick(second)).toBeChecked();
  for (const colorScheme of ['light', 'dark'] as const) {
    await second.window.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await second.picture(`out/pictures/kept-page-${colorScheme}.png`);
  }
  expect(firstCookies(bench, ivanti.provider, from)).toBe(`device=${device}`);
  expect(firstCookies(bench, ivanti.host, from)).toBe('');
  await page.close();
  await second.window.getByRole('button', { name: 'Cancel' }).first().click();

  // Settings show it, and forget it
  await second.window.getByRole('button', { name: 'Settings' }).click();
  await expect(second.window.getByText(/^Last used \d/).first()).toBeVisible();
  await second.window.getByRole('button', { name: /^Forget the page sign-in of/ }).click();
  await expect(second.window.getByText(/^Last used/).first()).toBeHidden();
  expect(await kept(userData)).toEqual([]);
  await second.window.getByRole('button', { name: 'Close settings' }).click();
  const afterForget = ivanti.received.length;
  await toPage(second);
  await expect(tick(second)).not.toBeChecked();
  await openPage(second);
  expect(firstCookies(bench, ivanti.provider, afterForget)).toBe('');
});

test('without the tick, nothing of the page is on disk or in the next attempt', async ({ bench }) => {
  const { ivanti, userData, keyring } = bench;
  const client = await bench.run({}, [keeping(ivanti)]);
  await toPage(client);
  await signIn(client, bench);
  expect(await kept(userData)).toEqual([]);
  const from = ivanti.received.length;
  await client.window.getByRole('button', { name: 'Try again' }).click();
  await openPage(client);
  expect(firstCookies(bench, ivanti.provider, from)).toBe('');
  await client.close();
  expect(findCanaries(await filesBelow(userData, keyring.folder), new Map([['device', device]]))).toEqual([]);
});

test('two campuses with the same sign-in page share nothing that is kept', async ({ bench }) => {
  const { ivanti } = bench;
  const one = keeping(ivanti, { id: 'one', name: 'One' });
  const client = await bench.run({}, [one, keeping(ivanti, { id: 'two', name: 'Two' })]);
  await toPage(client);
  await wish(client);
  await signIn(client, bench);
  await client.close();
  const from = ivanti.received.length;
  const other = await bench.run({}, [{ ...one, id: 'two', name: 'Two' }, one]);
  await toPage(other);
  await expect(tick(other)).not.toBeChecked();
  await openPage(other);
  expect(firstCookies(bench, ivanti.provider, from)).toBe('');
});

test('if the computer does not really encrypt, a sentence replaces the tick, and an earlier file is not opened', async ({ bench }) => {
  test.skip(onRealElectron && process.platform !== 'linux', 'only Linux has keys that everybody knows');
  const { ivanti, userData } = bench;
  const file = await keepOnce(bench);
  const before = await readFile(path.join(userData, file), 'utf8');
  for (const env of [{ XDG_CURRENT_DESKTOP: 'sway' }, { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }]) {
    const from = ivanti.received.length;
    const client = await bench.run(env);
    await toPage(client);
    await expect(client.window.getByText('Causeway cannot encrypt that on this computer').first()).toBeVisible();
    await expect(tick(client)).toBeHidden();
    await signIn(client, bench);
    expect(firstCookies(bench, ivanti.provider, from)).toBe('');
    expect(await readFile(path.join(userData, file), 'utf8')).toBe(before);
    await client.close();
  }
});

test('a damaged kept file is removed, the person is told, and the sign-in continues', async ({ bench }) => {
  const { userData } = bench;
  const file = await keepOnce(bench);
  const text = await readFile(path.join(userData, file), 'utf8');
  await writeFile(path.join(userData, file), text.replace(/"sealed":".{8}/, '"sealed":"djExAAAA'));
  const client = await bench.run();
  await toPage(client);
  await openPage(client);
  const notices = client.window.getByRole('region', { name: 'Notices' });
  await expect(notices).toContainText('Saved page sign-in lost');
  expect(await kept(userData)).toEqual([]);
  // It is kept again once a sign-in has worked
  await expect(tick(client)).toBeChecked();
});
