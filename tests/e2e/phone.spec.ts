import { setTimeout as later } from 'node:timers/promises';
import type { Profile } from '../../shared/profile.ts';
import { FormGateway, signInForm, type Step } from '../peers/gateways/form-gateway.ts';
import { answersOf, code, duoMenuForm, sends, messageForm } from '../peers/form-sign-in.ts';
import { hasOurs, missingLibrary } from '../peers/openconnect-bench.ts';
import { startClient, type Client } from './support/client.ts';
import { expect, test as base } from './support/scene.ts';

/** The window while a gateway of Cisco's kind waits for a phone, or shows a form without fields. */
const test = base.extend<{
  start: (steps: readonly (Step | (() => Promise<Step>))[], profile?: Partial<Profile>) => Promise<{ at: FormGateway; client: Client }>;
}>({
  start: async ({}, use) => {
    const open: (() => Promise<void>)[] = [];
    await use(async (steps, profile = {}) => {
      const at = await FormGateway.start(({ turn }) => {
        const step = steps[turn] ?? 'refuse';
        return typeof step === 'function' ? step() : step;
      });
      const client = await startClient({ profiles: [at.profile(profile)] });
      open.push(
        () => client.close(),
        () => at.stop(),
      );
      return { at, client };
    });
    for (const close of open) await close();
  },
});
test.skip(missingLibrary() !== null, 'needs libopenconnect');

const heading = ({ window }: Client, name: string | RegExp) => window.getByRole('heading', { level: 1, name });
const press = ({ window }: Client, name: string | RegExp) => window.getByRole('button', { name }).first().click();
async function signIn(client: Client): Promise<void> {
  await press(client, /^Connect$/);
  await client.window.getByLabel('User ID').fill('mei');
  await client.window.getByLabel('Password', { exact: true }).fill('pw');
  await press(client, /^Sign in$/);
}
/** Signs in as far as the tunnel, which this gateway does not have. */
const isIn = (at: FormGateway) => expect.poll(() => at.requests.length, { timeout: 20_000 });

test('a gateway that is silent after the password: the screen says that a phone may be ringing and for how long, and Cancel ends it at once', async ({
  start,
}) => {
  const { at, client } = await start([signInForm, 'hang']);
  await signIn(client);
  await expect(heading(client, 'Waiting for your campus')).toBeVisible();
  await expect(client.window.getByText('Your campus may have sent a request to your phone.').first()).toBeVisible();
  await expect(client.window.getByText(/Waiting for (7\d|6\d) seconds more/).first()).toBeVisible();
  await client.picture('out/pictures/waiting-for-a-phone.png');
  const from = performance.now();
  await client.window.keyboard.press('Escape');
  await expect(client.window.getByRole('button', { name: 'Connect', exact: true })).toBeVisible();
  expect(performance.now() - from).toBeLessThan(1_000);
  expect(sends(at)).toBe(1);
});

test('the number from Duo’s menu stays visible while the push is pending, and nothing is sent twice', async ({ start }) => {
  test.skip(!hasOurs, 'only our own OpenConnect goes on from a form without fields');
  let letIn: () => void = () => undefined;
  const approved = new Promise<void>((resolve) => (letIn = resolve));
  const { at, client } = await start(
    [
      signInForm,
      duoMenuForm,
      () => later(300).then(() => messageForm('Enter 482913 in Duo Mobile')),
      () => approved.then(() => 'success' as const),
    ],
    { secondFactor: 'duo-challenge' },
  );
  await signIn(client);
  await expect(heading(client, 'Confirm it is you')).toBeVisible();
  await press(client, /XXX-XXX-1234/);
  await expect(heading(client, 'Approve it on your phone')).toBeVisible();
  await expect(client.window.getByRole('main').getByText('482913', { exact: true }).first()).toBeVisible();
  await client.picture('out/pictures/push-with-a-number.png');
  // The push is out and stays so: the gateway has everything that it will get until the phone answers
  await expect.poll(() => answersOf(at)).toEqual([{ username: 'mei', password: 'pw' }, { password: '1' }, {}]);
  await expect(client.window.getByRole('main').getByText('482913', { exact: true }).first()).toBeVisible();
  letIn();
  await expect(heading(client, 'Approve it on your phone')).toBeHidden();
  await isIn(at).toBeGreaterThanOrEqual(4);
  expect(sends(at)).toBe(1);
  expect(at.signIns).toBe(1);
});

test('a form that only shows a message after the code stays readable, and the sign-in continues', async ({ start }) => {
  test.skip(!hasOurs, 'only our own OpenConnect goes on from a form without fields');
  const { at, client } = await start([signInForm, code(), messageForm('Your password ends in 3 days.'), 'success']);
  await signIn(client);
  await client.window.getByLabel('Code').fill('123456');
  await press(client, /^Verify$/);
  await expect(client.window.getByText('Your password ends in 3 days.').first()).toBeVisible();
  await expect(client.window.getByRole('alert')).toHaveCount(0);
  await client.picture('out/pictures/form-that-tells.png');
  await expect(heading(client, 'A message from your campus')).toBeVisible();
  await client.window.keyboard.press('Enter');
  await expect(client.window.getByText('Your password ends in 3 days.').first()).toBeHidden();
  expect(answersOf(at)).toEqual([{ username: 'mei', password: 'pw' }, { secret: '123456' }, {}]);
  expect(at.signIns).toBe(1);
});
