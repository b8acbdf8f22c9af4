import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { double, webContents } from '../../electron-double/index.ts';
import { AccessController } from '../../../electron/access/controller.ts';
import type { PreparedAnswer } from '../../../electron/access/prompts.ts';
import { PendingSecrets } from '../../../electron/app/sign-in/pending-secrets.ts';
import { SavedSignIn } from '../../../electron/app/sign-in/saved-sign-in.ts';
import { type DesktopSignInView } from '../../../electron/desktop/sign-in/sign-in-view.ts';
import { answerProxyLogin } from '../../../electron/desktop/pages/proxy-login.ts';
import { browserDriver } from '../../../electron/gateways/ivanti-web/driver.ts';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { PageSignInFiles } from '../../../electron/storage/page-sign-ins.ts';
import { noPolicy } from '../../../electron/storage/policy/policy.ts';
import { Secrets } from '../../../electron/storage/secrets.ts';
import { Settings } from '../../../electron/storage/settings.ts';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import { fail } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer, PromptOf } from '../../../shared/prompt.ts';
import { answer, credentials, handEnvironment, prompted, reach } from '../../support/access.ts';
import { memoryKeytar } from '../../support/app.ts';
import { pagesOf, testPageArea } from '../../support/page-area.ts';
import { startIvanti, type Adfs, type Ivanti, type IvantiOptions } from '../../peers/gateways/ivanti.ts';
import { readyForPages, testSignInView, tunnelToNowhere } from '../../support/sign-in-view.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** Our Sign in screen and the campus's form: the real controller, driver, page and script; only the tunnel is a double. */

const hosts = ['idp.campus.test', 'factor.campus.test'];
const formHosts = ['idp.campus.test'];
const log: string[] = [];
const states: string[] = [];
const grants: OpenConnectGrant[] = [];
const engine = tunnelToNowhere(grants);

const pageArea = testPageArea();
let view: DesktopSignInView;
let pages: ReturnType<typeof pagesOf>;
let controller: AccessController;
/** Certificates that the person accepted. */
const accepted = new Map<string, { sha256: string; key: string }>();
/** Answers prompts without a person. */
let prepared: (profile: Profile) => PreparedAnswer = () => () => Promise.resolve(null);
let ivanti: Ivanti;

beforeAll(async () => {
  await readyForPages();
  view = testSignInView({
    pageArea,
    log: (line) => log.push(line),
    formWaitMs: 1_500,
  });
  pages = pagesOf(view);
  answerProxyLogin(
    (contents) => view.proxyOf(contents),
    () => null,
  );
});
afterAll(() => double.dispose());
afterEach(async () => {
  await controller.disconnect();
  await ivanti.stop();
  // Whatever happened: what was typed is in no log and no state
  const told = [...log, ...states].join('\n');
  expect(told).not.toContain(ivanti.user.password);
  expect(told).not.toContain(canary);
  expect(pageArea.views).toEqual([]);
  prepared = () => () => Promise.resolve(null);
  accepted.clear();
  for (const list of [log, states, grants]) list.length = 0;
});

/** With everything that could end a literal or a script, around a mark to search for. */
const canary = 'canary-77';
const wrongPassword = ['"</script>', "'`", '\\', '$', '{alert(1)}', '\u2028', canary, '<!--'].join('');
const right = (): Answer => credentials(ivanti.user.name, ivanti.user.password);
const wrong = (): Answer => credentials(ivanti.user.name, wrongPassword);

/** A campus with AD FS, and an attempt to connect to it. */
async function begin(
  adfs: Adfs | null,
  browser: Partial<NonNullable<Profile['browser']>> = {},
  more: Partial<IvantiOptions> = {},
  profile: Partial<Profile> = {},
): Promise<void> {
  ivanti = await startIvanti({ ...(adfs && { adfs }), ...more });
  controller = new AccessController({
    drivers: { nc: browserDriver(view.open), pulse: browserDriver(view.open) },
    tunnels: { app: engine },
    direct: () => () => Promise.reject(fail('internal')),
    verifierFor: ({ trust }) => createVerifier({ trust, accepted: (host) => accepted.get(host) ?? null, now: Date.now }),
    environment: handEnvironment(),
    client: { name: 'test', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
    prepared: (at) => prepared(at),
    now: Date.now,
    random: Math.random,
    log: (line) => log.push(line),
  });
  controller.onChange((state) => states.push(JSON.stringify(state)));
  controller.connect(ivanti.profile({ browser: { hosts, formHosts, form: 'adfs', ...browser }, ...profile }));
}

/** The page in view, once its heading says this. */
async function page(heading: string) {
  return vi.waitFor(
    async () => {
      for (const contents of webContents.getAllWebContents()) {
        if (!contents.getURL().startsWith('https:')) continue;
        const shown = await double.page(contents);
        if ((await shown.locator('h1').textContent({ timeout: 500 })) === heading) return shown;
      }
      throw new Error(`no page '${heading}'`);
    },
    { timeout: 15_000, interval: 50 },
  );
}

/** Every try to sign in that AD FS got. */
const tries = () => ivanti.received.filter(({ form, host }) => 'UserName' in form && host === ivanti.provider).map(({ form }) => form);
/** Waits for a line of the log. */
const logged = (what: string) => vi.waitFor(() => expect(log.join('\n')).toContain(what), { timeout: 20_000, interval: 50 });
/** Everything but what was typed: no other request carries it. */
const leaks = () =>
  ivanti.received.filter(({ form, query, host }) => {
    const words = JSON.stringify([form, query]);
    return (words.includes(ivanti.user.password) || words.includes(canary)) && !('UserName' in form && host === ivanti.provider);
  });

const again = (code: string): Promise<PromptOf<'credentials'>> =>
  vi.waitFor(
    async () => {
      const { prompt } = await prompted(controller, 'credentials');
      expect(prompt.failure?.code).toBe(code);
      return prompt;
    },
    { timeout: 20_000 },
  );

describe('our Sign in screen and the campus’s form', () => {
  it('our Sign in screen asks first, then AD FS’s form is filled in and its own button is clicked once', async () => {
    await begin({});
    expect(await answer(controller, 'credentials', right())).toEqual({
      kind: 'credentials',
      fields: [
        { name: 'user', secret: false },
        { name: 'password', secret: true },
      ],
      selects: [],
    });
    await reach(controller, 'connected');
    // The page's own handler added the domain, so its button was clicked
    expect(tries()).toEqual([{ UserName: 'mei.chan@campus.test', Password: ivanti.user.password, AuthMethod: 'FormsAuthentication' }]);
    expect(grants[0]?.cookie).toBe(`DSID=${[...ivanti.signedIn][0] ?? ''}`);
    expect(leaks()).toEqual([]);
  });

  it('a page after AD FS’s that asks for the second factor is shown and never filled in, whatever its fields are called', async () => {
    await begin({ factor: true });
    await answer(controller, 'credentials', right());
    const factor = await page('Check for a push');
    expect(await factor.locator('#passwordInput').inputValue()).toBe('');
    await factor.getByRole('button', { name: 'Approve' }).click();
    await reach(controller, 'connected');
    expect(tries()).toHaveLength(1);
    expect(ivanti.received.filter(({ host, method }) => host === ivanti.factor && method === 'POST')).toMatchObject([
      { form: { Password: '' } },
    ]);
    expect(leaks()).toEqual([]);
  });

  it('our Sign in screen shows what AD FS says about a wrong password, and nothing is sent again by itself', async () => {
    const words = `Incorrect user ID.\u202E \u0007Type it again. ${'x'.repeat(900)}`;
    await begin({ wrong: words });
    await answer(controller, 'credentials', wrong());
    const { message } = await again('sign-in-rejected');
    expect(message).toMatch(/^Incorrect user ID\. Type it again\. x+$/);
    expect(message).toHaveLength(500);
    expect(tries()).toHaveLength(1);
    expect(webContents.getAllWebContents().filter((each) => each.getURL().startsWith('https:'))).toEqual([]);
    await answer(controller, 'credentials', right());
    await reach(controller, 'connected');
    expect(tries().map((each) => each['Password'])).toEqual([wrongPassword, ivanti.user.password]);
  });

  it('an account that AD FS reports as locked is reported as locked', async () => {
    await begin({ wrong: 'Your account has been locked. Contact your administrator.' });
    await answer(controller, 'credentials', wrong());
    expect((await again('account-locked-out')).message).toContain('has been locked');
  });

  it('an error that the page’s own script shows is shown on our screen too', async () => {
    await begin({ scriptError: 'Enter your user ID in the format "user@domain".' });
    await answer(controller, 'credentials', right());
    expect((await again('sign-in-rejected')).message).toBe('Enter your user ID in the format "user@domain".');
    expect(tries()).toEqual([]);
  });

  it('a form that a script adds later is filled in as well', async () => {
    await begin({ lateMs: 600 });
    await answer(controller, 'credentials', right());
    await reach(controller, 'connected');
    expect(tries()).toHaveLength(1);
  });

  it('another page’s form is filled in by the profile’s selectors', async () => {
    const form = { user: '[name=user]', password: '[name=passphrase]', submit: '#idp input[type=submit]', error: '#error' };
    await begin(null, { form }, { saml: true });
    await answer(controller, 'credentials', wrong());
    expect((await again('sign-in-rejected')).message).toBe('Invalid username or password. Please re-enter.');
    await answer(controller, 'credentials', right());
    await reach(controller, 'connected');
    expect(ivanti.received.filter(({ form }) => 'passphrase' in form)).toHaveLength(2);
  });

  it('a page that the person closes brings our Sign in screen back, with what happened', async () => {
    await begin({ factor: true });
    await answer(controller, 'credentials', right());
    await page('Check for a push');
    webContents.getAllWebContents()[0]?.close();
    await again('browser-closed');
    expect(tries()).toHaveLength(1);
  });

  it('Cancel while the page is filled in ends the attempt', async () => {
    await begin({ endless: true });
    await answer(controller, 'credentials', right());
    await page('Campus AD FS');
    await controller.disconnect();
    expect(controller.state).toEqual({ kind: 'idle', ending: null });
    expect(tries()).toEqual([]);
  });
});

describe('a form that is left to the person', () => {
  /** The person signs in by hand on the page. */
  async function byHand(): Promise<void> {
    const shown = await page('Campus AD FS');
    await shown.locator('#userNameInput, #newuserNameInput').fill(ivanti.user.name);
    await shown.locator('#passwordInput, #newpasswordInput').fill(ivanti.user.password);
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
    await answer(controller, 'credentials', right());
    const shown = await page(adfs.framed === true ? 'Campus frame' : 'Campus AD FS');
    await logged(`its form is left to the person (${why})`);
    await vi.waitFor(() => expect(pages.current?.formLeft).toBe(true));
    for (const frame of shown.frames())
      for (const field of await frame.locator('input[type=password], input[type=email]').all()) expect(await field.inputValue()).toBe('');
    expect(await shown.evaluate(() => Reflect.get(window, 'clicks') as unknown)).toBeUndefined();
    expect(tries()).toEqual([]);
    expect(leaks()).toEqual([]);
  });

  it('a page that asks for the password twice is filled in once; what the person then types counts', async () => {
    await begin({ twice: true });
    await answer(controller, 'credentials', right());
    await vi.waitFor(() => expect(tries()).toHaveLength(1), { timeout: 15_000 });
    await byHand();
    await reach(controller, 'connected');
    expect(tries()).toHaveLength(2);
  });

  it('an error that AD FS shows after the second factor is not taken for one about the password', async () => {
    await begin({ factor: true });
    await answer(controller, 'credentials', right());
    const shown = await page('Check for a push');
    await shown.goto(`https://${ivanti.provider}/adfs/ls/?error`);
    await shown.getByText('Access denied.').waitFor();
    // As long as an error of the form's would count
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await shown.getByText('Access denied.').count()).toBe(1);
    expect(controller.state).not.toMatchObject({ prompt: { failure: {} } });
  });

  it('reloading or going back fills nothing in again', async () => {
    await begin({ factor: true });
    await answer(controller, 'credentials', right());
    const shown = await page('Check for a push');
    await shown.goto(`https://${ivanti.provider}/adfs/ls/`);
    await page('Campus AD FS');
    await shown.reload();
    const form = await page('Campus AD FS');
    // As long as an error of the form's would count
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await form.locator('#passwordInput').inputValue()).toBe('');
    expect(tries()).toHaveLength(1);
  });

  it('a page whose script empties the field is not sent', async () => {
    await begin({ refusesInput: true });
    await answer(controller, 'credentials', right());
    await logged('(changed)');
    expect(tries()).toEqual([]);
    expect(leaks()).toEqual([]);
  });

  it('text that the person has begun to type is not replaced', async () => {
    await begin({ before: '<script>addEventListener("DOMContentLoaded", () => passwordInput.value = "half")</script>' });
    await answer(controller, 'credentials', right());
    await logged('(typed)');
    expect(await (await page('Campus AD FS')).locator('#passwordInput').inputValue()).toBe('half');
  });

  it('elements that are named like members of a form or of the document do not mislead the script', async () => {
    const ofDocument = ['querySelectorAll', 'baseURI', 'location'].map((name) => `<img name="${name}" alt="">`);
    const ofForm = ['action', 'method', 'getAttribute'].map(
      (name) => `<input form="loginForm" type="hidden" name="${name}" value="https://idp.campus.test/adfs/ls/">`,
    );
    const before = [...ofDocument, ...ofForm].join('');
    await begin({ before, action: 'https://elsewhere.test/steal' });
    await answer(controller, 'credentials', right());
    await logged('(action)');
    expect(leaks()).toEqual([]);
  });

  it('if the selectors are not valid CSS, the person fills in the form, and the app stays up', async () => {
    await begin({}, { form: { user: '#a[', password: '((', submit: ']', error: '!' } });
    await answer(controller, 'credentials', right());
    await logged('(selector)');
    await byHand();
    await reach(controller, 'connected');
  });

  it('a page of a host that the profile does not name for the form is not filled in', async () => {
    await begin({}, { formHosts: ['factor.campus.test'] });
    await answer(controller, 'credentials', right());
    const shown = await page('Campus AD FS');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await shown.locator('#passwordInput').inputValue()).toBe('');
    expect(tries()).toEqual([]);
    await byHand();
    await reach(controller, 'connected');
  });

  it('a form host on another port is a different host, and `:443` is the default', async () => {
    await begin({}, { formHosts: ['IDP.campus.test:443'] });
    await answer(controller, 'credentials', right());
    await reach(controller, 'connected');
    await controller.disconnect();
    await ivanti.stop();
    await begin({}, { formHosts: ['idp.campus.test:8443'] });
    await answer(controller, 'credentials', right());
    await page('Campus AD FS');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(tries()).toEqual([]);
  });

  it('with only patterns for hosts, nothing can be filled in, so the person is not asked for a password', async () => {
    await begin({}, { hosts: ['*.campus.test', 'idp.campus.test'], formHosts: ['*.campus.test'] });
    await prompted(controller, 'browser');
  });

  it('a lookalike host is blocked, and nothing is filled in', async () => {
    await begin({ detour: 'https://idp.campus.test.evil.test/adfs/ls' });
    await answer(controller, 'credentials', right());
    expect((await again('browser-strayed')).failure?.params).toEqual({ host: 'idp.campus.test.evil.test' });
    expect(tries()).toEqual([]);
    expect(leaks()).toEqual([]);
  });
});

describe('a saved password and the campus’s form', () => {
  let folder: string;
  let settings: Settings;
  let saved: SavedSignIn;
  let keytar: ReturnType<typeof memoryKeytar>;
  const told: string[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'causeway-form-'));
    settings = await Settings.open(folder);
    keytar = memoryKeytar();
    told.length = 0;
    const secrets = new Secrets(() => Promise.resolve(keytar));
    saved = new SavedSignIn({
      settings,
      secrets,
      pendingSecrets: new PendingSecrets(Date.now, () => undefined),
      policy: () => noPolicy,
      pageSignIns: new PageSignInFiles(settings.directory),
      now: Date.now,
      changed: () => undefined,
      tell: ({ code }) => void told.push(code),
    });
    prepared = (at) => saved.preparedFor(at);
  });
  afterEach(() => rm(folder, { recursive: true }));
  const save = async (password: string): Promise<void> => {
    const id = 'ivanti-test';
    await new Secrets(() => Promise.resolve(keytar)).set(id, 'mei.chan', password);
    settings.update(() => ({ userIds: { [id]: 'mei.chan' }, savedPasswords: [id] }));
  };

  it('Connect with a saved password fills in the form, and nobody has to type or to click', async () => {
    await save('harbour-lantern-42');
    await begin({});
    await reach(controller, 'connected');
    expect(tries()).toHaveLength(1);
    expect(states.filter((state) => state.includes('"asking"'))).toEqual([]);
  });

  it('a saved password that AD FS rejects is sent once, forgotten, and the person is told', async () => {
    await save(wrongPassword);
    await begin({ wrong: 'Incorrect user ID or password.' });
    expect((await again('sign-in-rejected')).message).toBe('Incorrect user ID or password.');
    expect(tries()).toHaveLength(1);
    expect(keytar.entries.size).toBe(0);
    expect(settings.get().savedPasswords).toEqual([]);
    expect(told).toEqual(['saved-password-removed']);
    await controller.disconnect();
    controller.connect(ivanti.profile({ browser: { hosts, formHosts, form: 'adfs' } }));
    expect((await prompted(controller, 'credentials')).prompt.failure).toBeUndefined();
    expect(tries()).toHaveLength(1);
  });

  it('without a press on Connect, a saved password does not go into the form', async () => {
    await save('harbour-lantern-42');
    prepared = (at) => saved.preparedFor(at, false);
    await begin({});
    await prompted(controller, 'credentials');
    expect(ivanti.received).toEqual([]);
  });

  it('after a person vouched for the gateway’s certificate, a saved password does not go into the form by itself', async () => {
    await save('harbour-lantern-42');
    await begin({}, {}, {}, { trust: { kind: 'system' } });
    const yes: Answer = { kind: 'certificate', accept: true };
    await answer(controller, 'certificate', (certificate) => {
      accepted.set(certificate.host, certificate);
      saved.note('ivanti-test', certificate, yes, false);
      return yes;
    });
    expect((await prompted(controller, 'credentials')).prompt.failure).toBeUndefined();
    expect(ivanti.received).toEqual([]);
  });
});

describe('trouble on the way to the form', () => {
  it('a page that never finishes loading is not filled in, and the person can close it', async () => {
    await begin({ endless: true });
    await answer(controller, 'credentials', right());
    await page('Campus AD FS');
    webContents.getAllWebContents()[0]?.close();
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
    if (heading === null) await prompted(controller, 'credentials');
    else {
      await answer(controller, 'credentials', right());
      await page(heading);
    }
    await controller.disconnect();
    expect(controller.state).toEqual({ kind: 'idle', ending: null });
    await expect.poll(() => webContents.getAllWebContents().length).toBe(0);
    expect(tries().length).toBe(adfs.factor === true ? 1 : 0);
    expect(leaks()).toEqual([]);
  });

  it('more cookies than a server accepts are reported on our screen', async () => {
    await begin({ cookieBomb: true });
    await answer(controller, 'credentials', right());
    await vi.waitFor(() => expect(pages.current?.failure?.code).toBe('browser-cookies'), { timeout: 10_000 });
    expect(tries()).toEqual([]);
  });

  it.each<[string, (asked: { path: string; form: object }) => boolean]>([
    ['before AD FS’s page', ({ path, form }) => path.startsWith('/adfs/') && !('UserName' in form)],
    ['when the form is sent', ({ form }) => 'UserName' in form],
    ['on the way back to the gateway', ({ path }) => path.includes('saml-consumer')],
  ])('a network that is gone %s is reported on our screen', async (_, isGone) => {
    await begin({}, {}, { before: async (asked) => (isGone(asked) ? 'hang-up' : 'answer') });
    await answer(controller, 'credentials', right());
    await vi.waitFor(() => expect(pages.current?.failure?.code).toBe('gateway-closed'), { timeout: 10_000 });
    expect(controller.state.kind).toBe('asking');
    expect(leaks()).toEqual([]);
  });

  it('a gateway that shows a page of its own after the sign-in is signed in to on that page', async () => {
    await begin({}, {}, { landing: '/library/start' });
    await answer(controller, 'credentials', right());
    await reach(controller, 'connected');
    expect(grants[0]?.cookie).toBe(`DSID=${[...ivanti.signedIn][0] ?? ''}`);
  });
});
