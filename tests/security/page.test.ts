import { createServer, type Server } from 'node:https';
import net from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { app, double, WebContentsView } from '../electron-double/index.ts';
import type { PortalPage } from '../../electron/app/ports.ts';
import { hardenEveryPage, lockSession } from '../../electron/desktop/pages/hardening.ts';
import { createPortalView, type DesktopPortalView } from '../../electron/desktop/portal/portal-view.ts';
import { answerProxyLogin } from '../../electron/desktop/pages/proxy-login.ts';
import { createVerifier } from '../../electron/trust/verifier.ts';
import { startLoopbackProxy, type LoopbackProxy } from '../../electron/tunnels/loopback-proxy.ts';
import type { Profile } from '../../shared/profile.ts';
import { issue, type Issued } from '../support/issuer.ts';

vi.mock('electron', () => import('../electron-double/index.ts'));

/** A hostile portal page and portal server. What `portal-view.test.ts` tests is not repeated here. */
const host = '2fa.campus.test';
let root: Issued;
let portal: Server;
let proxy: LoopbackProxy;
let view: DesktopPortalView;
let requests: { url: string; headers: string }[] = [];
let dialled: string[] = [];
let pages: PortalPage[] = [];
let lines: string[] = [];
let shown: WebContentsView | null = null;

const answers: Record<string, [number, Record<string, string>, string]> = {
  '/basic': [401, { 'www-authenticate': 'Basic realm="Causeway"' }, 'who are you'],
  '/proxy': [407, { 'proxy-authenticate': 'Basic realm="Causeway"' }, 'who are you'],
  '/loop': [302, { location: '/loop' }, ''],
  '/worker.js': [
    200,
    { 'content-type': 'text/javascript' },
    "self.addEventListener('fetch', (e) => e.respondWith(new Response('taken over')))",
  ],
  '/frame': [
    200,
    { 'content-type': 'text/html' },
    "<iframe name=inner src='https://evil.test/'></iframe><iframe src='file:///etc/passwd'></iframe>",
  ],
};

beforeAll(async () => {
  root = await issue(null, { name: 'CN=Campus Root', authority: {} });
  const leaf = await issue(root, { dns: [host] });
  portal = createServer({ key: leaf.keyPem, cert: leaf.pem }, (request, response) => {
    const url = request.url ?? '';
    requests.push({ url, headers: JSON.stringify(request.headers) });
    const [status, headers, body] = answers[url] ?? [
      200,
      { 'content-type': 'text/html' },
      `<title>${'T'.repeat(1_000_000)}</title><h1>Portal</h1>`,
    ];
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
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

beforeEach(async () => {
  requests = [];
  dialled = [];
  pages = [];
  lines = [];
  const address = portal.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  proxy.setDial((name, to) => {
    dialled.push(`${name}:${to}`);
    return Promise.resolve(net.connect(port, '127.0.0.1'));
  });
  view = createPortalView({
    languages: () => ['en'],
    pageArea: {
      openBeside: (opened) => (shown = opened instanceof WebContentsView ? opened : null),
      closeBeside: () => (shown = null),
      setBesideVisible: () => undefined,
    },
    proxy,
    log: (line) => void lines.push(line),
    now: Date.now,
  });
  view.onPage((page) => {
    if (page) pages.push(page);
  });
  await open();
});

/** A visit to the portal, from its front page. */
async function open(): Promise<void> {
  pages = [];
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
  await view.open({ profile, verifier: createVerifier({ trust: profile.trust, now: Date.now }), signIn: null, task: null, via: 'tunnel' });
  await arrived('/');
}
afterEach(async () => {
  await view.close();
  // Whatever a page tried, only the portal was ever requested, and nobody got the proxy's secret
  expect(new Set(dialled)).toEqual(new Set([`${host}:443`]));
  const encoded = Buffer.from(`${proxy.username}:${proxy.secret}`).toString('base64');
  const headers = requests.map((request) => request.headers).join('\n');
  expect(headers).not.toMatch(/proxy-authorization|"authorization"/);
  expect(headers.includes(proxy.secret) || headers.includes(encoded)).toBe(false);
});

const current = (): PortalPage | undefined => pages.at(-1);
const arrived = (path: string) => vi.waitFor(() => expect(current()).toMatchObject({ path, loading: false }), { timeout: 15_000 });
const contents = () => shown?.webContents ?? expect.fail('no view');
const run = (code: string): Promise<unknown> => contents().executeJavaScript(code, true);
/** Starts something that never ends, or that kills the page. */
const start = (code: string): Promise<unknown> => run(`(setTimeout(() => { ${code} }), null)`);

describe('a portal page that holds on to the person', () => {
  it.each([
    ['a question before it is left', "addEventListener('beforeunload', (e) => { e.preventDefault(); return (e.returnValue = 'stay') })"],
    ['questions without end', 'setInterval(() => { alert(1); confirm(2); prompt(3) }, 1)'],
    ['a script without end', 'for (;;);'],
    [
      'a history that leads back here',
      "addEventListener('popstate', () => history.pushState({}, '', '/')); for (let i = 0; i < 50; i++) history.pushState({}, '', '/?' + i)",
    ],
    ['reloading itself', 'setInterval(() => location.reload(), 1)'],
  ])('a portal page with %s can still be closed', async (_what, code) => {
    await start(code);
    const view_ = contents();
    await view.close();
    expect(view_.isDestroyed()).toBe(true);
    expect(shown).toBeNull();
  });

  it('a portal page in a loop of redirects ends as unreachable after a few requests', async () => {
    await start("location.href = '/loop'");
    await vi.waitFor(() => expect(current()?.failure?.code).toBe('portal-unreachable'), { timeout: 15_000 });
    expect(requests.filter(({ url }) => url === '/loop').length).toBeLessThan(30);
  });
});

describe('a portal page with more rights than a page has', () => {
  it('the portal session grants one permission only: writing to the clipboard', () => {
    const granted: string[] = [];
    type Handler = (...args: unknown[]) => unknown;
    let request: Handler = () => expect.fail('nobody decides');
    let check: Handler = request;
    const session = {
      setPermissionRequestHandler: (handler: Handler) => void (request = handler),
      setPermissionCheckHandler: (handler: Handler) => void (check = handler),
      setDevicePermissionHandler: (handler: () => boolean) => granted.push(...(handler() ? ['device'] : [])),
      on: () => undefined,
    };
    Reflect.apply(lockSession, null, [session, ['clipboard-sanitized-write']]);
    const all =
      'clipboard-read clipboard-sanitized-write display-capture fullscreen geolocation idle-detection media mediaKeySystem midi midiSysex notifications pointerLock keyboardLock openExternal speaker-selection storage-access top-level-storage-access window-management unknown fileSystem hid serial usb';
    for (const permission of all.split(' ')) {
      request(null, permission, (yes: boolean) => yes && granted.push(permission));
      if (check(null, permission) !== false) granted.push(`${permission} at once`);
    }
    expect(granted).toEqual(['clipboard-sanitized-write', 'clipboard-sanitized-write at once']);
  });

  it('a huge title is not passed on, and a huge address is cut before it reaches the state', async () => {
    await run("history.pushState({}, '', '/' + 'a'.repeat(100_000))");
    await vi.waitFor(() => expect(current()?.path).toMatch(/^\/aaa/), { timeout: 15_000 });
    expect(current()?.path.length).toBeLessThanOrEqual(500);
    expect(JSON.stringify(pages)).not.toContain('TTT');
  });

  it('endless attempts to leave the portal do not fill the log', async () => {
    for (let index = 0; index < 100; index++) {
      const prevented = vi.fn();
      contents().emit('will-navigate', { url: `https://h${index}.evil.test/`, preventDefault: prevented });
      expect(prevented).toHaveBeenCalledOnce();
    }
    expect(lines.filter((line) => line.includes('denied')).length).toBe(20);
  });

  it('frames from other hosts stay empty in the portal', async () => {
    await start("location.href = '/frame'");
    await arrived('/frame');
    expect(
      await run(
        "[...document.querySelectorAll('iframe')].map((f) => { try { return f.contentDocument?.body?.innerText ?? 'other' } catch { return 'other' } }).join('').includes('root:')",
      ),
    ).toBe(false);
    await expect.poll(() => pages.some(({ failure }) => failure?.params?.['host'] === 'evil.test')).toBe(true);
  });
});

describe('HTTP authentication in the portal', () => {
  it.each(['/basic', '/proxy'])('a request for a name and a password at %s is never answered in the portal', async (path) => {
    await start(`location.href = '${path}'`);
    await vi.waitFor(() => expect(requests.some(({ url }) => url === path)).toBe(true), { timeout: 15_000 });
    await expect.poll(() => current()?.loading).toBe(false);
    expect(await run(`fetch('${path}').then((r) => r.status, () => 'failed')`)).not.toBe(200);
  });
});

describe('what a portal page cannot reach', () => {
  const addresses = [
    ...['https://127.0.0.1/', 'https://[::1]/', 'https://localhost/', 'https://127.0.0.1.nip.test/', 'https://192.168.1.1/'],
    ...['https://router.local/', 'https://169.254.169.254/latest/meta-data/', 'http://2fa.campus.test/', 'https://2fa.campus.test:22/'],
    ...['file:///etc/passwd', 'app://causeway/index.html', 'causeway://task/add-device', 'chrome://settings/'],
  ];

  it('a portal page reaches this computer, the local network or another scheme by no fetch and no image', async () => {
    const outcomes = await run(`Promise.all(${JSON.stringify(addresses)}.flatMap((address) => [
      fetch(address, { mode: 'no-cors' }).then(() => 'reached ' + address, () => 'blocked'),
      new Promise((settle) => {
        const image = Object.assign(new Image(), { onload: () => settle('loaded ' + address), onerror: () => settle('blocked') });
        image.src = address;
      }),
    ]))`);
    expect(outcomes).toEqual(addresses.flatMap(() => ['blocked', 'blocked']));
  });

  it('a portal page reaches this computer, the local network or another scheme by no link', async () => {
    for (const address of addresses) await start(`location.href = ${JSON.stringify(address)}`);
    // Then an allowed link: the others had no effect
    await start("location.href = '/last'");
    await arrived('/last');
    expect(requests.map(({ url }) => url)).toEqual(['/', '/last']);
    expect(contents().getURL()).toBe(`https://${host}/last`);
  });

  it('WebRTC in the portal gathers no local addresses', () => {
    expect(contents().getWebRTCIPHandlingPolicy()).toBe('disable_non_proxied_udp');
  });

  it('a portal page’s service worker does not reach into the next visit', async () => {
    await run("navigator.serviceWorker.register('/worker.js').then(() => 'yes', () => 'no')");
    requests = [];
    await open();
    expect(requests.map(({ url }) => url)).toEqual(['/']);
    expect(await run("document.querySelector('h1')?.innerText")).toBe('Portal');
  });
});
