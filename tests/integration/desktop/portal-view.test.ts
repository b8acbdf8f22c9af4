import { createServer, type Server } from 'node:https';
import net from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { app, double, WebContentsView } from '../../electron-double/index.ts';
import type { PortalPage, PortalVisit } from '../../../electron/app/ports.ts';
import { createPortalView, type DesktopPortalView } from '../../../electron/desktop/portal/portal-view.ts';
import { answerProxyLogin } from '../../../electron/desktop/pages/proxy-login.ts';
import { hardenEveryPage } from '../../../electron/desktop/pages/hardening.ts';
import { createVerifier, spkiSha256 } from '../../../electron/trust/verifier.ts';
import { startLoopbackProxy, type LoopbackProxy } from '../../../electron/tunnels/loopback-proxy.ts';
import type { Profile, Trust } from '../../../shared/profile.ts';
import { dayMs, issue, type Issued } from '../../support/issuer.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** The portal's view against a portal of its own, through the real loopback proxy, past the real verifier. */
const host = '2fa.campus.test';
let root: Issued;
let own: Issued;
let portal: Server;
let portalPort = 0;
let proxy: LoopbackProxy;
let view: DesktopPortalView;

/** The languages that Causeway asks the portal for. */
let languages = ['en'];
/** What the portal was asked for: method, path, cookie, language, body. */
let requests: { method: string; url: string; cookie: string; language: string; body: string }[] = [];
const asked = (url: string) => requests.filter((request) => request.url === url);

let pages: (PortalPage | null)[] = [];
const current = (): PortalPage | null => pages.at(-1) ?? null;
const arrived = (path: string) =>
  vi.waitFor(() => expect(current()).toMatchObject({ path, loading: false, failure: null }), { timeout: 15_000 });
const failed = (code: string) => vi.waitFor(() => expect(current()?.failure?.code).toBe(code), { timeout: 15_000 });

/** The views that lie beside our column, as the window would have them. */
const beside: { view: Electron.WebContentsView; visible: boolean }[] = [];
const contents = () => {
  const shown = beside.at(-1)?.view;
  if (!(shown instanceof WebContentsView)) throw new Error('no view');
  return shown.webContents;
};
const click = (id: string): Promise<unknown> => run(`document.getElementById('${id}').click()`);
/** Runs in the page, as if a person had just clicked. */
const run = (code: string): Promise<unknown> => contents().executeJavaScript(code, true);

beforeAll(async () => {
  root = await issue(null, { name: 'CN=Campus Root', authority: {} });
  own = await issue(root, { dns: [host, 'other.campus.test'] });
  portal = createServer({ key: own.keyPem, cert: own.pem }, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const url = request.url ?? '';
      const { cookie = '', 'accept-language': language = '' } = request.headers;
      requests.push({ method: request.method ?? '', url, cookie, language, body });
      if (url === '/one-time') response.writeHead(303, { 'location': '/add/confirm?for=you', 'set-cookie': 'session=one; Secure; Path=/' });
      else if (url === '/away') response.writeHead(302, { location: 'https://evil.test/phish?t=1' });
      else if (url === '/file')
        response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' });
      else response.writeHead(200, { 'content-type': 'text/html' });
      response.end(
        `<title>Portal</title><h1>${url.split('?')[0] ?? ''}</h1><a id=home href='/home?token=secret#part'>home</a><a id=out href=https://evil.test/x>out</a><a id=file href=/file>file</a>`,
      );
    });
  });
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
  const address = portal.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  portalPort = address.port;

  app.on('window-all-closed', () => undefined);
  await app.whenReady();
  proxy = await startLoopbackProxy();
  hardenEveryPage();
  answerProxyLogin((asking) => (view.owns(asking) ? proxy : null));
});
afterAll(async () => {
  await proxy.close();
  portal.closeAllConnections();
  portal.close();
  await double.dispose();
});

beforeEach(() => {
  requests = [];
  pages = [];
  proxy.setDial(
    (name, port) =>
      new Promise((resolve, reject) => {
        if (name !== host || port !== 443) throw new Error(`dialled ${name}:${port}`);
        const socket = net.connect(portalPort, '127.0.0.1', () => resolve(socket));
        socket.on('error', reject);
      }),
  );
  view = createPortalView({
    languages: () => languages,
    pageArea: {
      openBeside: (shown) => void beside.push({ view: shown, visible: true }),
      closeBeside: () => void beside.pop(),
      setBesideVisible: (shown, visible) => {
        for (const each of beside) if (each.view === shown) each.visible = visible;
      },
    },
    proxy,
    log: () => undefined,
    now: Date.now,
  });
  view.onPage((page) => void pages.push(page));
});
afterEach(() => view.close());

function visit(more: Partial<PortalVisit> = {}): PortalVisit {
  const profile: Profile = {
    version: 1,
    id: 'campus-test',
    name: 'Campus',
    gateways: ['vpn.campus.test'],
    protocol: 'campus',
    tunnel: 'relay',
    labels: { userId: 'User ID', password: 'Password' },
    portal: { address: `https://${host}/`, hosts: [host], pages: 'other' },
    trust: { kind: 'authority', pem: root.pem },
  };
  return { profile, verifier: createVerifier({ trust: profile.trust, now: Date.now }), signIn: null, task: null, via: 'tunnel', ...more };
}

describe('opening', () => {
  it('the portal view loads the portal through the proxy, with its secret, and follows its address', async () => {
    await view.open(visit());
    await arrived('/');
    expect(current()).toMatchObject({ host, canGoBack: false });
    await click('home');
    await arrived('/home');
    expect(JSON.stringify(pages)).not.toContain('secret');
    expect(current()?.canGoBack).toBe(true);
    view.back();
    await arrived('/');
  });

  it('the portal view asks for pages in Causeway’s language, and in another one at the next visit', async () => {
    languages = ['pt-PT', 'zh-HK', 'en-US'];
    const signIn = { action: `https://${host}/one-time`, token: 'tok-1', expiresAt: Date.now() + 60_000 };
    await view.open(visit({ signIn }));
    await arrived('/add/confirm');
    await click('home');
    await arrived('/home');
    expect(new Set(requests.map(({ language }) => language))).toEqual(new Set(['pt-PT,zh-HK;q=0.9,en-US;q=0.8']));
    await view.close();
    requests = [];
    languages = ['en'];
    await view.open(visit());
    await arrived('/');
    expect(requests.map(({ language }) => language)).toEqual(['en']);
  });

  it('the portal view begins with the one-time sign-in by POST, once', async () => {
    const signIn = { action: `https://${host}/one-time`, token: 'tok-1', expiresAt: Date.now() + 60_000 };
    await view.open(visit({ signIn, task: 'add-device' }));
    await arrived('/add/confirm');
    expect(asked('/one-time')).toMatchObject([{ method: 'POST', body: 'token=tok-1&task=add-device' }]);
    view.reload();
    await expect.poll(() => asked('/add/confirm?for=you')).toHaveLength(2);
    expect(asked('/one-time')).toHaveLength(1);
  });

  it.each([
    ['is too old', { action: `https://${host}/one-time`, token: 'tok-2', expiresAt: 0 }],
    ['leads elsewhere', { action: 'https://evil.test/one-time', token: 'tok-2', expiresAt: Date.now() + 60_000 }],
  ])('the portal view begins at the front page if the one-time sign-in %s', async (_why, signIn) => {
    await view.open(visit({ signIn }));
    await arrived('/');
    expect(JSON.stringify(requests)).not.toContain('tok-2');
  });

  it('the portal view remembers nothing of the visit before', async () => {
    const signIn = { action: `https://${host}/one-time`, token: 'tok-3', expiresAt: Date.now() + 60_000 };
    await view.open(visit({ signIn }));
    await arrived('/add/confirm');
    await run("localStorage.setItem('kept', 'yes')");
    expect(await run('document.cookie')).toContain('session=one');
    await view.close();
    expect(beside).toEqual([]);
    await view.open(visit());
    await arrived('/');
    expect(asked('/').map(({ cookie }) => cookie)).toEqual(['']);
    expect(await run("localStorage.getItem('kept')")).toBeNull();
  });
});

describe('a page cannot', () => {
  beforeEach(async () => {
    await view.open(visit());
    await arrived('/');
  });

  it('a portal page cannot leave by a link: that is reported, and the page stays', async () => {
    await click('out');
    await failed('portal-left');
    expect(current()?.failure?.params).toEqual({ host: 'evil.test' });
    expect(beside.at(-1)?.visible).toBe(false);
    const before = requests.length;
    view.reload();
    await arrived('/');
    expect(beside.at(-1)?.visible).toBe(true);
    expect(requests).toHaveLength(before);
  });

  it('a portal page cannot leave by a redirect', async () => {
    await run("location.href = '/away'").catch(() => undefined);
    await failed('portal-left');
    expect(current()?.failure?.params).toEqual({ host: 'evil.test' });
  });

  it('a portal page cannot open a window: another portal page opens in place, anything else is denied', async () => {
    await run("void setTimeout(() => window.open('/home'))");
    await arrived('/home');
    await run("void setTimeout(() => window.open('https://evil.test/'))");
    await failed('portal-left');
    expect(beside).toHaveLength(1);
  });

  it('a portal page cannot reach other hosts, this computer or plain HTTP', async () => {
    const targets = [`http://127.0.0.1:${proxy.port}/`, `https://localhost:${portalPort}/`, 'https://evil.test/', `http://${host}/`];
    const outcomes = await run(
      `Promise.all(${JSON.stringify(targets)}.map((t) => fetch(t, { mode: 'no-cors' }).then(() => 'reached', () => 'blocked')))`,
    );
    expect(outcomes).toEqual(targets.map(() => 'blocked'));
    expect(await run("fetch('/home').then((r) => r.status)")).toBe(200);
  });

  it('a portal page cannot use the camera, see where the person is, notify, or read the clipboard', async () => {
    const permissions = ['camera', 'microphone', 'geolocation', 'notifications', 'clipboard-read'];
    const states = `Promise.all(${JSON.stringify(permissions)}.map((name) => navigator.permissions.query({ name }).then(({ state }) => state)))`;
    expect(await run(states)).toEqual(permissions.map(() => 'denied'));
    expect(await run('new Promise((r) => navigator.geolocation.getCurrentPosition(() => r("seen"), (e) => r(e.code)))')).toBe(1);
    expect(await run("navigator.clipboard.readText().then(() => 'read', (e) => e.name)")).toBe('NotAllowedError');
  });

  it('a portal page cannot reach Node or our bridge', async () => {
    expect(await run("['require', 'process', 'module', 'causeway', 'electron'].filter((name) => name in window)")).toEqual([]);
  });

  it('a portal page cannot download', async () => {
    const before = current();
    await click('file');
    await expect.poll(() => asked('/file')).toHaveLength(1);
    await expect.poll(() => current()?.loading).toBe(false);
    expect(current()).toMatchObject({ host: before?.host, path: before?.path, failure: null });
  });
});

describe('what went wrong is told, and a reload tries again', () => {
  it('a missing tunnel is reported as the portal’s failure, and a reload tries again', async () => {
    proxy.setDial(null);
    await view.open(visit());
    await failed('tunnel-down');
    expect(beside.at(-1)?.visible).toBe(false);
    proxy.setDial(() => Promise.resolve(net.connect(portalPort, '127.0.0.1')));
    view.reload();
    await arrived('/');
    expect(beside.at(-1)?.visible).toBe(true);
  });

  it('a certificate that the profile does not vouch for is refused in the portal view', async () => {
    const stranger = await issue(null, { name: 'CN=Another Root', authority: {} });
    await view.open(visit({ verifier: createVerifier({ trust: { kind: 'authority', pem: stranger.pem }, now: Date.now }) }));
    await failed('portal-certificate');
    expect(requests).toEqual([]);
  });

  it.each([
    ['is over', { dns: [host], notBefore: new Date(Date.now() - 20 * dayMs), notAfter: new Date(Date.now() - 10 * dayMs) }],
    ['bears another name', { dns: ['appliance.maker.test'] }],
  ])('a certificate that %s is refused in the portal view unless its key is pinned', async (_what, wishes) => {
    const leaf = await issue(null, wishes);
    portal.setSecureContext({ key: leaf.keyPem, cert: leaf.pem });
    onTestFinished(() => portal.setSecureContext({ key: own.keyPem, cert: own.pem }));
    await view.open(visit());
    await failed('portal-certificate');
    expect(requests).toEqual([]);
    const trust: Trust = { kind: 'pin', spkiSha256: [spkiSha256(leaf.certificate)] };
    await view.open(visit({ verifier: createVerifier({ trust, now: Date.now }) }));
    await arrived('/');
    const other: Trust = { kind: 'pin', spkiSha256: [spkiSha256(own.certificate)] };
    requests = [];
    await view.open(visit({ verifier: createVerifier({ trust: other, now: Date.now }) }));
    await failed('portal-certificate');
    expect(requests).toEqual([]);
  });

  it('after a one-time sign-in without an answer, the reload asks for the front page', async () => {
    proxy.setDial(() => Promise.reject(new Error('no')));
    const signIn = { action: `https://${host}/one-time`, token: 'tok-4', expiresAt: Date.now() + 60_000 };
    await view.open(visit({ signIn }));
    await expect.poll(() => current()?.failure).not.toBeNull();
    proxy.setDial(() => Promise.resolve(net.connect(portalPort, '127.0.0.1')));
    view.reload();
    await arrived('/');
    expect(asked('/one-time')).toEqual([]);
  });
});

it('only the portal view gets the proxy’s secret', async () => {
  await view.open(visit());
  await arrived('/');
  const answer = (asking: unknown, more: object = {}, firstAuthAttempt = true): unknown[] => {
    const given: unknown[] = [];
    const auth = { isProxy: true, scheme: 'basic', host: '127.0.0.1', port: proxy.port, realm: '', ...more };
    app.emit('login', { preventDefault: () => undefined }, asking, { firstAuthAttempt }, auth, (...credentials: unknown[]) =>
      given.push(...credentials),
    );
    return given;
  };
  expect(answer(contents())).toEqual([proxy.username, proxy.secret]);
  expect(answer(contents(), {}, false)).toEqual([]);
  expect(answer(null)).toEqual([]);
  expect(answer({ id: -1 })).toEqual([]);
  expect(answer(contents(), { isProxy: false })).toEqual([]);
  expect(answer(contents(), { port: proxy.port + 1 })).toEqual([]);
});
