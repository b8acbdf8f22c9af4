import { afterEach, describe, expect, test } from 'vitest';
import { fail } from '../../../shared/failure.ts';
import { profileSchema, type Profile } from '../../../shared/profile.ts';
import type { GatewayDriver, GatewayTarget } from '../../../electron/gateways/gateway.ts';
import type { SignInPage } from '../../../electron/app/ports.ts';
import { stepOf } from '../../../electron/app/sign-in/sign-in-pages.ts';
import { promptOf, startApp, when, type AppRun } from '../../support/app.ts';

/** The application around the campus's own sign-in page: when it opens by itself, and what the state shows of it. */

const profile: Profile = profileSchema.parse({
  version: 1,
  id: 'pages',
  name: 'Campus',
  gateways: ['vpn.campus.test:8443', 'vpn2.campus.test'],
  protocol: 'nc',
  tunnel: 'app',
  browser: { hosts: ['login.campus.test:8444', '*.sso.campus.test', 'help.campus.test'], formHosts: ['login.campus.test:8444'] },
  labels: { userId: 'User', password: 'Password' },
  portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
  recovery: { address: 'https://recover.campus.test/', interface: 'other' },
  trust: { kind: 'system' },
});

const page: SignInPage = {
  host: 'login.campus.test:8444',
  path: '/adfs/ls/',
  loading: false,
  canGoBack: false,
  failure: null,
  denied: null,
  blocked: { named: [], count: 0 },
};

let run: AppRun;
/** How often the page was opened, after which answer. */
let opened: string[] = [];
/** What becomes of each page. */
let outcomes: ('closed' | 'stays')[] = [];
let away: readonly string[] = [];

/** As the driver of a campus's page: asks before each opening. */
const driver: GatewayDriver = {
  async signIn(target: GatewayTarget, ask, signal) {
    if (away.includes(target.host)) throw fail('gateway-unreachable', { host: target.host });
    let failed = false;
    for (;;) {
      const why = failed ? { failure: { code: 'browser-closed' as const } } : {};
      await ask({ kind: 'browser', host: target.host, where: 'window', ...why }, { signal });
      opened.push(target.host);
      run.desktop.signInPage(page);
      failed = outcomes.shift() === 'closed';
      try {
        if (!failed) await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(fail('cancelled'))));
      } finally {
        run.desktop.signInPage(null);
      }
    }
  },
  resume: () => Promise.reject(fail('internal')),
};
const tunnel = { open: () => Promise.reject(fail('internal')) };

const start = async (): Promise<void> => {
  opened = [];
  run = await startApp([profile], { drivers: { nc: driver }, tunnels: { app: tunnel } });
};
afterEach(async () => {
  outcomes = [];
  away = [];
  await run.app.verbs.disconnect();
  await run.close();
});
const isOpen = () => when(run.app, ({ signInPage }) => signInPage.kind === 'open');

describe('the campus’s page', () => {
  test('a page opens without another click after Connect, and the window is shown with it', async () => {
    await start();
    await run.app.verbs.connect({ profileId: 'pages' });
    await isOpen();
    expect(opened).toEqual(['vpn.campus.test']);
    expect(run.desktop.shown).toBe(1);
    expect(run.app.state.signInPage).toMatchObject({ kind: 'open', host: page.host, path: page.path, step: 'form' });
    await run.app.verbs.signInBack();
    await run.app.verbs.signInReload();
    await run.app.verbs.copyBlockedHosts();
    expect(run.desktop.signInCalls).toEqual(['back', 'reload', 'copy']);
  });

  test('a page opens without another click after Connect in the tray', async () => {
    await start();
    void run.app.quickConnect();
    await isOpen();
    expect(run.desktop.shown).toBe(1);
  });

  test('a page that has failed once opens only by a button, and the screen says why it failed', async () => {
    outcomes = ['closed'];
    await start();
    await run.app.verbs.connect({ profileId: 'pages' });
    const access = await when(run.app, promptOf('browser'));
    expect(access.prompt).toMatchObject({ failure: { code: 'browser-closed' } });
    expect(run.app.state.signInPage).toEqual({ kind: 'closed' });
    expect(opened).toHaveLength(1);
    await run.app.verbs.answer({ promptId: access.promptId, answer: { kind: 'browser', where: 'window' }, remember: false });
    await isOpen();
    expect(opened).toHaveLength(2);
    expect(run.app.state.access).toMatchObject({ kind: 'asking', answered: true });
  });

  test('a page opens only by a button after a link, although the person has confirmed the link', async () => {
    await start();
    await run.app.openArgument('causeway://connect/pages');
    await run.app.verbs.confirm({ yes: true });
    await when(run.app, promptOf('browser'));
    expect(opened).toEqual([]);
  });

  test('a page of a second gateway opens only by a button, since the first one has failed', async () => {
    away = ['vpn.campus.test'];
    await start();
    await run.app.verbs.connect({ profileId: 'pages' });
    expect((await when(run.app, promptOf('browser'))).prompt).toMatchObject({ host: 'vpn2.campus.test' });
    expect(opened).toEqual([]);
  });

  test('Cancel while the page is open leads back to the start', async () => {
    await start();
    await run.app.verbs.connect({ profileId: 'pages' });
    await isOpen();
    await run.app.verbs.disconnect();
    expect(run.app.state.access).toEqual({ kind: 'idle', ending: null });
    await when(run.app, ({ signInPage }) => signInPage.kind === 'closed');
  });

  const duoPage = { ...page, host: 'api-1a2b3c4d.duosecurity.com', path: '/frame/v4/auth' };
  const warnings = () => run.app.state.notices.filter(({ failure }) => failure.code === 'push-left');

  test('Cancel on Duo’s page warns of a push that may still be on the phone, until the next Connect', async () => {
    await start();
    await run.app.verbs.connect({ profileId: 'pages' });
    await isOpen();
    run.desktop.signInPage(duoPage);
    await run.app.verbs.disconnect();
    expect(run.app.state.access).toEqual({ kind: 'idle', ending: null });
    expect(warnings()).toHaveLength(1);
    await run.app.verbs.connect({ profileId: 'pages' });
    expect(warnings()).toEqual([]);
  });

  test('nothing is said of a push if another page was open at Cancel, if Duo’s page had closed before, or if the phone is lost', async () => {
    await start();
    await run.app.verbs.connect({ profileId: 'pages' });
    await isOpen();
    run.desktop.signInPage(duoPage);
    run.desktop.signInPage({ ...page, host: 'vpn.campus.test:8443' });
    await run.app.verbs.disconnect();
    await run.app.verbs.connect({ profileId: 'pages' });
    await isOpen();
    run.desktop.signInPage(duoPage);
    run.desktop.signInPage(null);
    await run.app.verbs.disconnect();
    expect(warnings()).toEqual([]);
    await run.app.verbs.startTask({ task: 'lost-phone' });
    await run.app.verbs.recoveryContinue();
    await isOpen();
    run.desktop.signInPage(duoPage);
    await run.app.verbs.disconnect();
    expect(warnings()).toEqual([]);
  });
});

test.each([
  ['vpn.campus.test:8443', 'gateway'],
  ['vpn2.campus.test', 'gateway'],
  ['vpn.campus.test', 'other'],
  ['LOGIN.campus.test:8444', 'form'],
  ['login.campus.test', 'other'],
  ['help.campus.test', 'other'],
  ['websso1.sso.campus.test', 'other'],
  ['api-1a2b3c4d.duosecurity.com', 'second-factor'],
  ['', 'other'],
])('a page of %s belongs to the step "%s" by its host alone', (host, step) => expect(stepOf(host, profile)).toBe(step));
