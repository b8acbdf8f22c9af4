import type { Locator, Page } from 'playwright-core';
import { codeOn, approveOn, portalPage, type SignIn } from './moves.ts';
import type { Stage } from './stage.ts';

/** What a person does on a campus's own sign-in pages, beside our column. */

const exactly = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Types the user ID and the password on our own Sign in screen. The app then fills in the campus's form. */
export async function signInOnOurScreen(stage: Stage, { userId, password }: SignIn, guide: string): Promise<void> {
  const { window } = stage;
  await stage.step(guide, 'Input the user ID and password', async () => {
    const user = window.getByLabel('UMPASS user ID');
    await user.waitFor();
    if ((await user.inputValue()) === '') await stage.fill(user, userId);
    await stage.fill(window.getByLabel('UMPASS password'), password);
  });
  await stage.step(guide, 'Click Sign in', async () => {
    await stage.click(exactly(window, 'Sign in'));
    await stage.signInPage('/frame/v4/push');
  });
}

/** The push is on its way already. */
export async function approveDuoPush(stage: Stage, phone: string, guide: string): Promise<void> {
  await approveOn(stage, phone, guide);
  await stage.signInPage('/frame/v4/trust');
}

/** Takes the recovery passcode from our column to Duo's page: Other options, Bypass code, paste, Verify. */
export async function enterBypassCode(stage: Stage, guide: string): Promise<void> {
  const page = await stage.signInPage('/frame/v4/push');
  await stage.step(guide, 'Copy the passcode', () => stage.click(stage.window.getByRole('button', { name: /Copy passcode/ })));
  await stage.step(guide, 'Choose Other options', async () => {
    await stage.click(page.getByRole('link', { name: 'Other options' }));
    await stage.signInPage('/frame/v4/options');
  });
  await stage.step(guide, 'Choose Bypass code', async () => {
    await stage.click(page.getByRole('link', { name: /^Bypass code/ }));
    await stage.signInPage('/frame/v4/bypass');
  });
  await stage.step(guide, 'Paste the passcode and verify', async () => {
    await page.getByLabel('Bypass code').focus();
    await page.keyboard.insertText(await stage.client.clipboard());
    await stage.click(exactly(page, 'Verify'));
    await stage.signInPage('/frame/v4/trust');
  });
}

/** Types the code of the phone instead of answering its push. */
export async function enterDuoPasscode(stage: Stage, phone: string, guide: string): Promise<void> {
  const page = await stage.signInPage('/frame/v4/push');
  await stage.step(guide, 'Choose Other options', async () => {
    await stage.click(page.getByRole('link', { name: 'Other options' }));
    await stage.signInPage('/frame/v4/options');
  });
  await stage.step(guide, 'Choose Duo Mobile passcode', async () => {
    await stage.click(page.getByRole('link', { name: /^Duo Mobile passcode/ }));
    await stage.signInPage('/frame/v4/passcode');
  });
  await stage.step(guide, 'Type the 6-digit code of the phone and verify', async () => {
    await stage.fill(page.getByLabel('Passcode'), await codeOn(stage, phone));
    await stage.click(exactly(page, 'Verify'));
    await stage.signInPage('/frame/v4/trust');
  });
}

const trustAnswers = { yes: 'Yes, this is my device', no: 'No, other people use this device' } as const;

export async function answerTrust(stage: Stage, answer: keyof typeof trustAnswers, guide: string): Promise<void> {
  const page = await stage.signInPage('/frame/v4/trust');
  await stage.step(guide, `Click ${trustAnswers[answer]}`, async () => {
    await stage.click(exactly(page, trustAnswers[answer]));
    await stage.signInPage('/dana-na/auth/url_default/welcome.cgi');
  });
}

/** Agrees to the gateway's terms. The page closes, and the app goes on. */
export async function proceedOnPage(stage: Stage, guide: string, until: () => Promise<unknown>): Promise<void> {
  const page = await stage.signInPage('/dana-na/auth/url_default/welcome.cgi');
  await stage.step(guide, 'Click Proceed', async () => {
    await clickAway(exactly(page, 'Proceed'));
    await until();
  });
}

/** The portal's first page of a task, once the tunnel is up. */
export const portalAt = (stage: Stage, path: string) => (): Promise<Page> => portalPage(stage, path);

/** A click that may close the page under it. */
const clickAway = (target: Locator): Promise<void> =>
  target.click().catch((error: unknown) => {
    if (!String(error).includes('has been closed')) throw error;
  });
