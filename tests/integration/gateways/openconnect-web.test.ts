import { afterEach, describe, expect, test } from 'vitest';
import { duoHosts } from '../../../electron/net/duo-hosts.ts';
import type { OpenSignInPage, LoadedPage, SignInPageRequest } from '../../../electron/gateways/sign-in-page.ts';
import type { OpenConnectDeps } from '../../../electron/gateways/openconnect/driver.ts';
import { fail } from '../../../shared/failure.ts';
import type { Answer } from '../../../shared/prompt.ts';
import { FormGateway, type FormSpec } from '../../peers/gateways/form-gateway.ts';
import { failsWith, hasIPv6, missingLibrary, person, startDriver, targetFor, type Script } from '../../peers/openconnect-bench.ts';
import { awaitedLater } from '../../support/awaited-later.ts';

const inWindow: Answer = { kind: 'browser', where: 'window' };
const page = (url: string, cookies: LoadedPage['cookies'] = []): LoadedPage => ({ url, cookies, headers: [] });

describe.skipIf(missingLibrary() !== null)('signing in on a page that the library asks for', () => {
  const cleanUp: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const each of cleanUp.splice(0)) await each();
  });

  /** A gateway of Cisco's kind that sends people to a page, and takes what that page gave them. */
  const start = async (deps: Partial<OpenConnectDeps>, script: Script, mode = '') => {
    const form: FormSpec = {
      inputs: [{ type: 'sso', name: 'sso-token' }],
      more:
        '<sso-v2-login>https://idp.campus.test/start</sso-v2-login><sso-v2-login-final>https://forms.campus.test/done</sso-v2-login-final>' +
        `<sso-v2-token-cookie-name>acSamlv2Token</sso-v2-token-cookie-name><sso-v2-error-cookie-name>acSamlv2Error</sso-v2-error-cookie-name>${mode}`,
    };
    const gateway = await FormGateway.start(({ init }) => (init ? form : 'success'));
    const bench = await startDriver(deps);
    cleanUp.push(
      () => gateway.stop(),
      () => bench.driver.stop(),
    );
    const who = person(script);
    const stop = new AbortController();
    const session = awaitedLater(
      bench.driver.signIn(targetFor(gateway.profile({ browser: { hosts: ['idp.campus.test'] } })), who.ask, stop.signal),
    );
    return { gateway, bench, who, stop, session };
  };
  const done = page('https://forms.campus.test/done', [{ name: 'acSamlv2Token', value: 'token-of-mei' }]);

  test('a page sign-in opens a window after a click, and the cookie that the page leaves is sent to the gateway', async () => {
    const seen: boolean[] = [];
    const asked: SignInPageRequest[] = [];
    const openSignInPage: OpenSignInPage = async (request) => {
      asked.push(request);
      for (const each of [page('https://idp.campus.test/start'), page('https://idp.campus.test/duo'), done])
        seen.push(await request.seen(each));
      return { kind: 'done' };
    };
    const { gateway, who, session } = await start({ openSignInPage }, { browser: inWindow });
    await session;
    expect(who.asked).toEqual([{ kind: 'browser', host: 'idp.campus.test', where: 'window' }]);
    expect(asked).toMatchObject([
      { address: 'https://idp.campus.test/start', hosts: ['idp.campus.test', 'forms.campus.test', ...duoHosts] },
    ]);
    expect(seen).toEqual([false, false, true]);
    expect(gateway.requests.at(-1)?.fields).toEqual({ 'sso-token': 'token-of-mei' });
  });

  test('a closed sign-in window, or one that left its hosts, is reported and can be opened again', async () => {
    let turn = 0;
    const openSignInPage: OpenSignInPage = async (request) => {
      turn += 1;
      if (turn === 1) return (await request.seen(page('https://idp.campus.test/start'))) ? { kind: 'done' } : { kind: 'closed' };
      if (turn === 2) throw fail('browser-strayed', { host: 'ads.test' });
      return (await request.seen(done)) ? { kind: 'done' } : { kind: 'closed' };
    };
    const { who, session } = await start({ openSignInPage }, { browser: inWindow });
    await session;
    expect(who.asked).toMatchObject([
      { kind: 'browser' },
      { kind: 'browser', failure: { code: 'browser-closed' } },
      { kind: 'browser', failure: { code: 'browser-strayed', params: { host: 'ads.test' } } },
    ]);
  });

  test('a worker that dies closes its sign-in window', async () => {
    const windows: ('open' | 'closed')[] = [];
    const openSignInPage: OpenSignInPage = (_, signal) => {
      windows.push('open');
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          windows.push('closed');
          reject(new Error('closed'));
        }),
      );
    };
    const { bench, session } = await start({ openSignInPage }, { browser: inWindow });
    await expect.poll(() => windows).toEqual(['open']);
    bench.workers[0]?.kill();
    await expect(session).rejects.toMatchObject(failsWith('component-failed'));
    expect(windows).toEqual(['open', 'closed']);
  });

  test.skipIf(!hasIPv6)('a page sign-in opens in the person’s own browser if the gateway wants that', async () => {
    const opened: string[] = [];
    const openInBrowser = (address: string) => Promise.resolve(void opened.push(address));
    const mode = '<sso-v2-browser-mode>external</sso-v2-browser-mode>';
    const { who, stop, session } = await start({ openInBrowser }, { browser: { kind: 'browser', where: 'own' } }, mode);
    await expect.poll(() => opened).toEqual(['https://idp.campus.test/start']);
    expect(who.asked).toEqual([{ kind: 'browser', host: 'idp.campus.test', where: 'own' }]);
    stop.abort();
    await expect(session).rejects.toMatchObject(failsWith('cancelled'));
  });

  test('a page sign-in without anything to show pages says that it needs the app', async () => {
    const { session } = await start({}, {});
    await expect(session).rejects.toMatchObject(failsWith('app-needed'));
  });
});
