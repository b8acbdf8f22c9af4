import type { Locator, Page } from 'playwright-core';
import { approveOn, codeOn, copyHeldPasscode, portalPage, signIn, type SignIn } from './moves.ts';
import type { Stage } from './stage.ts';

/** What a person does on a campus's own sign-in pages, beside our column. */

const exactly = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Types the user ID and the password on our own Sign in screen. The app then fills in the campus's form. */
export const signInOnOurScreen = (stage: Stage, who: SignIn, guide: string): Promise<void> =>
  signIn(stage, who, guide, () => stage.signInPage('/frame/v4/push'));

/** The push is on its way already. */
export async function approveDuoPush(stage: Stage, phone: string, guide: string): Promise<void> {
  await approveOn(stage, phone, guide);
  await stage.signInPage('/frame/v4/trust');
}

/** Goes from the push to another way of Duo's page, whose address has this path. */
async function chooseOption(stage: Stage, name: string, path: string, guide: string): Promise<void> {
  const page = await stage.signInPage('/frame/v4/push');
  await stage.step(guide, 'Choose Other options', async () => {
    await stage.click(page.getByRole('link', { name: 'Other options' }));
    await stage.signInPage('/frame/v4/options');
  });
  await stage.step(guide, `Choose ${name}`, async () => {
    await stage.click(page.getByRole('link', { name }));
    await stage.signInPage(path);
  });
}

/** Takes the recovery passcode from our column to Duo's page: Other options, Bypass code, paste, Verify. */
export async function enterBypassCode(stage: Stage, guide: string): Promise<void> {
  const page = await stage.signInPage('/frame/v4/push');
  await copyHeldPasscode(stage, guide);
  await chooseOption(stage, 'Bypass code', '/frame/v4/bypass', guide);
  await stage.step(guide, 'Paste the passcode and verify', async () => {
    await stage.paste(page.getByLabel('Bypass code'), await stage.client.clipboard());
    await stage.click(exactly(page, 'Verify'));
    await stage.signInPage('/frame/v4/trust');
  });
}

/** Types the code of the phone instead of answering its push. */
export async function enterDuoPasscode(stage: Stage, phone: string, guide: string): Promise<void> {
  const page = await stage.signInPage('/frame/v4/push');
  await chooseOption(stage, 'Duo Mobile passcode', '/frame/v4/passcode', guide);
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
