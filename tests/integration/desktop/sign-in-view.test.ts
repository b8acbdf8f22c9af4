import type { RequestListener, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { clipboard, double, WebContentsView } from '../../electron-double/index.ts';
import { answerProxyLogin } from '../../../electron/desktop/pages/proxy-login.ts';
import { type DesktopSignInView } from '../../../electron/desktop/sign-in/sign-in-view.ts';
import type { SignInPageEnd } from '../../../electron/gateways/sign-in-page.ts';
import { pagesOf, testPageArea } from '../../support/page-area.ts';
import { startPageServer, type PageServer } from '../../support/page-server.ts';
import { readyForPages, testSignInView } from '../../support/sign-in-view.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** The view of a campus's sign-in page, against a server of its own: what goes wrong there, and what a page may not do. */
const host = 'login.campus.test';
let server: PageServer;
let view: DesktopSignInView;
let pages: ReturnType<typeof pagesOf>;
const pageArea = testPageArea();
const log: string[] = [];
/** Requests that the server has not answered. */
const hanging: ServerResponse[] = [];
let asked: string[] = [];
let isDown = false;

const html = (body: string): string => `<!DOCTYPE html><title>Campus</title><h1>Campus</h1>${body}`;
const answers: Record<string, RequestListener> = {
  '/next': (_request, response) => response.end(html('<form method=post action=/posted><button id=go>go</button></form>')),
  '/posted': (_request, response) => response.end(html('Thank you')),
  '/never': (_request, response) => void hanging.push(response),
  '/half': (_request, response) => response.end(html('<p>Half a page</p><img src=/never>')),
  '/file': (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename=x.exe' }).end('x'),
  '/bomb': (_request, response) =>
    response
      .writeHead(200, {
        'content-type': 'text/html',
        'set-cookie': Array.from({ length: 3 }, (_, at) => `bomb${at}=${'x'.repeat(3_500)}; Path=/; Secure`),
      })
      .end(html('Boom')),
};

beforeAll(async () => {
  server = await startPageServer([host], (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    asked.push(`${request.method ?? ''} ${path}`);
    if (isDown) return void request.socket.destroy();
    // As nginx: 400 for headers that are too large
    if ((request.headers.cookie ?? '').length > 8_192)
      return void response.writeHead(400).end('<h1>400</h1>Request Header Or Cookie Too Large');
    const answer = answers[path];
    response.setHeader('content-type', 'text/html');
    if (answer) answer(request, response);
    else response.end(html('<a id=out href=https://evil.test/x>out</a>'));
  });
  await readyForPages();
  answerProxyLogin((asking) => view.proxyOf(asking));
});
afterAll(async () => {
  server.stop();
  await double.dispose();
});

let over: AbortController;
let ended: Promise<SignInPageEnd>;
beforeEach(() => {
  asked = [];
  log.length = 0;
  isDown = false;
  over = new AbortController();
});
afterEach(async () => {
  over.abort();
  await ended.catch(() => undefined);
  for (const response of hanging.splice(0)) response.destroy();
  expect(pageArea.views).toEqual([]);
  expect(pages.current).toBeNull();
});

/** Opens the page at a path of the campus's host. */
function open(path: string, slowAfterMs = 20_000): void {
  view = testSignInView({
    pageArea,
    log: (line) => log.push(line),
    slowAfterMs,
  });
  pages = pagesOf(view);
  ended = view.open(
    {
      address: `https://${host}${path}`,
      hosts: [host],
      ...server.reachedBy,
      seen: () => false,
    },
    over.signal,
  );
  ended.catch(() => undefined);
}

const contents = () => {
  const shown = pageArea.views.at(-1)?.view;
  if (!(shown instanceof WebContentsView)) throw new Error('no view');
  return shown.webContents;
};
const arrived = (path: string) =>
  vi.waitFor(() => expect(pages.current).toMatchObject({ host, path, loading: false, failure: null }), { timeout: 15_000 });
const failed = (code: string) => vi.waitFor(() => expect(pages.current?.failure?.code).toBe(code), { timeout: 15_000 });
const isVisible = () => pageArea.views.at(-1)?.visible;
const go = (path: string) =>
  contents()
    .loadURL(`https://${host}${path}`)
    .catch(() => undefined);
/** Runs in the page, as if a person had just clicked. */
const run = (code: string): Promise<unknown> => contents().executeJavaScript(code, true);

describe('where the page is', () => {
  it('the state shows the host and path of a sign-in page, without its query', async () => {
    open('/adfs/ls/?SAMLRequest=secret#part');
    await arrived('/adfs/ls/');
    expect(JSON.stringify(pages.all)).not.toContain('secret');
    expect(pages.current).toMatchObject({ host, canGoBack: false });
  });

  it('Back and Reload of a sign-in page do what they do in a browser', async () => {
    open('/');
    await arrived('/');
    void go('/next?a=1');
    await arrived('/next');
    expect(pages.current?.canGoBack).toBe(true);
    view.reload();
    await expect.poll(() => asked.filter((each) => each === 'GET /next')).toHaveLength(2);
    await arrived('/next');
    view.back();
    await arrived('/');
  });

  it('Reload of a page that answered a form begins the sign-in again, instead of sending the form a second time', async () => {
    open('/next');
    await arrived('/next');
    await run("document.getElementById('go').click()");
    await arrived('/posted');
    view.reload();
    await arrived('/next');
    expect(asked.filter((each) => each === 'POST /posted')).toHaveLength(1);
  });
});

describe('a page that does not load', () => {
  it('a first page that cannot be reached ends the visit with its failure', async () => {
    isDown = true;
    open('/');
    await expect(ended).rejects.toMatchObject({ failure: { code: 'gateway-closed', params: { host } } });
  });

  it('a network that goes away during a sign-in is reported beside the page, and a reload starts again once it is back', async () => {
    open('/');
    await arrived('/');
    isDown = true;
    void go('/next');
    await failed('gateway-closed');
    expect(isVisible()).toBe(false);
    isDown = false;
    view.reload();
    await arrived('/');
    expect(isVisible()).toBe(true);
  });

  it('a server that never answers is reported after a while, and Reload and Cancel still work', async () => {
    open('/never', 300);
    await failed('browser-slow');
    expect(isVisible()).toBe(false);
    view.reload();
    await expect.poll(() => asked.filter((each) => each === 'GET /never')).toHaveLength(2);
    over.abort();
    await expect(ended).rejects.toMatchObject({ failure: { code: 'cancelled' } });
  });

  it('a page that waits for a picture stays visible, with a note that it is slow, until the picture arrives', async () => {
    // Long enough for the page itself on a busy machine
    open('/half', 2_000);
    await failed('browser-slow');
    expect(pages.current).toMatchObject({ path: '/half', loading: true });
    expect(isVisible()).toBe(true);
    await expect.poll(() => hanging.length).toBe(1);
    for (const response of hanging.splice(0)) response.writeHead(200, { 'content-type': 'image/png' }).end();
    await arrived('/half');
  });

  it('a server that refuses its own cookies as too large is reported, and starting again deletes them', async () => {
    open('/');
    await arrived('/');
    void go('/bomb');
    await arrived('/bomb');
    void go('/next');
    await failed('browser-cookies');
    expect(isVisible()).toBe(false);
    view.reload();
    await arrived('/');
    expect(await run('document.cookie')).toBe('');
  });

  it('a page whose process crashes is reported beside it, and a reload starts again', async () => {
    open('/');
    await arrived('/');
    contents().forcefullyCrashRenderer();
    await failed('browser-crashed');
    expect(isVisible()).toBe(false);
    view.reload();
    await arrived('/');
    expect(isVisible()).toBe(true);
  });

  it('a page that closes itself ends the visit as closed', async () => {
    open('/');
    await arrived('/');
    contents().close();
    expect(await ended).toEqual({ kind: 'closed' });
  });
});

describe('what a page may not do', () => {
  it('a window and a download are denied and reported, and the next page clears the report', async () => {
    open('/');
    await arrived('/');
    await run(`void window.open('https://${host}/next')`);
    await vi.waitFor(() => expect(pages.current?.denied).toBe('window'));
    void go('/file');
    await vi.waitFor(() => expect(pages.current?.denied).toBe('download'), { timeout: 10_000 });
    expect(pages.current).toMatchObject({ path: '/', failure: null });
    void go('/next');
    await arrived('/next');
    expect(pages.current?.denied).toBeNull();
    expect(asked.filter((each) => each === 'GET /next')).toHaveLength(1);
    expect(double.windows()).toEqual([]);
  });

  it('a sign-in page cannot show a message box, block its closing or fill the screen, and the person sees what it tried', async () => {
    open('/');
    await arrived('/');
    expect(await run("[alert('Pay here'), confirm('Really?'), prompt('Password')]")).toEqual(
      [undefined, false, null].map((each) => each ?? null),
    );
    await run("addEventListener('beforeunload', (event) => event.preventDefault())");
    await run('void document.documentElement.requestFullscreen()');
    await vi.waitFor(() => expect(pages.current?.denied).toBe('full-screen'));
    expect(await run('document.fullscreenElement')).toBeNull();
    expect(await run('new Promise((r) => navigator.geolocation.getCurrentPosition(() => r("seen"), (e) => r(e.code)))')).toBe(1);
    await vi.waitFor(() => expect(pages.current?.denied).toBe('device'));
    void go('/next');
    await arrived('/next');
  });

  it('a link to a host that is not allowed ends the visit and names the host', async () => {
    open('/');
    await arrived('/');
    await run("document.getElementById('out').click()").catch(() => undefined);
    await expect(ended).rejects.toMatchObject({ failure: { code: 'browser-strayed', params: { host: 'evil.test' } } });
    expect(asked).toEqual(['GET /']);
  });

  it('blocked hosts are listed with their ports, and copied for IT with the host of the page', async () => {
    open('/');
    await arrived('/');
    const wanted = ['https://cdn.other.test/a.js?key=secret', `https://${host}:8443/b`];
    await run(`Promise.all(${JSON.stringify(wanted)}.map((each) => fetch(each, { mode: 'no-cors' }).catch(() => null))).then(() => 1)`);
    await vi.waitFor(() => expect(pages.current?.blocked).toEqual({ named: ['cdn.other.test', `${host}:8443`], count: 2 }));
    await view.copyBlockedHosts();
    const copied = await clipboard.readText();
    expect(copied.split('\n')).toEqual([expect.stringContaining(host), 'cdn.other.test', `${host}:8443`]);
    expect(copied).not.toContain('secret');
  });
});

describe('a security key', () => {
  it('a security key signs a sign-in page’s challenge in the view, with Chromium’s virtual authenticator', async () => {
    open('/');
    await arrived('/');
    const page = await double.page(contents());
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: { protocol: 'ctap2', transport: 'usb', automaticPresenceSimulation: true },
    });
    const signed = await run(`(async () => {
      const challenge = new Uint8Array(32);
      const user = { id: new Uint8Array([1]), name: 'mei', displayName: 'Mei' };
      const made = await navigator.credentials.create({ publicKey: { challenge, rp: { name: 'Campus' }, user, pubKeyCredParams: [{ type: 'public-key', alg: -7 }] } });
      const got = await navigator.credentials.get({ publicKey: { challenge, allowCredentials: [{ type: 'public-key', id: made.rawId }], userVerification: 'discouraged' } });
      return got.id === made.id && got.response.signature.byteLength > 0;
    })().catch(String)`);
    expect(signed).toBe(true);
    await cdp.detach();
  });

  it('the person chooses among several accounts on a key, a single one is used at once, and a closed question cancels', async () => {
    open('/');
    await arrived('/');
    const accounts = [
      { credentialId: 'a', name: 'mei@campus.test' },
      { credentialId: 'b', displayName: 'Mei\u202E, library' },
    ];
    const chosen: unknown[] = [];
    const ask = (some: object[]): void => {
      const event = { preventDefault: () => undefined };
      contents().session.emit('select-webauthn-account', event, { relyingPartyId: host, accounts: some }, (id: unknown) => chosen.push(id));
    };
    double.dialogAnswers.message.push({ response: 1, checkboxChecked: false }, { response: 2, checkboxChecked: false });
    ask(accounts);
    await vi.waitFor(() => expect(chosen).toEqual(['b']));
    expect(double.dialogs.at(-1)?.options).toMatchObject({ buttons: ['mei@campus.test', 'Mei, library', 'Cancel'], cancelId: 2 });
    ask(accounts);
    await vi.waitFor(() => expect(chosen).toEqual(['b', null]));
    const before = double.dialogs.length;
    ask(accounts.slice(0, 1));
    await vi.waitFor(() => expect(chosen).toEqual(['b', null, 'a']));
    expect(double.dialogs).toHaveLength(before);
  });
});
