import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import type { AppState } from '../../../shared/app-state.ts';
import { layout } from '../../../shared/layout.ts';
import { screens, state } from '../../screens/states.ts';
import { useWindow } from '../../screens/use-window.ts';

/** Our column beside a page of the campus: its portal, or its sign-in page. */

const { subject, button, press, expectCalls, openScreen } = useWindow();

/** Whether an element is what one sees at its place. */
const isOnTop = (what: Locator): Promise<boolean> =>
  what.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });

const at = (path: string): AppState => {
  const open = screens['portal-add-confirm']?.state ?? state({});
  return { ...open, portal: open.portal.kind === 'open' ? { ...open.portal, path } : open.portal };
};

test('the guide marks the page’s step, and says when all is done', async () => {
  await subject.open(at('/home'));
  const current = subject.page.locator('[aria-current="step"]');
  expect(await current.textContent()).toContain('Click “Add a new Device”.');
  await subject.show(at('/add/scan'));
  await expect.poll(() => current.textContent()).toContain('scan the QR code');
  await subject.show(at('/somewhere/else'));
  await subject.page.getByText('This page is not one of the steps below.').waitFor();
  // The last step that the guide knew stays marked
  expect(await current.textContent()).toContain('scan the QR code');
  await subject.page.getByRole('main').getByText('Step 7 of 9').waitFor();
  await subject.show(at('/add/done'));
  await button('Close portal and disconnect').waitFor();
  expect(await current.count()).toBe(0);
});

test('the guide collapses finished steps, and shows the passcode until it is used', async () => {
  await subject.open(at('/add/confirm'));
  const { page } = subject;
  await page.getByRole('main').getByText('Step 3 of 9').waitFor();
  const copy = button('Copy passcode');
  await copy.waitFor();
  expect(await page.getByText('Click “Add a new Device”.').isVisible()).toBe(false);
  await button('2 steps done').click();
  await page.getByText('Click “Add a new Device”.').waitFor();
  // The title and the step's number stay in place, however far the steps scroll
  await page.setViewportSize({ width: layout.portal.width, height: 560 });
  const column = page.locator('.column');
  await column.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  expect(await column.evaluate((element) => element.scrollTop)).toBeGreaterThan(50);
  for (const text of ['Step 3 of 9', 'Add a new device'])
    await expect.poll(() => isOnTop(page.getByRole('main').getByText(text, { exact: true }))).toBe(true);
  await page.setViewportSize(layout.portal);
  await subject.show(at('/add/type'));
  await button('3 steps done').waitFor();
  expect(await copy.count()).toBe(0);
  await subject.show(at('/somewhere/else'));
  await page.getByText('This page is not one of the steps below.').waitFor();
  expect(await copy.count()).toBe(0);
  await subject.show(at('/add/confirm'));
  await copy.waitFor();
});

test.each([
  ['portal-add-confirm', 'Copy the passcode above, paste it under “Passcode” on the right, and click “Enter a Passcode”.'],
  ['portal-lost-confirm', 'Type your recovery passcode under “Passcode” on the right, and click “Enter a Passcode”.'],
] as const)('the guide tells a person who lost their phone where the passcode goes: %s', async (screen, sentence) => {
  await openScreen(screen);
  const step = await subject.page.locator('[aria-current="step"]').textContent();
  expect(step).toContain(sentence);
  expect(step).toContain('Do not choose “Send me a Push”: it goes to your old phone.');
});

test('the guide offers to remove the lost phone once a new device is there, and follows its removal', async () => {
  await openScreen('portal-lost-done');
  const primary = subject.page.locator('main .primary');
  expect(await primary.allTextContents()).toEqual(['Remove your lost phone']);
  await subject.page.getByText('your old phone can still approve sign-ins').waitFor();
  await subject.show({ ...(screens['portal-lost-done']?.state ?? state({})), task: 'remove-device' });
  await expect.poll(() => subject.page.locator('[aria-current="step"]').textContent()).toContain('Click “My Settings & Devices”.');
  await openScreen('portal-add-done');
  expect(await button('Remove your lost phone').count()).toBe(0);
});

test('the guide shows the passcode only when asked', async () => {
  await openScreen('portal-add-confirm');
  expect(await subject.page.getByText('482 915 036').count()).toBe(0);
  await button('Show passcode').click();
  await subject.page.getByText('482 915 036').waitFor();
  await button('Hide passcode').click();
  await expect.poll(() => subject.page.getByText('482 915 036').count()).toBe(0);
  await expectCalls(['revealPasscode']);
});

test('there is one Close portal button on every screen with a portal, and Tab leads to it', async () => {
  const withPortal = Object.entries(screens).filter(([, { state }]) => state.portal.kind === 'open' && state.confirmation === null);
  expect(withPortal.length).toBeGreaterThan(8);
  for (const [name] of withPortal) {
    await openScreen(name);
    expect(await button('Close portal').count(), name).toBe(1);
  }
  await openScreen('portal-free');
  await expect
    .poll(async () => {
      await press('Tab');
      return subject.page.evaluate(() => document.activeElement?.textContent);
    })
    .toBe('Close portal');
  await press('Enter');
  await expectCalls(['closePortal']);
});

test('a question appears where the portal’s page does not cover it', async () => {
  await subject.page.setViewportSize({ width: 1180, height: 760 });
  await openScreen('confirm-quit');
  const box = await subject.page.getByRole('alertdialog').boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? 1180)).toBeLessThanOrEqual(420);
  await subject.page.setViewportSize({ width: 420, height: 680 });
});

const main = () => subject.page.getByRole('main').innerText();
const announced = () => subject.page.locator('.column > [role="status"]').innerText();

test('our column says what each step of the page wants, and a screen reader hears it with the page’s host', async () => {
  await openScreen('sign-in-page-form');
  expect(await main()).toContain('Sign in on the right with your UMPASS user ID and UMPASS password.');
  await openScreen('sign-in-page-by-hand');
  expect(await main()).toContain(
    'Causeway did not fill in this page. Sign in there yourself with your UMPASS user ID and UMPASS password.',
  );
  await openScreen('sign-in-page-factor');
  expect(await main()).toContain('The page may already have sent a push to your phone. Approve it only while the page is waiting for it.');
  expect(await main()).toContain('“Other options”, then “Duo Mobile passcode”');
  await expect
    .poll(announced)
    .toContain('api-1a2b3c4d.duosecurity.com. Confirm on the right that it is you. The page may already have sent a push');
  await openScreen('sign-in-page-failed');
  expect(await subject.page.getByRole('alert').innerText()).toContain('Your campus did not answer');
});

test('if the app has a recovery passcode, our column says where to enter it, shows it masked, and never mentions a push', async () => {
  for (const step of ['gateway', 'form', 'second-factor', 'other'] as const) {
    const { signInPage, ...rest } = screens['sign-in-page-held']?.state ?? state({});
    if (signInPage.kind !== 'open') throw new Error('no page');
    await subject.open({ ...rest, signInPage: { ...signInPage, step } });
    const text = await main();
    expect(text, step).toContain('Bypass code');
    expect(text, step).toContain('••• ••• •••');
    expect(text, step).not.toMatch(/push|482915036/i);
  }
});

test('beside the sign-in page, somebody with a lost phone who has the passcode from the campus’s own site is told where it goes, and not to wait for a push', async () => {
  for (const step of ['gateway', 'form', 'second-factor', 'other'] as const) {
    const { signInPage, ...rest } = screens['sign-in-page-lost']?.state ?? state({});
    if (signInPage.kind !== 'open') throw new Error('no page');
    await subject.open({ ...rest, signInPage: { ...signInPage, step } });
    const text = await main();
    expect(text, step).toContain('Bypass code');
    expect(text, step).not.toMatch(/to your phone|Duo Mobile passcode/);
  }
});

test('beside the sign-in page, Escape and the one Cancel button end the attempt', async () => {
  await openScreen('sign-in-page-form');
  expect(await button('Cancel').count()).toBe(1);
  await button('Cancel').click();
  await press('Escape');
  await expectCalls(['disconnect'], ['disconnect']);
});

test('more blocked hosts than were copied offer the copy again', async () => {
  await openScreen('sign-in-page-blocked');
  await button('Copy details').click();
  await subject.page.getByText('Copied. IT can name these hosts in the profile.').waitFor();
  const { signInPage, ...rest } = screens['sign-in-page-blocked']?.state ?? state({});
  if (signInPage.kind !== 'open') throw new Error('no page');
  await subject.show({ ...rest, signInPage: { ...signInPage, blocked: { ...signInPage.blocked, count: 42 } } });
  await subject.page.getByText('and 39 more.').waitFor();
});
