import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { app, BaseWindow, double, ipcMain, protocol, WebContentsView } from '../../electron-double/index.ts';

/** The double's own pages: scheme, bridge, views, windows. */
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
  for (const view of views.splice(0)) if (!view.isGone()) view.webContents.close();
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

test('the double’s contextBridge carries values, errors, events and functions between isolated worlds', async () => {
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
  await expect.poll(() => notes).toEqual(['hello']);
  webContents.send('news', { a: 1 });
  await expect.poll(() => run('news')).toEqual([{ a: 1 }]);
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

test('two views of a window are separate pages with the size of their bounds, and both are in its picture', async () => {
  const window = new BaseWindow({ width: 900, height: 400, show: false });
  const [left, right] = [open(), open()];
  for (const view of [left, right]) window.contentView.addChildView(view);
  left.setBounds({ x: 0, y: 0, width: 300, height: 400 });
  right.setBounds({ x: 300, y: 0, width: 600, height: 400 });
  await Promise.all([left, right].map(({ webContents }) => webContents.loadURL('app://causeway/')));
  const size = (view: WebContentsView): Promise<unknown> => view.webContents.executeJavaScript('[innerWidth, innerHeight]');
  expect(await size(left)).toEqual([300, 400]);
  right.setBounds({ x: 300, y: 0, width: 500, height: 400 });
  await expect.poll(() => size(right)).toEqual([500, 400]);

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

test('a picture of a window has its new size if it is widened while the picture is taken', async () => {
  const window = new BaseWindow({ width: 300, height: 200, show: false });
  const view = open();
  window.contentView.addChildView(view);
  view.setBounds({ x: 0, y: 0, width: 300, height: 200 });
  await view.webContents.loadURL('app://causeway/');
  await view.webContents.executeJavaScript("document.documentElement.style.background = 'rgb(0, 0, 255)'");
  const file = path.join(folder, 'widened.png');
  const drawn = double.picture(window, file);
  window.setSize(500, 200);
  view.setBounds({ x: 0, y: 0, width: 500, height: 200 });
  await drawn;
  const { width, data } = PNG.sync.read(readFileSync(file));
  expect(width).toBe(500);
  const last = (190 * width + 499) * 4;
  expect([...data.subarray(last, last + 3)]).toEqual([0, 0, 255]);
  window.destroy();
});

test('a window emits its events, and a close listener can prevent that it closes', async () => {
  const window = new BaseWindow({ width: 400, height: 300, show: false });
  const told: string[] = [];
  for (const event of ['show', 'hide', 'focus', 'blur', 'resize', 'minimize', 'restore', 'closed'])
    window.on(event, () => told.push(event));
  const moment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  for (const act of [
    () => window.show(),
    () => window.setBounds({ x: 0, y: 0, width: 500, height: 300 }),
    () => window.minimize(),
    () => window.restore(),
    () => window.hide(),
  ]) {
    act();
    // Who has the keyboard is told a moment later
    await moment();
  }
  window.once('close', (event: { preventDefault(): void }) => event.preventDefault());
  window.close();
  expect(window.isDestroyed()).toBe(false);
  const closed = new Promise((resolve) => window.once('closed', resolve));
  window.close();
  expect(window.isDestroyed()).toBe(false);
  await closed;
  expect(window.isDestroyed()).toBe(true);
  expect(told).toEqual(['show', 'focus', 'resize', 'minimize', 'blur', 'restore', 'hide', 'closed']);
});

test('the dark theme, high contrast and reduced motion reach the page’s media queries', async () => {
  const { webContents } = open();
  await webContents.loadURL('app://causeway/');
  const dark = (): Promise<unknown> => webContents.executeJavaScript("matchMedia('(prefers-color-scheme: dark)').matches");
  expect(await dark()).toBe(false);
  double.setLook({ dark: true });
  await expect.poll(() => dark()).toBe(true);
  double.setLook({ dark: false });
});

test('an IPC handler can tell from the sender’s frame that a call does not come from the app’s own page', async () => {
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
  await expect.poll(() => keys).toEqual(['F6']);
  expect(await page.getByRole('heading').textContent()).toBe('app://causeway/');
});

test('a view that is resized while a picture of it is taken has its new size afterwards', async () => {
  const view = open();
  view.setBounds({ x: 0, y: 0, width: 420, height: 680 });
  await view.webContents.loadURL('app://causeway/');
  const width = (): Promise<unknown> => view.webContents.executeJavaScript('innerWidth');
  for (let size = 500; size < 520; size++) {
    const picture = view.webContents.capturePage();
    view.setBounds({ x: 0, y: 0, width: size, height: 700 });
    await picture;
    expect(await width()).toBe(size);
  }
});
