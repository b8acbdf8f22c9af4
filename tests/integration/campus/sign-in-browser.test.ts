import { createHash, X509Certificate } from 'node:crypto';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chromiumPath } from '../../chromium.ts';
import { accessibilityFaults } from '../../support/campus/accessibility.ts';
import { mei } from '../../support/campus/campus-services.ts';
import { openPagesCampus, sessionsOf, type PagesCampus } from '../../support/campus/pages-campus.ts';

/** The sign-in pages in a real browser: their scripts, their policies, and a security key. */
let at: PagesCampus;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  at = await openPagesCampus({ onCampus: true, notice: 'Terms of use', now: Date.now });
  const { portalPort, authority } = at.campus;
  const key = new X509Certificate(authority.pem).publicKey.export({ type: 'spki', format: 'der' });
  browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: [
      '--no-sandbox',
      `--host-resolver-rules=MAP 2fa.campus.test:443 127.0.0.1:${portalPort}, MAP *.campus.test 127.0.0.1`,
      // Not by ignoring errors: Chromium asks for no security key on a page with any
      `--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`,
    ],
  });
});
afterAll(async () => {
  await browser.close();
  await at.close();
});
beforeEach(async () => {
  complaints = [];
  // The width of a view beside the app's column
  context = await browser.newContext({ viewport: { width: 640, height: 740 } });
  context.setDefaultTimeout(30_000);
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  for (const { id } of at.campus.records.sessions()) await at.campus.services.sessions.end(id, 'signed-out');
});

const phone = async (): Promise<Page> => {
  const pocket = await context.newPage();
  await pocket.goto(`${at.hostOf('phone')}/phones/${mei.phone}`);
  return pocket;
};
const enter = async (userName: string, password = mei.password): Promise<void> => {
  await page.locator('#userNameInput').fill(userName);
  await page.locator('#passwordInput').fill(password);
  await page.locator('#submitButton').click();
};

test('a bare user ID, a push and a yes lead to the session; next time the password is enough', { timeout: 120_000 }, async () => {
  const pocket = await phone();
  await page.goto(at.hostOf('vpn'));
  await page.waitForURL('**/adfs/ls/?SAMLRequest=*');
  await enter(mei.userId);
  await page.getByRole('heading', { name: 'Check for a Duo Push' }).waitFor();
  await page.getByText(/^\d+ s$/).waitFor();
  await pocket.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('button', { name: 'Yes, this is my device' }).click();
  await page.getByRole('button', { name: 'Proceed' }).click();
  await page.getByRole('heading', { name: 'Welcome, Mei Chan' }).waitFor();
  const dsid = (await context.cookies(at.hostOf('vpn'))).find(({ name }) => name === 'DSID');
  expect(dsid).toMatchObject({ domain: 'vpn.campus.test', httpOnly: true, secure: true, expires: -1 });
  expect(at.campus.services.sessions.byTicket(dsid?.value ?? '')).toMatchObject({ userId: mei.userId });
  expect(await page.evaluate(() => document.cookie)).not.toContain('DSID=');

  await page.getByRole('link', { name: 'Sign Out' }).click();
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await enter(`${mei.userId}@campus.test`);
  await page.getByRole('button', { name: 'Proceed' }).click();
  await page.getByRole('heading', { name: 'Welcome, Mei Chan' }).waitFor();
  expect(sessionsOf(at.campus, mei)).toHaveLength(1);
  expect(complaints).toEqual([]);
});

test('the form’s own script checks the fields, and the Enter key submits it', { timeout: 60_000 }, async () => {
  await page.goto(at.hostOf('vpn'));
  const error = page.locator('#errorText');
  expect(await error.isVisible()).toBe(false);
  expect(await page.locator('#kmsiArea').isVisible()).toBe(false);
  await page.locator('#submitButton').click();
  expect(await error.textContent()).toContain('Enter your user ID');
  await page.locator('#userNameInput').fill(mei.userId);
  await page.locator('#submitButton').click();
  expect(await error.textContent()).toBe('Enter your password.');
  await page.locator('#passwordInput').fill('wrong');
  await page.locator('#passwordInput').press('Enter');
  await page.getByText('Incorrect user ID or password').waitFor();
  expect(await page.locator('#userNameInput').inputValue()).toBe(`${mei.userId}@campus.test`);
  expect(complaints).toEqual([]);
});

test('a form that is submitted without its button is refused, since the domain is missing', { timeout: 60_000 }, async () => {
  await page.goto(at.hostOf('vpn'));
  await page.locator('#userNameInput').fill(mei.userId);
  await page.locator('#passwordInput').fill(mei.password);
  await page.evaluate(() => document.querySelector('form')?.submit());
  await page.getByText('Enter your user ID in the format').waitFor();
});

test('a push that is denied, or that times out elsewhere, changes the page without a click', { timeout: 60_000 }, async () => {
  const { factors } = at.campus.services;
  await page.goto(at.hostOf('vpn'));
  await enter(mei.userId);
  await page.getByText(/^\d+ s$/).waitFor();
  await factors.deny(mei.phone, factors.waiting(mei.phone)[0]?.id ?? '');
  await page.getByRole('heading', { name: 'The sign-in was denied' }).waitFor();
  await page.getByRole('button', { name: 'Send me a Push' }).click();
  await page.getByRole('link', { name: 'Other options' }).click();
  await page.getByRole('heading', { name: 'Other options to sign in' }).waitFor();
  await at.approve(mei.phone);
  await page.getByRole('heading', { name: 'Is this your device?' }).waitFor();
  expect(complaints).toEqual([]);
});

describe('every page', () => {
  test.each(['light', 'dark'] as const)(
    'every sign-in page is accessible and fits beside the column: %s',
    { timeout: 120_000 },
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      const check = async (): Promise<void> => {
        expect(await accessibilityFaults(page), page.url()).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), page.url()).toBeLessThanOrEqual(640);
      };
      await page.goto(at.hostOf('vpn'));
      await check();
      await page.locator('#submitButton').click();
      await check();
      await enter(mei.userId);
      await page.getByText(/^\d+ s$/).waitFor();
      await check();
      await page.getByRole('link', { name: 'Other options' }).click();
      await page.getByRole('heading', { name: 'Other options to sign in' }).waitFor();
      await check();
      await page.getByRole('link', { name: 'Bypass code' }).click();
      await page.getByLabel('Bypass code').fill('12');
      await page.getByRole('button', { name: 'Verify' }).click();
      await page.getByRole('alert').waitFor();
      await check();
      await page.getByRole('link', { name: 'Other options' }).click();
      await at.approve(mei.phone);
      await page.getByRole('heading', { name: 'Is this your device?' }).waitFor();
      await check();
      await page.getByRole('button', { name: 'No, other people use this device' }).click();
      await page.getByRole('button', { name: 'Proceed' }).waitFor();
      await check();
      await page.getByRole('button', { name: 'Proceed' }).click();
      await page.getByRole('link', { name: 'Sign Out' }).waitFor();
      await check();
      expect(complaints).toEqual([]);
    },
  );
});

test('a security key that was added in the portal confirms a sign-in, and no other key does', { timeout: 120_000 }, async () => {
  const cdp = await context.newCDPSession(page);
  const addKey = async (): Promise<string> => {
    const options = { protocol: 'ctap2', transport: 'usb', hasUserVerification: false, isUserVerified: false } as const;
    return (await cdp.send('WebAuthn.addVirtualAuthenticator', { options })).authenticatorId;
  };
  await cdp.send('WebAuthn.enable');
  const authenticatorId = await addKey();

  await page.goto('https://2fa.campus.test/');
  await page.getByLabel('UMPASS ID').fill(mei.userId);
  await page.getByLabel('UMPASS password').fill(mei.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'My Settings & Devices' }).click();
  await page.getByRole('button', { name: 'Send me a Push (Recommended)' }).click();
  await page.getByText(/^\d+ s$/).waitFor();
  await at.approve(mei.phone);
  await page.getByRole('link', { name: 'Add a security key' }).click();
  await page.getByRole('button', { name: 'Add the key' }).click();
  await page.getByRole('heading', { name: 'My security key' }).waitFor();
  // The same key again is refused: the browser knows that it is known
  await page.getByRole('link', { name: 'Add a security key' }).click();
  await page.getByRole('button', { name: 'Add the key' }).click();
  await page.getByText('The key was not added').waitFor();

  const toKeyPage = async (): Promise<void> => {
    await page.goto(at.hostOf('vpn'));
    await enter(mei.userId);
    await page.getByRole('link', { name: 'Other options' }).click();
    await page.getByRole('link', { name: 'Security key' }).click();
  };
  await toKeyPage();
  await page.getByRole('button', { name: 'Use security key' }).click();
  await page.getByRole('heading', { name: 'Is this your device?' }).waitFor();

  // Another person's key, in the same slot
  await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
  await addKey();
  await toKeyPage();
  await page.getByRole('button', { name: 'Use security key' }).click();
  await page.getByText('The security key did not confirm this sign-in').waitFor();
  expect(complaints).toEqual([]);

  const [key] = at.campus.services.securityKeys.keys(mei.userId);
  await page.goto('https://2fa.campus.test/devices');
  await page.getByRole('button', { name: 'Remove My security key' }).click();
  await expect.poll(() => at.campus.services.securityKeys.keys(mei.userId)).toEqual([]);
  expect(key?.name).toBe('My security key');
});
