import { mkdirSync } from 'node:fs';
import { test as base } from 'playwright/test';
import type { Locator, Page } from 'playwright-core';
import { startGlobalProtect, type GlobalProtect } from '../peers/gateways/global-protect.ts';
import { startIvanti, tunnelPath, type Ivanti, type IvantiOptions } from '../peers/gateways/ivanti.ts';
import { startProxy } from '../peers/proxies.ts';
import { startClient, type Client } from './support/client.ts';
import { inDouble, onRealElectron, setSystemProxy } from './support/double.ts';
import { expect } from './support/scene.ts';

/** Screenshots for people to look at. */
const pictures = 'out/pictures';
mkdirSync(pictures, { recursive: true });

/** Sign-in on a campus's own page in the real app: the screen, the page, and the ticket that openconnect gets. */
const test = base.extend<{ open: (options?: IvantiOptions) => Promise<{ ivanti: Ivanti; client: Client }> }>({
  open: async ({}, use) => {
    const opened: { ivanti: Ivanti; client: Client }[] = [];
    await use(async (options = {}) => {
      const ivanti = await startIvanti(options);
      const client = await startClient({ profiles: [ivanti.profile({ browser: { hosts: [ivanti.provider] } })] });
      opened.push({ ivanti, client });
      return { ivanti, client };
    });
    for (const { ivanti, client } of opened) {
      await client.close();
      await ivanti.stop();
    }
  },
});

/** The campus's page. */
async function campusPage(client: Client): Promise<Page> {
  const find = () => client.electron.windows().find((page) => page !== client.window && page.url().startsWith('https:'));
  await expect.poll(() => find() !== undefined).toBe(true);
  const page = find();
  if (!page) throw new Error('no page');
  return page;
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const openPage = (client: Client) => client.window.getByRole('button', { name: 'Open the sign-in page' });
/** The address above the campus's page, in our own. */
const addressIn = (window: Page) => window.getByRole('region', { name: 'Sign-in page of your campus' }).locator('.address');

test('a browser sign-in goes from one click through the campus’s pages to openconnect, which sends the cookie to the gateway', async ({
  open,
}) => {
  const { ivanti, client } = await open({ notice: 'For members only.', saml: true });
  const { window } = client;
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  const page = await campusPage(client);
  await expect(heading(window, 'Sign in on your campus’s page')).toBeVisible();
  await expect(window.getByRole('main').getByText('Follow your campus’s page on the right.').first()).toBeVisible();
  await page.getByRole('button', { name: 'Proceed' }).click();
  await expect(heading(page, 'Campus identity provider')).toBeVisible();
  await expect(addressIn(window)).toHaveText(`Secure connection: ${ivanti.provider}/idp/begin`);
  await expect(window.getByRole('main').getByText('Sign in on the right with your').first()).toBeVisible();
  await client.picture(`${pictures}/sign-in-page.png`);
  expect(await page.evaluate(() => ['causeway', 'require', 'process'].filter((name) => name in globalThis))).toEqual([]);
  await page.getByLabel('User').fill(ivanti.user.name);
  await page.getByLabel('Pass phrase').fill(ivanti.user.password);
  await clickAway(page.getByRole('button', { name: 'Continue' }));

  // The stand-in has no tunnel and rejects openconnect. What counts is that openconnect sent the session's cookie
  await expect.poll(() => ivanti.received.find(({ path }) => path === tunnelPath)?.cookie).toMatch(/DSID=[0-9a-f]{32}/);
  await expect.poll(() => page.isClosed()).toBe(true);
  await expect(heading(window, 'The connection did not open')).toBeVisible();
  expect(await client.log()).not.toMatch(/DSID=[0-9a-f]/);
});

/** A click that may close the page under it. The next line of the test checks the result. */
const clickAway = (target: Locator): Promise<void> =>
  target.click().catch((error: unknown) => {
    if (!String(error).includes('has been closed')) throw error;
  });

test('a sign-in page’s hosts that the profile does not list are named beside it, can be copied for IT, and are logged once each', async ({
  open,
}) => {
  // A script, an image and a frame, with the image's host twice
  const foreign = ['cdn.duo.test', 'static.campus-pictures.test', 'prompt.duo.test', 'cdn.duo.test', 'static.campus-pictures.test'];
  const { ivanti, client } = await open({ saml: true, foreign });
  await client.window.getByRole('button', { name: 'Connect', exact: true }).click();
  const page = await campusPage(client);
  await expect(heading(page, 'Campus identity provider')).toBeVisible();
  const note = client.window.getByRole('status').filter({ hasText: 'not loaded' });
  await expect(note).toHaveText(
    /Parts of the page were not loaded.* not name these hosts: cdn\.duo\.test, static\.campus-pictures\.test,? and prompt\.duo\.test\. If .* tell IT\./,
  );
  await client.picture(`${pictures}/sign-in-blocked-hosts.png`);
  await client.window.getByRole('button', { name: 'Copy details' }).click();
  await expect(client.window.getByText('Copied. IT can name these hosts in the profile.').first()).toBeVisible();
  if (!onRealElectron)
    expect((await inDouble(client, ({ clipboard }) => clipboard.readText())).split('\n').slice(1)).toEqual([...new Set(foreign)]);
  // The log has a stand-in for each
  const logged = [...(await client.log()).matchAll(/sign-in page: (host-\d+) was blocked/g)].map(([, host]) => host);
  expect(logged).toHaveLength(new Set(foreign).size);
  expect(new Set(logged).size).toBe(logged.length);
  // The page below still loads from its own host, and no other host got a request
  await page.getByLabel('User').fill(ivanti.user.name);
  await page.getByLabel('Pass phrase').fill(ivanti.user.password);
  await clickAway(page.getByRole('button', { name: 'Continue' }));
  await expect.poll(() => ivanti.received.find(({ path }) => path === tunnelPath)?.cookie).toMatch(/DSID=[0-9a-f]{32}/);
  expect(new Set(ivanti.received.map(({ host }) => host))).toEqual(new Set([ivanti.host, ivanti.provider]));
});

test('a page that leaves the allowed hosts, a closed page and a Cancel each leave a clean screen', async ({ open }) => {
  const { ivanti, client } = await open({ saml: true });
  const { window } = client;
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await clickAway((await campusPage(client)).getByRole('link', { name: 'Help' }));
  await expect(window.getByText('It went to elsewhere.test, which your campus’s profile does not name.').first()).toBeVisible();
  await openPage(client).click();
  const page = await campusPage(client);
  await expect(heading(page, 'Campus identity provider')).toBeVisible();
  await page.close();
  await expect(window.getByText('The sign-in page was closed').first()).toBeVisible();
  await openPage(client).click();
  const last = await campusPage(client);
  await expect(heading(last, 'Campus identity provider')).toBeVisible();
  await window.getByRole('main').getByRole('button', { name: 'Cancel' }).click();
  await expect(window.getByRole('button', { name: 'Connect', exact: true })).toBeVisible();
  await expect.poll(() => last.isClosed()).toBe(true);
  expect(ivanti.received.every(({ host }) => [ivanti.host, ivanti.provider].includes(host))).toBe(true);
});

test('a browser sign-in goes through the network’s web proxy: the proxy’s own question comes first, then page, gateway and openconnect use it', async () => {
  test.skip(onRealElectron, 'the desktop’s proxy settings are the double’s');
  const guest = { user: 'guest', password: 'prøxy pass"42' };
  const ivanti = await startIvanti({ saml: true });
  const [atGateway, atProvider] = [`${ivanti.host}:443`, `${ivanti.provider}:443`];
  const routes = { [atGateway]: ivanti.port, [atProvider]: ivanti.port };
  const proxy = await startProxy({ kind: 'http', routes, signIn: guest });
  const profile = ivanti.profile({ browser: { hosts: [ivanti.provider] } });
  delete profile.connectTo;
  const client = await startClient({ profiles: [profile] });
  try {
    const { window } = client;
    await setSystemProxy(client, `PROXY 127.0.0.1:${proxy.via.port}`);
    await window.getByRole('button', { name: 'Connect', exact: true }).click();
    await window.getByLabel('Proxy user name').fill(guest.user);
    await window.getByLabel('Proxy password').fill(guest.password);
    await window.getByRole('button', { name: 'Continue' }).click();
    const page = await campusPage(client);
    await page.getByLabel('User').fill(ivanti.user.name);
    await page.getByLabel('Pass phrase').fill(ivanti.user.password);
    const before = proxy.asked.length;
    await clickAway(page.getByRole('button', { name: 'Continue' }));
    await expect.poll(() => ivanti.received.find(({ path }) => path === tunnelPath)?.cookie).toMatch(/DSID=[0-9a-f]{32}/);
    expect(proxy.asked).toContain(atProvider);
    expect(proxy.asked.slice(before)).toContain(atGateway);
    expect(await client.log()).not.toContain(guest.password);
  } finally {
    await client.close();
    await proxy.stop();
    await ivanti.stop();
  }
});

test('a GlobalProtect sign-in lets the portal’s page post itself to the identity provider, and openconnect sends the cookie to the gateway', async () => {
  const gateway: GlobalProtect = await startGlobalProtect({ method: 'POST', tells: 'comment', passwordDays: 3 });
  const client = await startClient({ profiles: [gateway.profile()] });
  try {
    const { window } = client;
    await window.getByRole('button', { name: 'Connect', exact: true }).click();
    const page = await campusPage(client);
    await expect(heading(page, 'Campus identity provider')).toBeVisible();
    await page.getByLabel('User').fill(gateway.user.name);
    await page.getByLabel('Pass phrase').fill(gateway.user.password);
    await clickAway(page.getByRole('button', { name: 'Continue' }));
    const atGateway = () => gateway.asked.find(({ path, form }) => path === '/ssl-vpn/getconfig.esp' && 'authcookie' in form);
    await expect.poll(() => atGateway()?.form, { timeout: 15_000 }).toMatchObject({ authcookie: 'authcookie0123456789' });
    // After the sign-in, the window says once when the password expires
    const told = window.getByText('Days left, according to your campus’s gateway: 3.').first();
    await expect(told).toBeVisible();
    await expect(told).toHaveCount(1);
    await client.picture(`${pictures}/password-ends.png`);
    const log = await client.log();
    for (const secret of [...gateway.proofs, 'authcookie0123456789']) expect(log).not.toContain(secret);
  } finally {
    await client.close();
    await gateway.stop();
  }
});
