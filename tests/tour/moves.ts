import type { Page } from 'playwright-core';
import type { Stage } from './stage.ts';

/** What a person does, move by move, in the terms of the campus's guide. Each procedure is a sequence of these. */

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const exactly = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

export interface SignIn {
  userId: string;
  password: string;
}

/** Starts a task on the home screen. Off campus, the notice follows. */
export async function chooseTask(
  stage: Stage,
  task: 'Add a new device' | 'Remove an old device' | 'I lost my phone',
  guide: string,
): Promise<void> {
  await stage.step(guide, `Choose ${task}`, () => stage.click(button(stage.window, new RegExp(`^${task}`))));
}

export async function proceed(
  stage: Stage,
  guide: string,
  until: () => Promise<unknown> = () => stage.window.getByRole('heading', { name: 'Sign in', exact: true }).waitFor(),
): Promise<void> {
  await stage.step(guide, 'Click Proceed', async () => {
    await stage.click(exactly(stage.window, 'Proceed'));
    await until();
  });
}

/** Fills in our Sign in screen, and goes on `until` what comes next is there. A user ID that is known is there already. */
export async function signIn(stage: Stage, { userId, password }: SignIn, guide: string, until: () => Promise<unknown>): Promise<void> {
  const { window } = stage;
  await stage.step(guide, 'Input the user ID and password', async () => {
    const user = window.getByLabel('UMPASS user ID');
    await user.waitFor();
    if ((await user.inputValue()) === '') await stage.fill(user, userId);
    await stage.fill(window.getByLabel('UMPASS password'), password);
  });
  await stage.step(guide, 'Click Sign in', async () => {
    await stage.click(exactly(window, 'Sign in'));
    await until();
  });
}

export const signInToGateway = (stage: Stage, who: SignIn, guide: string): Promise<void> =>
  signIn(stage, who, guide, () => stage.window.getByRole('heading', { name: 'Confirm it is you' }).waitFor());

export async function passcodeToGateway(stage: Stage, phone: string, guide: string): Promise<void> {
  const { window } = stage;
  await stage.step(guide, 'Choose Enter a Passcode', async () => {
    await stage.click(button(window, /^Enter a Passcode/));
    await window.getByLabel('Passcode').waitFor();
  });
  await stage.step(guide, 'Type the 6-digit code of the phone and verify', async () => {
    await stage.fill(window.getByLabel('Passcode'), await codeOn(stage, phone));
    await stage.click(exactly(window, 'Verify'));
    await portalPage(stage, '/add/confirm');
  });
}

export async function pushToGateway(stage: Stage, phone: string, guide: string): Promise<void> {
  await stage.step(guide, 'Choose Send me a Push', async () => {
    await stage.click(button(stage.window, /^Send me a Push/));
    await stage.window.getByRole('heading', { name: 'Approve it on your phone' }).waitFor();
  });
  await approveOn(stage, phone, guide);
}

/** Presses Approve on the phone. */
export async function approveOn(stage: Stage, phone: string, guide: string): Promise<void> {
  const page = await stage.phone(phone);
  await stage.step(
    guide,
    'Approve on the phone',
    async () => {
      await stage.click(exactly(page, 'Approve'));
      await exactly(page, 'Approve').waitFor({ state: 'detached' });
    },
    page,
  );
}

/** The portal's page once it is at this address. */
export async function portalPage(stage: Stage, path: string): Promise<Page> {
  const page = await stage.portal();
  await page.waitForURL((url) => url.pathname === path, { waitUntil: 'domcontentloaded' });
  return page;
}

export async function signInToPortal(stage: Stage, { userId, password }: SignIn, guide: string): Promise<void> {
  const page = await portalPage(stage, '/sign-in');
  await stage.step(guide, 'Input the user ID and password', async () => {
    await stage.fill(page.getByLabel('UMPASS ID'), userId);
    await stage.fill(page.getByLabel('UMPASS password'), password);
  });
  await stage.step(guide, 'Click Sign in', async () => {
    await stage.click(exactly(page, 'Sign in'));
    await page.waitForURL((url) => url.pathname !== '/sign-in');
  });
}

/** The portal's home after a sign-in by hand, where the person chooses the task's area. */
export async function openArea(stage: Stage, area: 'Add a new Device' | 'My Settings & Devices', guide: string): Promise<void> {
  const page = await portalPage(stage, '/home');
  await stage.step(guide, `Click ${area}`, async () => {
    await stage.click(page.getByRole('link', { name: new RegExp(`^${area}`) }));
    await page.waitForURL((url) => url.pathname !== '/home');
  });
}

export async function confirmWithPasscode(stage: Stage, passcode: () => Promise<string>, guide: string): Promise<void> {
  const page = await portalPage(stage, '/add/confirm');
  await stage.step(guide, 'Enter the passcode', async () => {
    await stage.fill(page.getByLabel('Passcode'), await passcode());
    await stage.click(exactly(page, 'Enter a Passcode'));
    await portalPage(stage, '/add/type');
  });
}

export async function confirmWithPush(stage: Stage, phone: string, guides: { choose: string; approve: string }): Promise<void> {
  const page = await portalPage(stage, '/devices/confirm');
  await stage.step(guides.choose, 'Choose Send me a Push', async () => {
    await stage.click(button(page, /^Send me a Push/));
    await portalPage(stage, '/devices/confirm/push');
  });
  await approveOn(stage, phone, guides.approve);
  await portalPage(stage, '/devices');
}

export interface EnrolGuides {
  type: string;
  platform: string;
  installed: string;
  scan: string;
  login: string;
  choose: string;
  approve: string;
  done: string;
}

/** Goes from Tablet to "You are all set!". The new device is the empty phone. */
export async function enrol(stage: Stage, name: string, guides: EnrolGuides): Promise<void> {
  const page = await portalPage(stage, '/add/type');
  await stage.step(guides.type, 'Choose Tablet', async () => {
    await stage.click(button(page, /^Tablet/));
    await portalPage(stage, '/add/platform');
  });
  await stage.step(guides.platform, 'Choose Android', async () => {
    await stage.click(button(page, /^Continue with Android/));
    await portalPage(stage, '/add/installed');
  });
  await stage.step(guides.installed, 'Click I have Duo Mobile installed', async () => {
    await stage.click(button(page, /^I have Duo Mobile installed/));
    await portalPage(stage, '/add/scan');
  });
  const phone = await stage.phone('new-phone');
  await stage.step(guides.scan, 'Tap +', () => stage.click(phone.getByRole('link', { name: 'Add an account' })), phone);
  await stage.step(
    guides.scan,
    'Scan the code and give the device its name',
    async () => {
      const code = await page.locator('#activation-code').innerText();
      await stage.fill(phone.getByLabel('Activation code'), code.trim());
      await stage.fill(phone.getByLabel('New name'), name);
      await stage.click(exactly(phone, 'Add'));
      await phone.getByText(name).first().waitFor();
    },
    phone,
  );
  await stage.step(guides.login, 'Click Continue to Login', async () => {
    // The page notices the activation by itself
    await page.getByText(name).first().waitFor();
    await stage.click(exactly(page, 'Continue to Login'));
    await portalPage(stage, '/add/finish');
  });
  await stage.step(guides.choose, 'The new device is chosen already: Send me a Push', async () => {
    await stage.click(button(page, /^Send me a Push/));
    await portalPage(stage, '/add/finish/push');
  });
  await approveOn(stage, 'new-phone', guides.approve);
  await stage.step(guides.done, 'You are all set!', () => page.getByText('You are all set!').first().waitFor());
}

export interface RemoveGuides {
  options: string;
  trash: string;
  remove: string;
}

/** Removes the lost device from the list. */
export async function removeDevice(stage: Stage, name: string, guides: RemoveGuides): Promise<void> {
  const page = await portalPage(stage, '/devices');
  await stage.step(guides.options, 'Click Device Options', async () => {
    await stage.click(page.getByRole('link', { name: `Device Options, ${name}` }));
    await page.waitForURL(/\/devices\/options\//);
  });
  await stage.step(guides.trash, 'Click the trash icon', async () => {
    await stage.click(exactly(page, 'Remove'));
    await page.waitForURL(/\/devices\/remove\//);
  });
  await stage.step(guides.remove, 'Click Remove', async () => {
    await stage.click(exactly(page, 'Remove'));
    await portalPage(stage, '/devices/removed');
  });
}

/** Goes through I lost my phone, from the form to the recovery passcode, and on `until` what comes next is there. */
export async function recover(
  stage: Stage,
  who: SignIn & { role: string; dateOfBirth: string; lastFour: string },
  { next, until = () => Promise.resolve() }: { next: string; until?: () => Promise<unknown> },
): Promise<void> {
  const { window } = stage;
  await stage.step('Recovery 1', `Click the role: ${who.role}`, () => stage.click(window.getByText(who.role, { exact: true })));
  await stage.step('Recovery 2', 'Fill in who you are', async () => {
    await stage.fill(window.getByLabel('UMPASS user ID'), who.userId);
    const [year = '', month = '', day = ''] = who.dateOfBirth.split('-');
    await stage.fill(window.getByLabel('Date of birth'), `${day}/${month}/${year}`);
    await stage.fill(window.getByLabel(/Last 4 characters/), who.lastFour);
  });
  await stage.step('Recovery 2 to 4', 'Input the password and click Get 2FA Passcode', async () => {
    await stage.fill(window.getByLabel('UMPASS password'), who.password);
    await stage.click(exactly(window, 'Get 2FA Passcode'));
    await window.getByRole('heading', { name: 'Your recovery passcode' }).waitFor();
  });
  await stage.step('Recovery 5', next, async () => {
    await stage.click(exactly(window, next));
    await until();
  });
}

/** Copies the recovery passcode from our column. */
export const copyHeldPasscode = (stage: Stage, guide: string): Promise<void> =>
  stage.step(guide, 'Copy the passcode', () => stage.click(stage.window.getByRole('button', { name: /Copy passcode/ })));

/** Moves the recovery passcode from our column to the portal's page as people do: Copy, click, paste. */
export async function pasteHeldPasscode(stage: Stage, guide: string): Promise<void> {
  const page = await portalPage(stage, '/add/confirm');
  await copyHeldPasscode(stage, guide);
  await stage.step(guide, 'Paste it into Enter a Passcode', async () => {
    await stage.paste(page.getByLabel('Passcode'), await stage.client.clipboard());
    await stage.click(exactly(page, 'Enter a Passcode'));
    await portalPage(stage, '/add/type');
  });
}

/** The code on a phone's page. */
export async function codeOn(stage: Stage, phone: string): Promise<string> {
  const page = await stage.phone(phone);
  return (await page.locator('.account .number').first().innerText()).replace(/\s/g, '');
}
