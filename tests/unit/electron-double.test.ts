import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { app, BaseWindow, double, ipcMain, protocol, WebContentsView } from '../electron-double/index.ts';

const preload = path.resolve('tests/electron-double/fixtures/preload.cjs');
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
afterAll(() => double.dispose());

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
