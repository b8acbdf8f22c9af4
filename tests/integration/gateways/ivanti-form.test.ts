import { expect, it, vi } from 'vitest';
import { webContents } from '../../electron-double/index.ts';
import { answer, prompted, reach } from '../../support/access.ts';
import { useIvantiForm, wrongPassword } from '../../support/ivanti-form.ts';
import type { Adfs } from '../../peers/gateways/ivanti.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** Our Sign in screen and the campus’s form, filled in once, with what can go wrong on the way. */

const bench = useIvantiForm();
const { right, wrong, begin, tries, leaks, again, pageWith, closePage } = bench;

it('our Sign in screen asks first, then AD FS’s form is filled in and its own button is clicked once', async () => {
  await begin({});
  expect(await answer(bench.controller, 'credentials', right())).toEqual({
    kind: 'credentials',
    fields: [
      { name: 'user', secret: false },
      { name: 'password', secret: true },
    ],
    selects: [],
  });
  await reach(bench.controller, 'connected');
  // The page's own handler added the domain, so its button was clicked
  expect(tries()).toEqual([{ UserName: 'mei.chan@campus.test', Password: bench.ivanti.user.password, AuthMethod: 'FormsAuthentication' }]);
  expect(bench.grants[0]?.cookie).toBe(`DSID=${[...bench.ivanti.signedIn][0] ?? ''}`);
  expect(leaks()).toEqual([]);
});

it('a page after AD FS’s that asks for the second factor is shown and never filled in, whatever its fields are called', async () => {
  await begin({ factor: true });
  await answer(bench.controller, 'credentials', right());
  const factor = await pageWith('Check for a push');
  expect(await factor.locator('#passwordInput').inputValue()).toBe('');
  await factor.getByRole('button', { name: 'Approve' }).click();
  await reach(bench.controller, 'connected');
  expect(tries()).toHaveLength(1);
  expect(bench.ivanti.received.filter(({ host, method }) => host === bench.ivanti.factor && method === 'POST')).toMatchObject([
    { form: { Password: '' } },
  ]);
  expect(leaks()).toEqual([]);
});

it('our Sign in screen shows what AD FS says about a wrong password, and nothing is sent again by itself', async () => {
  const words = `Incorrect user ID.\u202E \u0007Type it again. ${'x'.repeat(900)}`;
  await begin({ wrong: words });
  await answer(bench.controller, 'credentials', wrong());
  const { message } = await again('sign-in-rejected');
  expect(message).toMatch(/^Incorrect user ID\. Type it again\. x+$/);
  expect(message).toHaveLength(500);
  expect(tries()).toHaveLength(1);
  expect(webContents.getAllWebContents().filter((each) => each.getURL().startsWith('https:'))).toEqual([]);
  await answer(bench.controller, 'credentials', right());
  await reach(bench.controller, 'connected');
  expect(tries().map((each) => each['Password'])).toEqual([wrongPassword, bench.ivanti.user.password]);
});

it('an account that AD FS reports as locked is reported as locked', async () => {
  await begin({ wrong: 'Your account has been locked. Contact your administrator.' });
  await answer(bench.controller, 'credentials', wrong());
  expect((await again('account-locked-out')).message).toContain('has been locked');
});

it('an error that the page’s own script shows is shown on our screen too', async () => {
  await begin({ scriptError: 'Enter your user ID in the format "user@domain".' });
  await answer(bench.controller, 'credentials', right());
  expect((await again('sign-in-rejected')).message).toBe('Enter your user ID in the format "user@domain".');
  expect(tries()).toEqual([]);
});

it('a form that a script adds later is filled in as well', async () => {
  await begin({ lateMs: 600 });
  await answer(bench.controller, 'credentials', right());
  await reach(bench.controller, 'connected');
  expect(tries()).toHaveLength(1);
});

it('another page’s form is filled in by the profile’s selectors', async () => {
  const form = { user: '[name=user]', password: '[name=passphrase]', submit: '#idp input[type=submit]', error: '#error' };
  await begin(null, { form }, { saml: true });
  await answer(bench.controller, 'credentials', wrong());
  expect((await again('sign-in-rejected')).message).toBe('Invalid username or password. Please re-enter.');
  await answer(bench.controller, 'credentials', right());
  await reach(bench.controller, 'connected');
  expect(bench.ivanti.received.filter(({ form }) => 'passphrase' in form)).toHaveLength(2);
});

it('a page that the person closes brings our Sign in screen back, with what happened', async () => {
  await begin({ factor: true });
  await answer(bench.controller, 'credentials', right());
  await pageWith('Check for a push');
  closePage();
  await again('browser-closed');
  expect(tries()).toHaveLength(1);
});

it('Cancel while the page is filled in ends the attempt', async () => {
  await begin({ endless: true });
  await answer(bench.controller, 'credentials', right());
  await pageWith('Campus AD FS');
  await bench.controller.disconnect();
  expect(bench.controller.state).toEqual({ kind: 'idle', ending: null });
  expect(tries()).toEqual([]);
});

it('a page that never finishes loading is not filled in, and the person can close it', async () => {
  await begin({ endless: true });
  await answer(bench.controller, 'credentials', right());
  await pageWith('Campus AD FS');
  closePage();
  await again('browser-closed');
  expect(tries()).toEqual([]);
});

it.each<[string, string | null, Adfs]>([
  ['our Sign in screen', null, {}],
  ['the gateway’s notice', 'Pre Sign-In Notification', {}],
  ['AD FS’s form', 'Campus AD FS', { error: 'Not now.' }],
  ['the second factor', 'Check for a push', { factor: true }],
])('Cancel at %s ends the attempt at once, and the page with it', async (_, heading, adfs) => {
  await begin(adfs, {}, heading === 'Pre Sign-In Notification' ? { notice: 'Terms.' } : {});
  if (heading === null) await prompted(bench.controller, 'credentials');
  else {
    await answer(bench.controller, 'credentials', right());
    await pageWith(heading);
  }
  await bench.controller.disconnect();
  expect(bench.controller.state).toEqual({ kind: 'idle', ending: null });
  await expect.poll(() => webContents.getAllWebContents().length).toBe(0);
  expect(tries().length).toBe(adfs.factor === true ? 1 : 0);
  expect(leaks()).toEqual([]);
});

it('more cookies than a server accepts are reported on our screen', async () => {
  await begin({ cookieBomb: true });
  await answer(bench.controller, 'credentials', right());
  await vi.waitFor(() => expect(bench.shown()?.failure?.code).toBe('browser-cookies'), { timeout: 10_000 });
  expect(tries()).toEqual([]);
});

it.each<[string, (asked: { path: string; form: object }) => boolean]>([
  ['before AD FS’s page', ({ path, form }) => path.startsWith('/adfs/') && !('UserName' in form)],
  ['when the form is sent', ({ form }) => 'UserName' in form],
  ['on the way back to the gateway', ({ path }) => path.includes('saml-consumer')],
])('a network that is gone %s is reported on our screen', async (_, isGone) => {
  await begin({}, {}, { before: async (asked) => (isGone(asked) ? 'hang-up' : 'answer') });
  await answer(bench.controller, 'credentials', right());
  await vi.waitFor(() => expect(bench.shown()?.failure?.code).toBe('gateway-closed'), { timeout: 10_000 });
  expect(bench.controller.state.kind).toBe('asking');
  expect(leaks()).toEqual([]);
});

it('a gateway that shows a page of its own after the sign-in is signed in to on that page', async () => {
  await begin({}, {}, { landing: '/library/start' });
  await answer(bench.controller, 'credentials', right());
  await reach(bench.controller, 'connected');
  expect(bench.grants[0]?.cookie).toBe(`DSID=${[...bench.ivanti.signedIn][0] ?? ''}`);
});
