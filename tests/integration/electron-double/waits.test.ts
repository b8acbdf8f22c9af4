import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createAuthority } from '../../electron-double/fixtures/authority.ts';
import { startProxy, startSite, type Site } from '../../electron-double/fixtures/web.ts';
import { app, BaseWindow, double, protocol, session, WebContentsView } from '../../electron-double/index.ts';
import type { Session } from '../../electron-double/session.ts';

/** What Electron keeps waiting, the double does too: each line here is one of the table in `tests/electron-double/README.md`. */
const views: WebContentsView[] = [];
let site: Site;
let proxy: Site;
const login = { username: 'run', password: 'secret' };

beforeAll(async () => {
  app.on('window-all-closed', () => undefined);
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
  await app.whenReady();
  site = await startSite(await (await createAuthority('Test authority')).issue('portal.test'));
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
  for (const window of double.windows()) window.destroy();
  proxy.asked.length = 0;
  site.asked.length = 0;
});

let partitions = 0;
async function own(): Promise<Session> {
  const made = session.fromPartition(`waits-${(partitions += 1)}`);
  await made.setProxy({ mode: 'fixed_servers', proxyRules: `http://127.0.0.1:${proxy.port}`, proxyBypassRules: '<-loopback>' });
  return made;
}
function pageOf(from: Session): WebContentsView['webContents'] {
  const view = new WebContentsView({ webPreferences: { session: from } });
  views.push(view);
  return view.webContents;
}
/** The app's own answer to a proxy that wants a password. */
function answer(...words: (string | undefined)[]): void {
  app.on(
    'login',
    (event: { preventDefault(): void }, _contents: unknown, _details: unknown, _info: unknown, callback: (...words: unknown[]) => void) => {
      event.preventDefault();
      setImmediate(() => callback(...words));
    },
  );
}

test('a verify procedure that does not call back holds the request until it does, and no page comes before', async () => {
  answer(login.username, login.password);
  const from = await own();
  let decide: (result: number) => void = () => undefined;
  const asked = new Promise<void>((resolve) =>
    from.setCertificateVerifyProc((_request, callback) => {
      decide = callback;
      resolve();
    }),
  );
  const contents = pageOf(from);
  const states: string[] = [];
  const loading = contents.loadURL('https://portal.test/').then(() => states.push('loaded'));
  await asked;
  await fetchOnce();
  expect(states).toEqual([]);
  expect(contents.isLoading()).toBe(true);
  expect(site.asked).not.toContain('GET /');
  decide(0);
  await loading;
  expect(contents.getTitle()).toBe('Front');
});

test('the double keeps a verify procedure’s verdict for a host and port, even after the procedure is replaced', async () => {
  answer(login.username, login.password);
  const from = await own();
  const first = vi.fn((_request: unknown, callback: (result: number) => void) => callback(0));
  const second = vi.fn((_request: unknown, callback: (result: number) => void) => callback(-2));
  from.setCertificateVerifyProc(first);
  await pageOf(from).loadURL('https://portal.test/');
  from.setCertificateVerifyProc(second);
  await pageOf(from).loadURL('https://portal.test/next');
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 0]);
});

test('a login event may be answered later, and an answer with a user name but no password cancels the sign-in', async () => {
  const from = await own();
  from.setCertificateVerifyProc((_request, callback) => callback(0));
  answer(login.username);
  await expect(pageOf(from).loadURL('https://portal.test/')).rejects.toThrow();
  expect(proxy.asked.filter((each) => each !== '407')).toEqual([]);
  app.removeAllListeners('login');
  answer(login.username, login.password);
  const contents = pageOf(await own());
  contents.session.setCertificateVerifyProc((_request, callback) => callback(0));
  await contents.loadURL('https://portal.test/');
  expect(contents.getTitle()).toBe('Front');
});

test('webRequest takes a filter with urls, a function or null, and nothing else', () => {
  const { webRequest } = session.fromPartition('web-request');
  const onBeforeRequest = (...given: unknown[]): unknown =>
    Reflect.apply(Reflect.get(webRequest, 'onBeforeRequest') as (...words: unknown[]) => void, webRequest, given);
  expect(() => onBeforeRequest({}, () => undefined)).toThrow(new TypeError("Parameter 'filter' must have property 'urls'."));
  expect(() => onBeforeRequest({ urls: ['<all_urls>'] })).toThrow(new TypeError('Must pass null or a Function'));
  expect(() => onBeforeRequest({ urls: ['<all_urls>'] }, 'a listener')).toThrow(new TypeError('Must pass null or a Function'));
  for (const fits of [[null], [() => undefined], [{ urls: ['<all_urls>'] }, null], [{ urls: ['<all_urls>'] }, () => undefined]])
    expect(() => onBeforeRequest(...fits)).not.toThrow();
});

test('executeJavaScript waits until the page that is loading has loaded', async () => {
  protocol.handle('app', async () => {
    await go.promise;
    return new Response('<title>There</title>', { headers: { 'content-type': 'text/html' } });
  });
  const go = turn();
  const view = new WebContentsView();
  views.push(view);
  const { webContents } = view;
  const states: string[] = [];
  const title = webContents.executeJavaScript('document.title').then((found) => {
    states.push('run');
    return found;
  });
  const loading = webContents.loadURL('app://causeway/');
  await fetchOnce();
  expect(states).toEqual([]);
  go.now();
  await loading;
  expect(await title).toBe('There');
});

test('hiding a window in full screen on macOS is reported as a fault, unless it has left full screen first', async () => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin');
  try {
    const window = new BaseWindow({ width: 400, height: 300 });
    const full = async (wanted: boolean): Promise<void> => {
      const over = new Promise<void>((resolve) => window.once(wanted ? 'enter-full-screen' : 'leave-full-screen', resolve));
      window.setFullScreen(wanted);
      await over;
    };
    await full(true);
    await full(false);
    window.hide();
    expect(told).not.toHaveBeenCalled();
    window.show();
    await full(true);
    window.hide();
    expect(told.mock.calls.map(([, error]) => String(error))).toEqual(['Error: double: a window was hidden in full screen']);
  } finally {
    platform.mockRestore();
    told.mockRestore();
  }
});

function turn(): { promise: Promise<void>; now: () => void } {
  let now: () => void = () => undefined;
  return { promise: new Promise((resolve) => (now = resolve)), now: () => now() };
}
/** Longer than anything of the double's that does not wait: a whole request of another page's, there and back. */
async function fetchOnce(): Promise<void> {
  const other = new WebContentsView();
  views.push(other);
  await other.webContents.loadURL('data:text/html,<title>Other</title>');
}
