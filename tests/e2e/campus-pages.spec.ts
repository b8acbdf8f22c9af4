import type { Page } from 'playwright-core';
import { startCampus, type Campus } from '../../campus/campus.ts';
import { newId } from '../../campus/secrets.ts';
import { mei } from '../tour/people.ts';
import { startClient, type Client } from './support/client.ts';
import { expect, test } from './support/scene.ts';

/** The app at the page-based campus: our Sign in screen, ADFS's form, Duo's page, the gateway's own pages, and the tunnel. */
let campus: Campus;
let client: Client;
test.beforeEach(async () => {
  campus = await startCampus({ signIn: 'pages' });
  const { onCampus, ...profile } = campus.profile;
  expect(onCampus).toBeDefined();
  client = await startClient({ profiles: [profile] });
});
test.afterEach(async () => {
  await client.close();
  await campus.stop();
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** What our column says about the page. */
const advice = () => client.window.locator('.sign-in-advice');

async function signIn(password: string): Promise<void> {
  await client.window.getByLabel('UMPASS user ID').fill(mei.userId);
  await client.window.getByLabel('UMPASS password').fill(password);
  await button(client.window, 'Sign in').click();
}

/** The campus's page beside our column, once it is on this host. */
async function pageOn(host: string): Promise<Page> {
  const find = () => client.electron.windows().find((page) => !page.isClosed() && new URL(page.url()).hostname === host);
  await expect.poll(() => find() !== undefined, { timeout: 30_000 }).toBe(true);
  const page = find();
  if (!page) throw new Error(`no page on ${host}`);
  return page;
}

test('at a campus with web sign-in, our screen shows the page’s error for a wrong password, and the right one leads through Duo, notice and other sessions to the portal', async () => {
  const { window } = client;
  const { factors, sessions } = campus.services;
  for (const name of ['First', 'Second']) await sessions.start({ userId: mei.userId, installation: newId(), client: name });
  await button(window, 'Connect').click();
  await signIn('wrong');
  await expect(window.getByText('Incorrect user ID or password.').first()).toBeVisible({ timeout: 30_000 });
  // One password was sent, once
  expect(campus.services.lockout.triesLeft(mei.userId, 'password')).toBe(4);

  await signIn(mei.password);
  const page = await pageOn('duo.campus.test');
  await expect(advice()).toContainText(
    'The page may already have sent a push to your phone. Approve it only while the page is waiting for it.',
  );
  expect(await factors.approve(mei.phone, factors.waiting(mei.phone)[0]?.id ?? '')).toBe(true);
  await button(page, 'No, other people use this device').click();
  await button(page, 'Proceed').click();
  // The second factor is past: our column no longer speaks of it
  await expect(advice()).toContainText('Follow the page on the right.');
  await expect(advice()).not.toContainText('second factor');
  await button(page, 'Continue the session')
    .click()
    .catch((error: unknown) => {
      if (!String(error).includes('has been closed')) throw error;
    });
  await expect(window.getByRole('heading', { name: 'Connected' })).toBeVisible({ timeout: 30_000 });
  expect(sessions.ofPerson(mei.userId).map((session) => session.client)).toEqual(['Second', 'Web sign-in']);
  await expect(window.getByText('The device portal answers').first()).toBeVisible();

  await button(window, 'Disconnect').click();
  await expect(button(window, 'Connect')).toBeVisible();
  await expect.poll(() => sessions.ofPerson(mei.userId).map((session) => session.client)).toEqual(['Second']);
});

test('Cancel beside the campus’s page ends the sign-in, no session is left, and our screen warns of a push that may still be on the phone', async () => {
  const { window } = client;
  await button(window, 'Connect').click();
  await signIn(mei.password);
  const page = await pageOn('duo.campus.test');
  await button(window, 'Cancel').click();
  await expect(button(window, 'Connect')).toBeVisible();
  await expect.poll(() => page.isClosed()).toBe(true);
  expect(campus.records.sessions()).toEqual([]);
  await expect(window.getByText('A push may still be on your phone').first()).toBeVisible();
  await expect(window.getByText('Do not approve it.').first()).toBeVisible();
});
