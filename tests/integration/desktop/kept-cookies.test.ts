import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { double, WebContentsView } from '../../electron-double/index.ts';
import type { PageKeeper } from '../../../electron/app/ports.ts';
import { answerProxyLogin } from '../../../electron/desktop/pages/proxy-login.ts';
import { type DesktopSignInView } from '../../../electron/desktop/sign-in/sign-in-view.ts';
import type { KeptCookie } from '../../../shared/kept-cookie.ts';
import { testPageArea } from '../../support/page-area.ts';
import { startPageServer, type PageServer } from '../../support/page-server.ts';
import { readyForPages, testSignInView } from '../../support/sign-in-view.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** What outlives a visit to a campus's sign-in page, with a real page in a real Chromium. */
const [host, other] = ['login.campus.test', 'other.campus.test'];
const hour = 'Max-Age=3600; Path=/; Secure';
const signedInCookies = [
  `device=1; ${hour}; HttpOnly; SameSite=None`,
  `__Host-device=2; ${hour}; SameSite=Strict`,
  `wide=3; ${hour}; Domain=campus.test`,
  `script=4; Max-Age=3600; Path=/adfs`,
  `DSID=ticket; ${hour}`,
  'visit=5; Path=/; Secure',
];
let server: PageServer;
let view: DesktopSignInView;
const pageArea = testPageArea();
const log: string[] = [];
const received: { path: string; cookie: string }[] = [];
let cookies: readonly string[] = signedInCookies;

/** A keeper in memory, which a person has ticked. */
let kept: readonly KeptCookie[] = [];
let tooMany: readonly string[] = [];
let read: PageKeeper['read'] = () => Promise.resolve(kept);
const keeper: PageKeeper = {
  read: () => read(),
  async keep(choice) {
    ({ kept, tooMany } = choice);
  },
};

beforeAll(async () => {
  server = await startPageServer([host, other], (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'https://x');
    received.push({ path: pathname, cookie: request.headers.cookie ?? '' });
    response.writeHead(200, { 'content-type': 'text/html', ...(pathname === '/signed-in' && { 'set-cookie': [...cookies] }) });
    response.end('<!DOCTYPE html><title>Campus</title><h1>Campus</h1>');
  });
  await readyForPages();
  answerProxyLogin((asking) => view.proxyOf(asking));
});
afterAll(async () => {
  server.stop();
  await double.dispose();
});
beforeEach(() => {
  kept = [];
  tooMany = [];
  cookies = signedInCookies;
  read = () => Promise.resolve(kept);
  received.length = 0;
  log.length = 0;
});
afterEach(() => expect(pageArea.views.length).toBe(0));

/** Opens the page, does something in it, and signs in, or cancels. Returns the partition. */
async function visit(
  how: 'signs in' | 'cancels' | 'closes',
  within: (run: (code: string) => Promise<unknown>) => Promise<unknown> = async () => undefined,
) {
  const over = new AbortController();
  view = testSignInView({
    pageArea,
    keeper: () => keeper,
    log: (line) => log.push(line),
  });
  const ended = view.open(
    {
      address: `https://${host}/adfs/begin`,
      hosts: [host],
      ...server.reachedBy,
      seen: ({ url }) => url.endsWith('/signed-in') && how === 'signs in',
    },
    over.signal,
  );
  ended.catch(() => undefined);
  await vi.waitFor(() => expect(received.some(({ path }) => path === '/adfs/begin')).toBe(true), { timeout: 15_000 });
  const shown = pageArea.views.at(-1)?.view;
  if (!(shown instanceof WebContentsView)) throw new Error('no view');
  const { webContents } = shown;
  await vi.waitFor(() => expect(webContents.getURL()).toBe(`https://${host}/adfs/begin`), { timeout: 15_000 });
  await within((code) => webContents.executeJavaScript(code, true));
  const partition = webContents.session;
  const cleared = vi.spyOn(partition, 'clearStorageData');
  webContents.loadURL(`https://${host}/signed-in`).catch(() => undefined);
  if (how !== 'signs in') {
    await vi.waitFor(() => expect(received.some(({ path }) => path === '/signed-in')).toBe(true), { timeout: 15_000 });
    await vi.waitFor(() => expect(webContents.getURL()).toBe(`https://${host}/signed-in`), { timeout: 15_000 });
    if (how === 'cancels') over.abort();
    else webContents.close();
  }
  const end = await ended.then(
    ({ kind }) => kind,
    () => 'cancelled',
  );
  expect(end).toBe({ 'signs in': 'done', 'cancels': 'cancelled', 'closes': 'closed' }[how]);
  // With no list of kinds Electron clears every kind, service workers too
  expect(cleared.mock.calls).toEqual([[]]);
  return partition;
}
const firstCookies = (): string[] =>
  (received[0]?.cookie ?? '')
    .split('; ')
    .filter((each) => each !== '')
    .sort();

describe('what outlives a visit to the sign-in page', () => {
  it('a visit’s cookies with an expiry are kept and restored unchanged, but not the ticket or session cookies', async () => {
    await visit('signs in');
    const names = (some: readonly KeptCookie[]) => some.map(({ name }) => name).sort();
    expect(names(kept)).toEqual(['__Host-device', 'device', 'script', 'wide']);
    const first = kept;
    received.length = 0;
    await visit('cancels');
    expect(firstCookies()).toEqual(['__Host-device=2', 'device=1', 'script=4', 'wide=3']);
    // Put back and read again, they are the same
    cookies = [];
    received.length = 0;
    await visit('signs in');
    const byName = (one: KeptCookie, two: KeptCookie) => one.name.localeCompare(two.name);
    const plain = (some: readonly KeptCookie[]) =>
      [...some].sort(byName).map((cookie) => ({ ...cookie, expirationDate: Math.round(cookie.expirationDate) }));
    expect(plain(kept)).toEqual(plain(first));
  });

  it.each(['cancels', 'closes'] as const)('no cookie is kept of a visit that the person %s', async (how) => {
    await visit(how);
    expect(kept).toEqual([]);
  });

  // The double lets no service worker register, because its requests belong to no page. `visit` checks that all kinds are cleared
  it('storage, caches and session cookies of a page do not outlive its visit, and the old partition is empty', async () => {
    const old = await visit('signs in', (run) =>
      run(`(async () => {
        localStorage.setItem('a', 'b');
        document.cookie = 'visit=1';
        await (await caches.open('c')).put('/x', new Response('y'));
        await new Promise((done) => (indexedDB.open('d').onsuccess = done));
      })()`),
    );
    expect(await old.cookies.get({})).toEqual([]);
    received.length = 0;
    let found: unknown;
    const fresh = await visit('cancels', async (run) => {
      found = await run(`(async () => ({
        storage: localStorage.length,
        caches: await caches.keys(),
        databases: await indexedDB.databases(),
        cookies: document.cookie.includes('visit'),
      }))()`);
    });
    expect(found).toEqual({ storage: 0, caches: [], databases: [], cookies: false });
    expect(fresh).not.toBe(old);
    expect(fresh.isPersistent()).toBe(false);
  });

  it('a kept cookie goes to no other host, and to none once it has expired', async () => {
    await visit('signs in');
    const [one] = kept;
    if (!one) throw new Error('nothing kept');
    kept = [
      { ...one, name: 'foreign', domain: other },
      { ...one, name: 'expired', expirationDate: Date.now() / 1000 - 1 },
      { ...one, name: 'DSID', domain: host },
      { ...one, name: 'good', domain: host, path: '/', sameSite: 'lax' },
    ];
    received.length = 0;
    const partition = await visit('cancels');
    expect(firstCookies()).toEqual([expect.stringMatching(/^good=/)]);
    expect(partition.isPersistent()).toBe(false);
  });

  it('a host with too many cookies has none of them kept, is named, and cannot lock the next visit out', async () => {
    cookies = [...Array.from({ length: 60 }, (_, at) => `bomb${at}=${'x'.repeat(50)}; ${hour}`), `wide=3; ${hour}; Domain=campus.test`];
    await visit('signs in');
    expect(kept.map(({ name }) => name)).toEqual(['wide']);
    expect(tooMany).toEqual([host]);
    expect(log.join('\n')).toContain(`${host} set too many cookies`);
    expect(log.join('\n')).not.toContain('xxxx');
  });

  it('a kept cookie that Chromium refuses is skipped, and its value is in no log', async () => {
    await visit('signs in');
    const [one] = kept;
    if (!one) throw new Error('nothing kept');
    kept = [
      { ...one, name: '__Host-a', value: 'canary-a', domain: host, path: '/deep' },
      { ...one, name: 'good', domain: host },
    ];
    received.length = 0;
    await visit('cancels');
    expect(firstCookies()).toEqual([expect.stringMatching(/^good=/)]);
    expect(log).toContain('sign-in page: Chromium refused 1 kept cookies');
    expect(log.join('\n')).not.toContain('canary-a');
  });

  it('a keychain that does not answer delays the page by a few seconds only', { timeout: 20_000 }, async () => {
    read = () => new Promise(() => undefined);
    await visit('cancels');
    expect(log.join('\n')).toContain('the keychain did not answer');
  });
});
