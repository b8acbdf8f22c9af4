import { X509Certificate } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { VerifyRequest } from '../electron-double/certificates.ts';
import type { DownloadItem } from '../electron-double/downloads.ts';
import { createAuthority, type Authority } from '../electron-double/fixtures/authority.ts';
import { startProxy, startSite, type Site } from '../electron-double/fixtures/web.ts';
import { app, BaseWindow, double, ipcMain, protocol, session, WebContentsView } from '../electron-double/index.ts';
import type { AuthInfo } from '../electron-double/login.ts';
import type { Session } from '../electron-double/session.ts';
import type { WebContents } from '../electron-double/web-contents.ts';

const preload = path.resolve('tests/electron-double/fixtures/preload.cjs');
const folder = mkdtempSync(path.join(os.tmpdir(), 'electron-double-test-'));
const html = (body: string): Response =>
  new Response(`<!doctype html><title>A page</title>${body}`, { headers: { 'content-type': 'text/html' } });

beforeAll(async () => {
  app.on('window-all-closed', () => undefined);
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
  await app.whenReady();
  protocol.handle('app', (request) => {
    const { pathname } = new URL(request.url);
    return pathname === '/'
      ? html(`<h1>${request.url}</h1><script src="/script.js"></script>`)
      : new Response('globalThis.ran = true', { headers: { 'content-type': 'text/javascript' } });
  });
});
afterAll(async () => {
  await double.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const views: WebContentsView[] = [];
function open(options: ConstructorParameters<typeof WebContentsView>[0] = {}): WebContentsView {
  const view = new WebContentsView(options);
  views.push(view);
  return view;
}
afterEach(() => {
  for (const { webContents } of views.splice(0)) webContents.close();
});

test("a page of the app's own scheme is answered by its handler and known by its own address", async () => {
  const { webContents } = open();
  const told: string[] = [];
  webContents.on('did-navigate', (_event: unknown, url: string) => told.push(url));
  await webContents.loadURL('app://causeway/');
  expect(webContents.getURL()).toBe('app://causeway/');
  expect(webContents.mainFrame.origin).toBe('app://causeway');
  expect(told).toEqual(['app://causeway/']);
  expect(await webContents.executeJavaScript('[document.querySelector("h1").textContent, globalThis.ran, isSecureContext]')).toEqual([
    'app://causeway/',
    true,
    true,
  ]);
  expect(webContents.navigationHistory.canGoBack()).toBe(false);
});

test('the bridge carries values, errors, events and functions between isolated worlds', async () => {
  const { webContents } = open({ webPreferences: { preload } });
  const frames: unknown[] = [];
  const notes: unknown[] = [];
  ipcMain.handle('echo', (event, value) => {
    frames.push([event.senderFrame?.url, event.senderFrame?.origin, event.senderFrame?.parent, event.sender === webContents]);
    return { value, at: new Date(0), bytes: new Uint8Array([1, 2]), none: undefined, map: new Map([['a', 1]]) };
  });
  ipcMain.handle('fail', () => {
    throw new Error('no');
  });
  ipcMain.on('note', (_event, text: unknown) => notes.push(text));
  await webContents.loadURL('app://causeway/');
  const run = (code: string): Promise<unknown> => webContents.executeJavaScript(code);

  expect(await run('api.echo({ n: 1 }).then((r) => [r.value.n, r.at instanceof Date, r.bytes[1], "none" in r, r.map.get("a")])')).toEqual([
    1,
    true,
    2,
    true,
    1,
  ]);
  expect(frames).toEqual([['app://causeway/', 'app://causeway', null, true]]);
  expect(await run('api.fail().catch((e) => e.message)')).toBe("Error invoking remote method 'fail': Error: no");
  expect(await run('api.echo(() => 1).catch((e) => e.message)')).toMatch(/cloned/);
  await run('globalThis.news = []; globalThis.stop = api.onNews((n) => news.push(n)); api.note("hello")');
  await vi.waitFor(() => expect(notes).toEqual(['hello']));
  webContents.send('news', { a: 1 });
  await vi.waitFor(async () => expect(await run('news')).toEqual([{ a: 1 }]));
  await run('stop()');
  webContents.send('news', { a: 2 });
  expect(await run('api.echo(1).then(() => news.length)')).toBe(1);
  expect(
    await run('["require", "process", "ipcRenderer", "__electronDouble", "__electronDoubleDeliver", "api"].map((k) => k in window)'),
  ).toEqual([false, false, false, false, false, true]);
  expect(await run('Object.isFrozen(api) && Object.isFrozen(api.nested)')).toBe(true);
  ipcMain.removeHandler('echo');
  expect(await run('api.echo(1).catch((e) => e.message)')).toMatch(/No handler registered/);
});

test('two views of one window are pages of their own, as large as their bounds, and make one picture', async () => {
  const window = new BaseWindow({ width: 900, height: 400, show: false });
  const [left, right] = [open(), open()];
  for (const view of [left, right]) window.contentView.addChildView(view);
  left.setBounds({ x: 0, y: 0, width: 300, height: 400 });
  right.setBounds({ x: 300, y: 0, width: 600, height: 400 });
  await Promise.all([left, right].map(({ webContents }) => webContents.loadURL('app://causeway/')));
  const size = (view: WebContentsView): Promise<unknown> => view.webContents.executeJavaScript('[innerWidth, innerHeight]');
  expect(await size(left)).toEqual([300, 400]);
  right.setBounds({ x: 300, y: 0, width: 500, height: 400 });
  await vi.waitFor(async () => expect(await size(right)).toEqual([500, 400]));

  await right.webContents.executeJavaScript("document.documentElement.style.background = 'rgb(0, 0, 255)'");
  const file = path.join(folder, 'window.png');
  await double.picture(window, file);
  const { width, height, data } = PNG.sync.read(readFileSync(file));
  const colour = (x: number, y: number): number[] => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
  expect([width, height]).toEqual([900, 400]);
  expect([colour(299, 390), colour(300, 390), colour(799, 390), colour(800, 390)]).toEqual([
    [255, 255, 255],
    [0, 0, 255],
    [0, 0, 255],
    [255, 255, 255],
  ]);
  window.destroy();
});

test('a window tells what happens to it, and can refuse to close', () => {
  const window = new BaseWindow({ width: 400, height: 300, show: false });
  const told: string[] = [];
  for (const event of ['show', 'hide', 'focus', 'blur', 'resize', 'minimize', 'restore', 'closed'])
    window.on(event, () => told.push(event));
  window.show();
  window.setBounds({ width: 500, height: 300 });
  window.minimize();
  window.restore();
  window.hide();
  window.once('close', (event: { preventDefault(): void }) => event.preventDefault());
  window.close();
  expect(window.isDestroyed()).toBe(false);
  window.close();
  expect(window.isDestroyed()).toBe(true);
  expect(told).toEqual(['show', 'focus', 'resize', 'blur', 'minimize', 'restore', 'hide', 'closed']);
});

test('dark, contrast and motion reach the page', async () => {
  const { webContents } = open();
  await webContents.loadURL('app://causeway/');
  const dark = (): Promise<unknown> => webContents.executeJavaScript("matchMedia('(prefers-color-scheme: dark)').matches");
  expect(await dark()).toBe(false);
  double.setLook({ dark: true });
  await vi.waitFor(async () => expect(await dark()).toBe(true));
  double.setLook({ dark: false });
});

test('an IPC call from a frame that is not ours is told apart', async () => {
  const { webContents } = open();
  await webContents.loadURL('app://causeway/');
  ipcMain.handle('whoami', (event) => event.senderFrame?.origin);
  const parent = double.frameAt('app://causeway/');
  expect(await double.invokeFrom(webContents, double.frameAt('https://evil.test/frame', parent), 'whoami')).toBe('https://evil.test');
});

test('Playwright drives a view in the same process, and its keys reach before-input-event', async () => {
  const { webContents } = open({ webPreferences: { preload } });
  await webContents.loadURL('app://causeway/');
  const page = await double.page(webContents);
  const keys: unknown[] = [];
  webContents.on('before-input-event', (_event: unknown, input: { key: string }) => keys.push(input.key));
  await page.keyboard.press('a');
  await page.keyboard.press('F6');
  await vi.waitFor(() => expect(keys).toEqual(['F6']));
  expect(await page.getByRole('heading').textContent()).toBe('app://causeway/');
});

describe('the web', () => {
  let authority: Authority;
  let site: Site;
  let proxy: Site;
  const login = { username: 'run', password: 'secret' };
  beforeAll(async () => {
    authority = await createAuthority('Test authority');
    site = await startSite(await authority.issue('portal.test'));
    proxy = await startProxy(site.port, login);
  });
  afterAll(() => {
    proxy.close();
    site.close();
  });
  afterEach(() => {
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

  test("a proxy's 407 is answered by the app's login handler, and the certificate is the app's to accept", async () => {
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

  test('without a login handler the proxy carries nothing', async () => {
    const { webContents } = open({ webPreferences: { session: await through(0) } });
    await expect(webContents.loadURL('https://portal.test/')).rejects.toMatchObject({ code: expect.stringMatching(/ERR_/) as unknown });
    expect(proxy.asked.filter((line) => line !== '407')).toEqual([]);
    expect(site.asked).toEqual([]);
  });

  test('loopback goes through the proxy too', async () => {
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

  test('a load that posts, history, and the events of both', async () => {
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
    await vi.waitFor(() => expect(told).toEqual(['did-start-loading', 'did-navigate', 'dom-ready', 'did-finish-load', 'did-stop-loading']));
    await webContents.loadURL('https://portal.test/');
    expect(webContents.navigationHistory.canGoBack()).toBe(true);
    await click(webContents, 'next');
    await vi.waitFor(() => expect(webContents.getTitle()).toBe('Next'));
    expect(told).toContain('will-navigate');
    webContents.navigationHistory.goBack();
    await vi.waitFor(() => expect(webContents.getTitle()).toBe('Front'));
    webContents.navigationHistory.clear();
    await vi.waitFor(() => expect(webContents.navigationHistory.canGoBack()).toBe(false));
    await webContents.executeJavaScript("history.pushState(null, '', '/in-page')");
    await vi.waitFor(() => expect(webContents.getURL()).toBe('https://portal.test/in-page'));
  });

  test('leaving by link and by redirect is denied, and so is a window', async () => {
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
    webContents.setWindowOpenHandler(({ url }) => {
      denied.push(`window ${url}`);
      return { action: 'deny' };
    });
    await webContents.loadURL('https://portal.test/');
    await click(webContents, 'away');
    await vi.waitFor(() => expect(denied).toEqual(['https://elsewhere.test/']));
    await expect(webContents.loadURL('https://portal.test/leave')).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(denied).toEqual(['https://elsewhere.test/', 'https://elsewhere.test/']);
    expect(webContents.getURL()).toBe('https://portal.test/');
    await click(webContents, 'new');
    await webContents.executeJavaScript("void window.open('/popup')", true);
    await vi.waitFor(() => expect(denied.slice(2)).toEqual(['window https://portal.test/popup', 'window https://portal.test/popup']));
    await webContents.loadURL('https://portal.test/next');
    expect(site.asked.filter((line) => line.includes('popup'))).toEqual([]);
    expect(proxy.asked.filter((line) => line.includes('elsewhere'))).toEqual([]);
  });

  test('a denied permission is denied in the page, a granted one is not', async () => {
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

  test('a prevented download is cancelled, a denied request never leaves', async () => {
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
    await vi.waitFor(() => expect(items.map((item) => [item.getFilename(), item.getState()])).toEqual([['file.bin', 'cancelled']]));
    await vi.waitFor(() => expect(readdirSync(app.getPath('downloads'))).toEqual([]));
    await expect(webContents.loadURL('https://portal.test/blocked')).rejects.toMatchObject({ errno: -20, code: 'ERR_BLOCKED_BY_CLIENT' });
    expect(site.asked.filter((line) => line.includes('blocked'))).toEqual([]);
  });

  test('clearing a session leaves nothing behind', async () => {
    answerLogin();
    const own = await through(0);
    const first = open({ webPreferences: { session: own } }).webContents;
    await first.loadURL('https://portal.test/');
    await first.executeJavaScript("localStorage.setItem('a', 'b')");
    expect(await own.cookies.get({ name: 'sid' })).toHaveLength(1);
    first.close();
    await Promise.all([own.clearStorageData(), own.clearCache(), own.clearAuthCache(), own.closeAllConnections()]);
    expect(await own.cookies.get()).toEqual([]);
    const second = open({ webPreferences: { session: own } }).webContents;
    await second.loadURL('https://portal.test/next');
    expect(await second.executeJavaScript("localStorage.getItem('a')")).toBe(null);
  });

  test('a host that is not there fails with its number, a page that crashes says so', async () => {
    const { webContents } = open({ webPreferences: { session: session.fromPartition('plain') } });
    await expect(webContents.loadURL('http://127.0.0.1:11987/')).rejects.toMatchObject({ errno: -102, code: 'ERR_CONNECTION_REFUSED' });
    expect(webContents.getURL()).toBe('http://127.0.0.1:11987/');
    const gone = new Promise((resolve) => webContents.once('render-process-gone', (_event: unknown, details: unknown) => resolve(details)));
    webContents.forcefullyCrashRenderer();
    expect(await gone).toMatchObject({ reason: 'crashed' });
  });
});

describe('the app as a process of its own', () => {
  const main = path.resolve('tests/electron-double/fixtures/main.mjs');
  const electron = path.resolve('tests/electron-double/electron');
  const launch = (userData: string, ...more: string[]): Promise<ElectronApplication> =>
    _electron.launch({ executablePath: electron, args: [main, `--user-data-dir=${userData}`, ...more] });

  test("Playwright's own launcher starts it, sees its window, and closes it", async () => {
    const running = await launch(path.join(folder, 'one'));
    const page = await running.firstWindow();
    await page.getByRole('heading', { name: 'app://causeway/' }).waitFor();
    expect(await page.evaluate('api.echo(7)')).toBe(7);
    expect(await running.evaluate(({ app: its }) => [its.isReady(), its.getPath('userData')])).toEqual([true, path.join(folder, 'one')]);
    const ended = running.process();
    await running.close();
    expect(ended.exitCode).toBe(0);
    expect(readdirSync(path.join(folder, 'one', 'Chromium'))).toEqual([]);
  });

  test('a second process hands over what it was given and ends; one that was killed leaves the way free', async () => {
    const userData = path.join(folder, 'two');
    const first = await launch(userData);
    await first.firstWindow();
    const second = spawn(electron, [main, `--user-data-dir=${userData}`, 'causeway://task/add-device']);
    expect(await new Promise((resolve) => second.once('exit', resolve))).toBe(0);
    const arrivals = (): Promise<unknown> => first.evaluate(() => Reflect.get(globalThis, 'arrivals') as unknown);
    await vi.waitFor(async () => expect(await arrivals()).toEqual([expect.arrayContaining(['causeway://task/add-device'])]));
    const killed = new Promise((resolve) => first.process().once('exit', resolve));
    first.process().kill('SIGKILL');
    await killed;
    const third = await launch(userData);
    expect(await third.evaluate(({ app: its }) => its.hasSingleInstanceLock())).toBe(true);
    await third.close();
  });

  test('quitting asks every step, and each can say no', async () => {
    const running = await launch(path.join(folder, 'three'));
    await running.firstWindow();
    const steps = (): Promise<unknown> => running.evaluate(() => Reflect.get(globalThis, 'steps') as unknown);
    const refuse = (step: string): Promise<unknown> =>
      running.evaluate(({ app: its }, name) => {
        Reflect.set(globalThis, 'refuse', name);
        its.quit();
      }, step);
    await refuse('before-quit');
    expect(await steps()).toEqual(['before-quit']);
    await refuse('close');
    expect(await steps()).toEqual(['before-quit', 'close']);
    await refuse('will-quit');
    expect(await steps()).toEqual(['before-quit', 'close', 'closed', 'will-quit']);
    const ended = running.process();
    await refuse('');
    await running.close();
    expect(ended.exitCode).toBe(0);
  });
});
