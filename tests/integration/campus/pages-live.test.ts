import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { chromiumPath } from '../../chromium.ts';
import { createPhone } from '../../../campus/phone/phone.ts';
import { allWords } from '../../../campus/pages/words/words.ts';
import { accessibilityFaults } from '../../support/campus/accessibility.ts';
import { mei } from '../../support/campus/campus-services.ts';
import { openTestPortal, type TestPortal } from '../../support/campus/portal-visit.ts';
import { serve } from '../../support/campus/visitor.ts';

/** The small script of the pages, in a real browser: what moves by itself, and that the pages' policy lets it. */
let browser: Browser;
let portal: TestPortal;
let phone: { origin: string; close: () => Promise<void> };
let context: BrowserContext;
let complaints: string[];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
});
afterAll(() => browser.close());
beforeEach(async () => {
  portal = await openTestPortal({ numberMatching: true });
  phone = await serve(createPhone({ factors: portal.factors, now: portal.now, address: 'https://phone.campus.test/' }));
  complaints = [];
  context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  context.setDefaultTimeout(30_000);
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
});
afterEach(async () => {
  await context.close();
  await phone.close();
  await portal.close();
});

test(
  'a push travels from page to phone and back without a click in between, and nothing is wider than a small phone',
  { timeout: 120_000 },
  async () => {
    const pocket = await context.newPage();
    await pocket.goto(`${phone.origin}/phones/mei-phone`);
    const page = await context.newPage();
    const fits = async (of: typeof page) => expect(await of.evaluate(() => document.documentElement.scrollWidth), of.url()).toBe(360);
    await page.goto(portal.origin);
    await page.getByLabel('UMPASS ID').fill(mei.userId);
    await page.getByLabel('UMPASS password').fill(mei.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await fits(page);
    await page.getByRole('link', { name: 'Add a new Device' }).click();
    await fits(page);
    await page.getByRole('button', { name: 'Send me a Push (Recommended)' }).click();
    await page.getByText(/^\d+ s$/).waitFor();
    await fits(page);

    await pocket.getByRole('button', { name: 'Approve' }).waitFor();
    await fits(pocket);
    await pocket.getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('heading', { name: 'The push was denied' }).waitFor();
    await page.getByRole('button', { name: 'Send me another Push' }).click();

    const field = pocket.getByLabel('Number on your screen');
    await field.fill('12');
    // The codes change beside it; what is being typed stays
    const code = await pocket.locator('.account .number').textContent();
    portal.clock.at += 30_000;
    await portal.factors.rename(mei.userId, portal.factors.devices(mei.userId)[0]?.id ?? '', 'Renamed');
    await portal.factors.activate('mei-phone', portal.factors.startEnrolment(mei.userId, 'phone', 'ios').activationCode, 'Second');
    await pocket.getByRole('heading', { name: 'Second' }).waitFor();
    expect(await pocket.locator('.account .number').first().textContent()).not.toBe(code);
    expect(await field.inputValue()).toBe('12');

    await field.fill((await page.locator('.secret').textContent()) ?? '');
    await pocket.getByRole('button', { name: 'Approve' }).click();
    await page.waitForURL('**/add/type');
    await page.getByRole('button', { name: 'Tablet' }).click();
    await page.getByRole('button', { name: 'Continue with Android' }).click();
    await page.getByRole('button', { name: 'I have Duo Mobile installed' }).click();
    await fits(page);
    await page.getByRole('button', { name: 'Continue to Login' }).click();
    await page.getByRole('alert').getByText('not activated yet').waitFor();

    await page.evaluate(() =>
      Object.defineProperty(navigator, 'clipboard', { value: { writeText: (text: string) => Promise.resolve((document.title = text)) } }),
    );
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied').waitFor();
    const activationCode = await page.title();
    expect(activationCode).toMatch(/^\w{4}(-\w{4}){4}$/);
    await portal.factors.activate('new-phone', activationCode, 'My tablet');
    await page.getByText('My tablet is activated').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByRole('button', { name: 'Continue to Login' }).click();
    await page.waitForURL('**/add/finish');
    await fits(page);
    expect(complaints).toEqual([]);
  },
);

test.each([
  ['en-GB', 'en'],
  ['pt-PT', 'pt'],
  ['zh-HK', 'zh-Hant'],
] as const)(
  'every page of the portal and of the phone is accessible and fits on a small phone: %s',
  { timeout: 120_000 },
  async (locale, language) => {
    const words = allWords[language];
    const { gate, devices, adding, scan, ...portalWords } = words.portal;
    const reader = await browser.newContext({ viewport: { width: 320, height: 740 }, locale });
    try {
      const page = await reader.newPage();
      const check = async (of = page) => {
        expect(await accessibilityFaults(of), of.url()).toEqual([]);
        expect(await of.evaluate(() => document.documentElement.scrollWidth), of.url()).toBe(320);
      };
      const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
      await page.goto(portal.origin);
      await check();
      await page.getByLabel(portalWords.signIn.userId, { exact: true }).fill(mei.userId);
      await page.getByLabel(portalWords.signIn.password, { exact: true }).fill(mei.password);
      await press(portalWords.signIn.submit);
      await page.waitForURL('**/home');
      await check();
      await page.getByRole('link', { name: portalWords.add }).click();
      await page.waitForURL('**/confirm');
      await check();

      await press(gate.push);
      // The ring counts in the language's own words
      await page.getByText(new RegExp(`^${words.clock.seconds.replace('{count}', '\\d+')}$`)).waitFor();
      await check();
      const pocket = await reader.newPage();
      await pocket.goto(`${phone.origin}/phones/mei-phone`);
      await check(pocket);
      await pocket.getByRole('button', { name: words.phone.request.deny }).click();
      await page.getByRole('heading', { name: words.portal.push.endings.denied.title }).waitFor();
      await pocket.getByRole('link', { name: words.phone.add.title }).click();
      await check(pocket);

      await press(words.portal.push.instead);
      await page.getByLabel(gate.passcode).fill(portal.code('mei-phone'));
      await press(gate.enter);
      await check();
      await page.getByRole('button', { name: adding.tablet }).click();
      await page.getByRole('button', { name: adding.android }).click();
      await press(adding.installed);
      await page.getByRole('heading', { name: scan.title }).waitFor();
      await check();
      await page.goto(`${portal.origin}/devices`);
      await check();
      await page.getByRole('link', { name: devices.options }).click();
      await check();
      await page.getByRole('button', { name: devices.remove }).click();
      await page.waitForURL('**/devices/remove/*');
      await check();
    } finally {
      await reader.close();
    }
  },
);
