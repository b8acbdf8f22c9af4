import { expect, it, vi } from 'vitest';
import { answer, prompted, reach } from '../../support/access.ts';
import { useIvantiForm } from '../../support/ivanti-form.ts';
import type { Adfs } from '../../peers/gateways/ivanti.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** Forms on the campus’s page that are left to the person. */

const bench = useIvantiForm();
const { right, begin, tries, logged, leaks, again, pageWith } = bench;

/** Waits until a page of AD FS has loaded, in which no script of ours may run. */
async function expectNoScript(): Promise<void> {
  const isThere = (address: string): boolean => URL.parse(address)?.host === bench.ivanti.provider;
  await expect.poll(() => bench.navigations.some(isThere)).toBe(true);
  expect(bench.scripts.filter(isThere)).toEqual([]);
}

/** The person signs in by hand on the page. */
async function byHand(): Promise<void> {
  const shown = await pageWith('Campus AD FS');
  await shown.locator('#userNameInput, #newuserNameInput').fill(bench.ivanti.user.name);
  await shown.locator('#passwordInput, #newpasswordInput').fill(bench.ivanti.user.password);
  await shown.getByRole('button', { name: 'Sign in' }).click();
}

it.each<[string, Adfs, string]>([
  ['shows an error before anything was typed', { error: 'An error occurred. Contact your administrator.' }, 'error'],
  ['sends its values to another host', { action: 'https://elsewhere.test/steal' }, 'action'],
  ['resolves its action against a foreign base', { before: '<base href="https://elsewhere.test/">', action: 'adfs/ls' }, 'action'],
  ['sends its values by script', { action: 'javascript:void(0)' }, 'action'],
  ['would put the password in an address', { method: 'get' }, 'method'],
  ['asks for a new password too', { newPassword: true }, 'passwords'],
  ['cannot be seen', { hidden: true }, 'absent'],
  ['lies in a frame', { framed: true }, 'absent'],
  ['has other ids than AD FS’s', { changed: true }, 'absent'],
])('a form that %s is not filled in', async (_, adfs, why) => {
  await begin(adfs);
  await answer(bench.controller, 'credentials', right());
  const shown = await pageWith(adfs.framed === true ? 'Campus frame' : 'Campus AD FS');
  await logged(`its form is left to the person (${why})`);
  await vi.waitFor(() => expect(bench.shown()?.formLeft).toBe(true));
  for (const frame of shown.frames())
    for (const field of await frame.locator('input[type=password], input[type=email]').all()) expect(await field.inputValue()).toBe('');
  expect(await shown.evaluate(() => Reflect.get(window, 'clicks') as unknown)).toBeUndefined();
  expect(tries()).toEqual([]);
  expect(leaks()).toEqual([]);
});

it('a page that asks for the password twice is filled in once; what the person then types counts', async () => {
  await begin({ twice: true });
  await answer(bench.controller, 'credentials', right());
  await vi.waitFor(() => expect(tries()).toHaveLength(1), { timeout: 15_000 });
  await byHand();
  await reach(bench.controller, 'connected');
  expect(tries()).toHaveLength(2);
});

it('an error that AD FS shows after the second factor is not taken for one about the password', async () => {
  await begin({ factor: true });
  await answer(bench.controller, 'credentials', right());
  const shown = await pageWith('Check for a push');
  const errorPage = `https://${bench.ivanti.provider}/adfs/ls/?error`;
  const before = bench.scripts.length;
  await shown.goto(errorPage);
  await shown.getByText('Access denied.').waitFor();
  // No script of ours looks at it
  await expect.poll(() => bench.navigations.at(-1)).toBe(errorPage);
  expect(bench.scripts).toHaveLength(before);
  expect(await shown.getByText('Access denied.').count()).toBe(1);
  expect(bench.controller.state).not.toMatchObject({ prompt: { failure: {} } });
});

it('reloading or going back fills nothing in again', async () => {
  await begin({ factor: true });
  await answer(bench.controller, 'credentials', right());
  const shown = await pageWith('Check for a push');
  const [before, pagesBefore] = [bench.scripts.length, bench.navigations.length];
  await shown.goto(`https://${bench.ivanti.provider}/adfs/ls/`);
  await pageWith('Campus AD FS');
  await shown.reload();
  const form = await pageWith('Campus AD FS');
  // No script of ours looks at either
  await expect.poll(() => bench.navigations.length).toBe(pagesBefore + 2);
  expect(bench.scripts).toHaveLength(before);
  expect(await form.locator('#passwordInput').inputValue()).toBe('');
  expect(tries()).toHaveLength(1);
});

it('a page whose script empties the field is not sent', async () => {
  await begin({ refusesInput: true });
  await answer(bench.controller, 'credentials', right());
  await logged('(changed)');
  expect(tries()).toEqual([]);
  expect(leaks()).toEqual([]);
});

it('text that the person has begun to type is not replaced', async () => {
  await begin({ before: '<script>addEventListener("DOMContentLoaded", () => passwordInput.value = "half")</script>' });
  await answer(bench.controller, 'credentials', right());
  await logged('(typed)');
  expect(await (await pageWith('Campus AD FS')).locator('#passwordInput').inputValue()).toBe('half');
});

it('elements that are named like members of a form or of the document do not mislead the script', async () => {
  const ofDocument = ['querySelectorAll', 'baseURI', 'location'].map((name) => `<img name="${name}" alt="">`);
  const ofForm = ['action', 'method', 'getAttribute'].map(
    (name) => `<input form="loginForm" type="hidden" name="${name}" value="https://idp.campus.test/adfs/ls/">`,
  );
  const before = [...ofDocument, ...ofForm].join('');
  await begin({ before, action: 'https://elsewhere.test/steal' });
  await answer(bench.controller, 'credentials', right());
  await logged('(action)');
  expect(leaks()).toEqual([]);
});

it('if the selectors are not valid CSS, the person fills in the form, and the app stays up', async () => {
  await begin({}, { form: { user: '#a[', password: '((', submit: ']', error: '!' } });
  await answer(bench.controller, 'credentials', right());
  await logged('(selector)');
  await byHand();
  await reach(bench.controller, 'connected');
});

it('a page of a host that the profile does not name for the form is not filled in', async () => {
  await begin({}, { formHosts: ['factor.campus.test'] });
  await answer(bench.controller, 'credentials', right());
  const shown = await pageWith('Campus AD FS');
  await expectNoScript();
  expect(await shown.locator('#passwordInput').inputValue()).toBe('');
  expect(tries()).toEqual([]);
  await byHand();
  await reach(bench.controller, 'connected');
});

it('a form host on another port is a different host, and `:443` is the default', async () => {
  await begin({}, { formHosts: ['IDP.campus.test:443'] });
  await answer(bench.controller, 'credentials', right());
  await reach(bench.controller, 'connected');
  await bench.controller.disconnect();
  await bench.ivanti.stop();
  for (const list of [bench.navigations, bench.scripts]) list.length = 0;
  await begin({}, { formHosts: ['idp.campus.test:8443'] });
  await answer(bench.controller, 'credentials', right());
  await pageWith('Campus AD FS');
  await expectNoScript();
  expect(tries()).toEqual([]);
});

it('with only patterns for hosts, nothing can be filled in, so the person is not asked for a password', async () => {
  await begin({}, { hosts: ['*.campus.test', 'idp.campus.test'], formHosts: ['*.campus.test'] });
  await prompted(bench.controller, 'browser');
});

it('a lookalike host is blocked, and nothing is filled in', async () => {
  await begin({ detour: 'https://idp.campus.test.evil.test/adfs/ls' });
  await answer(bench.controller, 'credentials', right());
  expect((await again('browser-strayed')).failure?.params).toEqual({ host: 'idp.campus.test.evil.test' });
  expect(tries()).toEqual([]);
  expect(leaks()).toEqual([]);
});
