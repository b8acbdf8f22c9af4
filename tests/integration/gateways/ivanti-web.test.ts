import { afterEach, describe, expect, it, vi } from 'vitest';
import { app } from '../../electron-double/index.ts';
import { answerProxyLogin } from '../../../electron/desktop/pages/proxy-login.ts';
import { browserDriver, pageOrFormDriver } from '../../../electron/gateways/ivanti-web/driver.ts';
import { stoppedAt } from '../../../electron/gateways/ivanti-web/own-pages.ts';
import { isSession, sessionOf } from '../../../electron/gateways/ivanti-web/session-cookie.ts';
import { askBeforePage } from '../../../electron/gateways/page-question.ts';
import type { GatewayDriver, GatewayTarget, Session } from '../../../electron/gateways/gateway.ts';
import { profileSchema, type Profile } from '../../../shared/profile.ts';
import type { Answer, Prompt } from '../../../shared/prompt.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

const target = (more: Partial<Profile> = {}): GatewayTarget => ({
  host: 'vpn.campus.test',
  port: 443,
  profile: profileSchema.parse({
    version: 1,
    id: 'c',
    name: 'Campus',
    gateways: ['vpn.campus.test'],
    protocol: 'nc',
    tunnel: 'app',
    labels: { userId: 'User', password: 'Password' },
    portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
    trust: { kind: 'system' },
    ...more,
  }),
  verifier: () => ({ kind: 'accept' }),
  now: Date.now,
  client: { name: 'test', version: '0', installation: 'A'.repeat(24) },
});

describe('a session on an Ivanti gateway', () => {
  const value = '6873670a00762535c72ee47534e0bbc8';
  const own = [{ name: 'DSID', value, hostOnly: true }];

  it.each([
    ['https://vpn.campus.test/dana/home/index.cgi', true],
    ['https://vpn.campus.test/dana/home/', true],
    ['https://VPN.campus.test:443/dana/home/starter0.cgi?check=yes', true],
    ['https://vpn.campus.test/library/start', true],
    ['https://vpn.campus.test/', true],
    ['https://vpn.campus.test/dana-navigation/', true],
    ['https://vpn.campus.test/dana-na/auth/url_default/welcome.cgi', false],
    ['https://vpn.campus.test/dana-na', false],
    ['https://vpn.campus.test//dana-na/auth/welcome.cgi', false],
    ['https://vpn.campus.test/%64ana-na/auth/welcome.cgi', false],
    ['https://vpn.campus.test/x/../dana-na/auth/welcome.cgi', false],
    ['https://vpn.campus.test/DANA-NA/auth/welcome.cgi', false],
    ['https://vpn.campus.test/%ff', false],
    ['https://vpn.campus.test:8443/dana/home/index.cgi', false],
    ['https://vpn.campus.test.evil.test/dana/home/', false],
    ['https://idp.campus.test/dana/home/index.cgi', false],
    ['http://vpn.campus.test/dana/home/', false],
    ['', false],
  ])('sessionOf finds a session on the page at %j: %s', (url, is) =>
    expect(sessionOf({ url, cookies: own }, target())).toBe(is ? value : null),
  );

  it('sessionOf compares IPv6 addresses whatever their spelling', () => {
    const at = { ...target(), host: '2001:DB8:0::1' };
    expect(sessionOf({ url: 'https://[2001:db8::1]/dana/home/index.cgi', cookies: own }, at)).toBe(value);
    expect(sessionOf({ url: 'https://[2001:db8::2]/dana/home/index.cgi', cookies: own }, at)).toBeNull();
  });

  it('sessionOf takes only a cookie without a domain, since a host below the gateway may have set any other', () => {
    const url = 'https://vpn.campus.test/dana/home/';
    expect(sessionOf({ url, cookies: [{ name: 'DSID', value, hostOnly: false }] }, target())).toBeNull();
    expect(sessionOf({ url, cookies: [{ name: 'DSID', value: '1', hostOnly: true }, ...own] }, target())).toBe(value);
    expect(sessionOf({ url, cookies: [{ name: 'DSPREAUTH', value, hostOnly: true }] }, target())).toBeNull();
  });

  it.each([
    ['6873670a00762535c72ee47534e0bbc8', true],
    ['1', false],
    ['0', false],
    ['null', false],
    ['deleted', false],
    ['123456789012345', false],
    ['6873670a00762535c72ee47534e0bbc8\nsecond line', false],
    ['6873670a00762535; DSFirst=1', false],
    ['a'.repeat(4097), false],
  ])('isSession recognizes DSID=%j as a session: %s', (value, is) => expect(isSession(value)).toBe(is));
});

describe('a page of the gateway’s that the person closes', () => {
  const folder = 'https://vpn.campus.test/dana-na/auth/url_default/';
  it.each([
    [`${folder}welcome.cgi?p=preauth&id=state_1`, 'host-check'],
    [`${folder}remediate.cgi?action=`, 'host-check'],
    [`${folder}welcome.cgi?p=user-confirm&id=state_1`, 'session-limit'],
    [`${folder}welcome.cgi?p=failed`, 'page-refused'],
    [`${folder}welcome.cgi?p=account%2Dlocked%2Dout`, 'account-locked-out'],
    [`${folder}welcome.cgi?p=timed-out`, 'sign-in-timed-out'],
    [`${folder}welcome.cgi?p=forced-off`, 'session-revoked'],
    [`${folder}welcome.cgi?p=logout`, 'page-signed-out'],
    [`${folder}welcome.cgi?p=passwordChange`, 'new-password-wanted'],
    [`${folder}welcome.cgi?p=sn-preauth-show`, 'browser-closed'],
    [`${folder}welcome.cgi?p=frmwelcome`, 'browser-closed'],
    [`${folder}welcome.cgi?p=constructor`, 'browser-closed'],
    [`${folder}welcome.cgi`, 'browser-closed'],
    ['https://idp.campus.test/login?p=failed', 'browser-closed'],
    ['', 'browser-closed'],
  ])('closing the gateway’s page %s is reported as %s', (address, code) => expect(stoppedAt(address, target())).toMatchObject({ code }));
});

describe('who signs in', () => {
  const named = (name: string): GatewayDriver & { asked: string[] } => {
    const asked: string[] = [];
    const reject = (what: string) => async (): Promise<Session> => {
      asked.push(`${name} ${what}`);
      throw new Error(name);
    };
    return { asked, signIn: reject('signs in'), resume: reject('resumes') };
  };
  const ask = () => Promise.reject(new Error('asked'));

  it('a profile with browser hosts signs in on the page, any other by forms', async () => {
    const page = named('page');
    const forms = named('forms');
    const driver = pageOrFormDriver(page, forms);
    await driver.signIn(target({ browser: { hosts: ['idp.campus.test'] } }), ask, AbortSignal.abort()).catch(() => undefined);
    await driver.signIn(target(), ask, AbortSignal.abort()).catch(() => undefined);
    expect([page.asked, forms.asked]).toEqual([['page signs in'], ['forms signs in']]);
  });

  it('without the library that reads forms, a sign-in that needs them names the missing component', async () => {
    await expect(pageOrFormDriver(named('page'), null).signIn(target(), ask, AbortSignal.abort())).rejects.toMatchObject({
      failure: { code: 'component-missing' },
    });
  });

  it('a form is asked for on our own screen only where there is a window to fill it in', async () => {
    const { profile } = target({ browser: { hosts: ['idp.campus.test'], form: 'adfs' } });
    const kinds = async (canShowPage: boolean) => {
      const asked: string[] = [];
      const ask = async ({ kind }: Prompt): Promise<Answer> => {
        asked.push(kind);
        return kind === 'browser' ? { kind, where: 'window' } : { kind: 'credentials', values: { user: 'mei', password: 'secret' } };
      };
      const fill = await askBeforePage({ profile, canShowPage, host: 'idp.campus.test', problem: null }, ask, new AbortController().signal);
      return { asked, taken: [fill?.take() ?? null, fill?.take() ?? null] };
    };
    expect(await kinds(true)).toEqual({ asked: ['credentials'], taken: [{ user: 'mei', password: 'secret' }, null] });
    expect(await kinds(false)).toEqual({ asked: ['browser'], taken: [null, null] });
  });

  it('a cancelled browser sign-in opens no window', async () => {
    const open = vi.fn(() => Promise.resolve({ kind: 'done' as const }));
    await expect(browserDriver(open).signIn(target({ browser: { hosts: ['x.test'] } }), ask, AbortSignal.abort())).rejects.toMatchObject({
      failure: { code: 'cancelled' },
    });
    expect(open).not.toHaveBeenCalled();
  });
});

describe('a proxy that asks who is there', () => {
  const ours = { port: 4000, username: 'causeway', secret: 'of this run' };
  const asked = (more: object, firstAuthAttempt = true, url = 'https://page.test/') => {
    const given: unknown[] = [];
    const authInfo = { isProxy: true, host: '127.0.0.1', port: 4000, scheme: 'basic', realm: '', ...more };
    const event = { prevented: false, preventDefault: () => void (event.prevented = true) };
    app.emit('login', event, null, { url, firstAuthAttempt }, authInfo, (...answer: unknown[]) => void given.push(...answer));
    return event.prevented ? given : 'left to Electron';
  };
  afterEach(() => app.removeAllListeners('login'));

  it('a proxy’s question is answered once for each proxy, and a web page’s question never', () => {
    const network = { host: 'proxy.test', port: 3128 };
    answerProxyLogin(
      () => null,
      (host, port) => (host === network.host && port === network.port ? { user: 'guest', password: 'let me through' } : null),
    );
    expect(asked(network)).toEqual(['guest', 'let me through']);
    expect(asked(network, false)).toEqual([]);
    expect(asked({ ...network, isProxy: false })).toEqual([]);
    expect(asked({ host: 'other.test' })).toEqual([]);
    app.removeAllListeners('login');
    answerProxyLogin(
      () => ours,
      () => ({ user: 'guest', password: 'let me through' }),
    );
    expect(asked({})).toEqual(['causeway', 'of this run']);
    // A page that goes through ours is told nothing of the network's
    expect(asked(network)).toEqual([]);
  });

  it('a proxy’s question for a WebSocket, which Electron always calls a repeated attempt, is answered a limited number of times', () => {
    let at = 0;
    answerProxyLogin(
      () => ours,
      () => null,
      () => at,
    );
    const socket = () => asked({}, false, 'wss://portal.test/live');
    for (let times = 0; times < 5; times += 1) expect(socket()).toEqual(['causeway', 'of this run']);
    expect(socket()).toEqual([]);
    expect(asked({}, false, 'wss://portal.test/other')).toEqual(['causeway', 'of this run']);
    at = 1_000;
    expect(socket()).toEqual(['causeway', 'of this run']);
    expect(asked({ isProxy: false }, false, 'wss://portal.test/live')).toEqual([]);
  });
});
