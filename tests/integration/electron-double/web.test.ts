import { X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { VerifyRequest } from '../../electron-double/certificates.ts';
import type { DownloadItem } from '../../electron-double/downloads.ts';
import { createAuthority, type Authority } from '../../electron-double/fixtures/authority.ts';
import { startProxy, startSite, type Site } from '../../electron-double/fixtures/web.ts';
import { app, double, session, WebContentsView } from '../../electron-double/index.ts';
import type { AuthInfo } from '../../electron-double/login.ts';
import type { Session } from '../../electron-double/session.ts';
import type { WebContents } from '../../electron-double/web-contents.ts';

/** What the double's pages may reach: through a proxy with a password, past the app's verdict on certificates. */
const views: WebContentsView[] = [];
function open(options: ConstructorParameters<typeof WebContentsView>[0] = {}): WebContentsView {
  const view = new WebContentsView(options);
  views.push(view);
  return view;
}

let authority: Authority;
let site: Site;
let proxy: Site;
const login = { username: 'run', password: 'secret' };
beforeAll(async () => {
  app.on('window-all-closed', () => undefined);
  await app.whenReady();
  authority = await createAuthority('Test authority');
  site = await startSite(await authority.issue('portal.test'));
  proxy = await startProxy(site.port, login);
});
afterAll(async () => {
  await double.dispose();
  proxy.close();
  site.close();
});
afterEach(() => {
  for (const view of views.splice(0)) if (!view.isGone()) view.webContents.close();
  app.removeAllListeners('login');
  site.asked.length = 0;
  proxy.asked.length = 0;
});

let partitions = 0;
/** A session through the proxy, with a verify procedure that says what `result` says. */
async function through(result: number, requests: VerifyRequest[] = []): Promise<Session> {
  const own = session.fromPartition(`test-${(partitions += 1)}`);
  own.setCertificateVerifyProc((request, callback) => {
    requests.push(request);
    callback(result);
  });
  await own.setProxy({ mode: 'fixed_servers', proxyRules: `http://127.0.0.1:${proxy.port}`, proxyBypassRules: '<-loopback>' });
  return own;
}
function answerLogin(asked: unknown[] = []): void {
  app.on(
    'login',
    (
      event: { preventDefault(): void },
      contents: WebContents,
      details: { firstAuthAttempt: boolean },
      info: AuthInfo,
      callback: (user: string, password: string) => void,
    ) => {
      event.preventDefault();
      asked.push([contents.id, details.firstAuthAttempt, info.isProxy, info.host, info.port, info.realm]);
      callback(login.username, login.password);
    },
  );
}
const click = (contents: WebContents, id: string): Promise<unknown> =>
  contents.executeJavaScript(`document.getElementById('${id}').click()`, true);

test("a proxy's 407 is answered by the app's login handler, and the app decides on the server's certificate", async () => {
  const requests: VerifyRequest[] = [];
  const asked: unknown[] = [];
  answerLogin(asked);
  const { webContents } = open({ webPreferences: { session: await through(0, requests) } });
  await webContents.loadURL('https://portal.test/');
  expect(webContents.getTitle()).toBe('Front');
  expect(asked).toContainEqual([webContents.id, true, true, '127.0.0.1', proxy.port, 'test']);
  expect(proxy.asked).toContain('CONNECT portal.test:443');
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    hostname: 'portal.test',
    errorCode: -202,
    verificationResult: 'net::ERR_CERT_AUTHORITY_INVALID',
    isIssuedByKnownRoot: false,
  });
  expect(requests[0]?.certificate).toMatchObject({ subjectName: 'portal.test', issuerName: 'Test authority' });
  expect(new X509Certificate(requests[0]?.certificate.data ?? '').verify(new X509Certificate(authority.pem).publicKey)).toBe(true);
});

test('webRequest shows the headers of every response, redirects included, and cookies.get returns the cookies that an address gets', async () => {
  answerLogin();
  const own = await through(0);
  const heard: [string, number, string, string | undefined][] = [];
  own.webRequest.onHeadersReceived(({ url, statusCode, resourceType, responseHeaders }, callback) => {
    heard.push([url, statusCode, resourceType, responseHeaders['content-type']?.[0] ?? responseHeaders['Content-Type']?.[0]]);
    callback({});
  });
  const { webContents } = open({ webPreferences: { session: own } });
  await webContents.loadURL('https://portal.test/next');
  expect(heard).toContainEqual(['https://portal.test/next', 200, 'mainFrame', 'text/html']);
  await webContents.loadURL('https://portal.test/leave').catch(() => undefined);
  expect(heard).toContainEqual(['https://portal.test/leave', 302, 'mainFrame', undefined]);
  const names = async (url: string) => (await own.cookies.get({ url })).map(({ name }) => name);
  expect(await names('https://portal.test/next')).toEqual(['sid']);
  expect(await names('https://sub.portal.test/')).toEqual([]);
  expect(await names('https://third.test/')).toEqual([]);
});

test('without a login handler, nothing loads through a proxy that wants a password', async () => {
  const { webContents } = open({ webPreferences: { session: await through(0) } });
  await expect(webContents.loadURL('https://portal.test/')).rejects.toMatchObject({ code: expect.stringMatching(/ERR_/) as unknown });
  expect(proxy.asked.filter((line) => line !== '407')).toEqual([]);
  expect(site.asked).toEqual([]);
});

test('with the bypass rule <-loopback>, requests to loopback go through the proxy too', async () => {
  answerLogin();
  const { webContents } = open({ webPreferences: { session: await through(0) } });
  await webContents.loadURL(`https://localhost:${site.port}/`);
  expect(proxy.asked).toContain(`CONNECT localhost:${site.port}`);
});

test.each([
  [-2, { errno: -2, code: 'ERR_FAILED' }],
  [-3, { errno: -202, code: 'ERR_CERT_AUTHORITY_INVALID' }],
])('a certificate that the app answers with %i is not accepted', async (result, error) => {
  answerLogin();
  const { webContents } = open({ webPreferences: { session: await through(result) } });
  const failed: unknown[] = [];
  webContents.on('did-fail-load', (_event: unknown, code: number, name: string, url: string, isMainFrame: boolean) =>
    failed.push([code, name, url, isMainFrame]),
  );
  await expect(webContents.loadURL('https://portal.test/')).rejects.toMatchObject(error);
  expect(failed).toEqual([[error.errno, error.code, 'https://portal.test/', true]]);
  expect(site.asked).toEqual([]);
});

test('loadURL can post, and it and navigationHistory emit Electron’s navigation events', async () => {
  answerLogin();
  const { webContents } = open({ webPreferences: { session: await through(0) } });
  const told: string[] = [];
  for (const event of ['did-start-loading', 'did-navigate', 'dom-ready', 'did-finish-load', 'did-stop-loading', 'will-navigate'])
    webContents.on(event, () => told.push(event));
  await webContents.loadURL('https://portal.test/enter', {
    postData: [{ type: 'rawData', bytes: Buffer.from('token=1') }],
    extraHeaders: 'Content-Type: application/x-www-form-urlencoded',
  });
  expect(site.asked).toContain('POST /enter token=1');
  await expect.poll(() => told).toEqual(['did-start-loading', 'did-navigate', 'dom-ready', 'did-finish-load', 'did-stop-loading']);
  await webContents.loadURL('https://portal.test/');
  expect(webContents.navigationHistory.canGoBack()).toBe(true);
  await click(webContents, 'next');
  await expect.poll(() => webContents.getTitle()).toBe('Next');
  expect(told).toContain('will-navigate');
  webContents.navigationHistory.goBack();
  await expect.poll(() => webContents.getTitle()).toBe('Front');
  webContents.navigationHistory.clear();
  await expect.poll(() => webContents.navigationHistory.canGoBack()).toBe(false);
  await webContents.executeJavaScript("history.pushState(null, '', '/in-page')");
  await expect.poll(() => webContents.getURL()).toBe('https://portal.test/in-page');
});

test('will-navigate and will-redirect can stop a link and a redirect, and setWindowOpenHandler can deny a window', async () => {
  answerLogin();
  const { webContents } = open({ webPreferences: { session: await through(0) } });
  const denied: string[] = [];
  const keep = (event: { url: string; preventDefault(): void }): void => {
    if (event.url.startsWith('https://portal.test/')) return;
    event.preventDefault();
    denied.push(event.url);
  };
  webContents.on('will-navigate', keep);
  webContents.on('will-redirect', keep);
  webContents.on('will-frame-navigate', (event: { url: string; isMainFrame: boolean; preventDefault(): void }) => {
    if (event.isMainFrame || event.url.startsWith('https://portal.test/')) return;
    event.preventDefault();
    denied.push(`frame ${event.url}`);
  });
  webContents.setWindowOpenHandler(({ url }) => {
    denied.push(`window ${url}`);
    return { action: 'deny' };
  });
  await webContents.loadURL('https://portal.test/');
  await click(webContents, 'away');
  await expect.poll(() => denied).toEqual(['https://elsewhere.test/']);
  await expect(webContents.loadURL('https://portal.test/leave')).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  expect(denied).toEqual(['https://elsewhere.test/', 'https://elsewhere.test/']);
  expect(webContents.getURL()).toBe('https://portal.test/');
  await webContents.loadURL('https://portal.test/framed');
  await expect.poll(() => site.asked).toContain('GET /next');
  expect(denied.slice(2)).toEqual(['frame https://elsewhere.test/frame']);
  denied.length = 2;
  await webContents.loadURL('https://portal.test/');
  await click(webContents, 'new');
  await webContents.executeJavaScript("void window.open('/popup')", true);
  await expect.poll(() => denied.slice(2)).toEqual(['window https://portal.test/popup', 'window https://portal.test/popup']);
  await webContents.loadURL('https://portal.test/next');
  expect(site.asked.filter((line) => line.includes('popup'))).toEqual([]);
  expect(proxy.asked.filter((line) => line.includes('elsewhere'))).toEqual([]);
});

test('the page sees which permissions the permission handler denied and granted', async () => {
  answerLogin();
  const own = await through(0);
  const asked: string[] = [];
  own.setPermissionRequestHandler((_contents, permission, callback) => {
    asked.push(permission);
    callback(permission === 'notifications');
  });
  own.setPermissionCheckHandler(() => false);
  const { webContents } = open({ webPreferences: { session: own } });
  await webContents.loadURL('https://portal.test/');
  const run = (code: string): Promise<unknown> => webContents.executeJavaScript(code, true);
  expect(await run("navigator.permissions.query({ name: 'geolocation' }).then((p) => p.state)")).toBe('denied');
  expect(await run('navigator.mediaDevices.getUserMedia({ video: true }).catch((e) => e.name)')).toBe('NotAllowedError');
  expect(await run('new Promise((ok) => navigator.geolocation.getCurrentPosition(() => ok(0), (e) => ok(e.code)))')).toBe(1);
  expect(await run('Notification.requestPermission()')).toBe('granted');
  expect(asked).toEqual(['media', 'geolocation', 'notifications']);
});

test('a prevented download is cancelled, and a request that webRequest cancels reaches no server', async () => {
  answerLogin();
  const own = await through(0);
  const items: DownloadItem[] = [];
  own.on('will-download', (event: { preventDefault(): void }, item: DownloadItem) => {
    event.preventDefault();
    items.push(item);
  });
  own.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: url.endsWith('/blocked') }));
  const { webContents } = open({ webPreferences: { session: own } });
  await webContents.loadURL('https://portal.test/');
  await click(webContents, 'file');
  await expect.poll(() => items.map((item) => [item.getFilename(), item.getState()])).toEqual([['file.bin', 'cancelled']]);
  await expect.poll(() => readdirSync(app.getPath('downloads'))).toEqual([]);
  await expect(webContents.loadURL('https://portal.test/blocked')).rejects.toMatchObject({ errno: -20, code: 'ERR_BLOCKED_BY_CLIENT' });
  expect(site.asked.filter((line) => line.includes('blocked'))).toEqual([]);
});

test('clearing a session deletes its cookies and the storage of its pages', async () => {
  answerLogin();
  const own = await through(0);
  const first = open({ webPreferences: { session: own } }).webContents;
  await first.loadURL('https://portal.test/');
  await first.executeJavaScript("localStorage.setItem('a', 'b')");
  expect(await own.cookies.get({ name: 'sid' })).toHaveLength(1);
  first.close();
  await Promise.all([own.clearStorageData(), own.clearCache(), own.clearAuthCache(), own.closeAllConnections()]);
  expect(await own.cookies.get({})).toEqual([]);
  const second = open({ webPreferences: { session: own } }).webContents;
  await second.loadURL('https://portal.test/next');
  expect(await second.executeJavaScript("localStorage.getItem('a')")).toBe(null);
});

test('a load that is refused fails with Chromium’s error number, and a crashed page emits render-process-gone', async () => {
  const { webContents } = open({ webPreferences: { session: session.fromPartition('plain') } });
  await expect(webContents.loadURL('http://127.0.0.1:11987/')).rejects.toMatchObject({ errno: -102, code: 'ERR_CONNECTION_REFUSED' });
  expect(webContents.getURL()).toBe('http://127.0.0.1:11987/');
  const gone = new Promise((resolve) => webContents.once('render-process-gone', (_event: unknown, details: unknown) => resolve(details)));
  webContents.forcefullyCrashRenderer();
  expect(await gone).toMatchObject({ reason: 'crashed' });
});
