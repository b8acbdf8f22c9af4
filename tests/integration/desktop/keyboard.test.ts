import { resolve } from 'node:path';
import { nativeImage } from 'electron';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { app, BaseWindow, double, protocol, WebContentsView } from '../../electron-double/index.ts';
import { startSite, type Site } from '../../electron-double/fixtures/web.ts';
import { createPortalView, type DesktopPortalView } from '../../../electron/desktop/portal/portal-view.ts';
import { answerProxyLogin } from '../../../electron/desktop/pages/proxy-login.ts';
import { registerAppScheme } from '../../../electron/desktop/window/scheme.ts';
import { type DesktopSignInView } from '../../../electron/desktop/sign-in/sign-in-view.ts';
import { createMainWindow, type MainWindow } from '../../../electron/desktop/window/window.ts';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import { dialOnly } from '../../../electron/tunnels/direct.ts';
import { startLoopbackProxy, type LoopbackProxy } from '../../../electron/tunnels/loopback-proxy.ts';
import type { Profile } from '../../../shared/profile.ts';
import { issue } from '../../support/issuer.ts';
import { testSignInView } from '../../support/sign-in-view.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** Where a person types, they type on, whatever loads beside it; and no window comes to the front by itself. */
const host = 'portal.campus.test';
let site: Site;
let profile: Profile;
let proxy: LoopbackProxy;
let toPortal: ReturnType<typeof dialOnly>;
let window: MainWindow;
let portal: DesktopPortalView;
let signIns: DesktopSignInView;
const verifier = () => createVerifier({ trust: profile.trust, now: Date.now });
const focusedWindow = () => BaseWindow.getFocusedWindow();
/** The pages that have the keyboard within their windows. */
const typedInto = (): string[] =>
  double
    .windows()
    .filter((open) => open.isFocused())
    .map(({ keyboardOf }) => keyboardOf?.getURL() ?? 'none');
/** The view beside our column, the upper one if there are two. */
const portalView = () => {
  const [, ...beside] = double.windows()[0]?.contentView.children ?? [];
  const view = beside.at(-1);
  if (!(view instanceof WebContentsView)) throw new Error('no view beside our column');
  return view;
};
const portalPage = () => portalView().webContents;

beforeAll(async () => {
  const root = await issue(null, { name: 'CN=Campus Root', authority: {} });
  const leaf = await issue(root, { dns: [host] });
  site = await startSite({ cert: leaf.pem, key: leaf.keyPem });
  profile = {
    version: 1,
    id: 'campus-test',
    name: 'Campus',
    gateways: [host],
    protocol: 'campus',
    tunnel: 'relay',
    labels: { userId: 'User ID', password: 'Password' },
    portal: { address: `https://${host}/`, hosts: [host], pages: 'other' },
    trust: { kind: 'authority', pem: root.pem },
  };
  app.on('window-all-closed', () => undefined);
  registerAppScheme();
  await app.whenReady();
  protocol.handle('app', () => new Response('<input autofocus>', { headers: { 'content-type': 'text/html' } }));
  proxy = await startLoopbackProxy();
  toPortal = dialOnly([host], [{ host, port: 443, loopbackPort: site.port }]);
  proxy.setDial(toPortal);
  answerProxyLogin((asking) => (portal.owns(asking) ? proxy : signIns.proxyOf(asking)));
});
afterAll(async () => {
  await proxy.close();
  site.close();
  await double.dispose();
});
beforeEach(async () => {
  window = createMainWindow({
    preload: resolve('tests/electron-double/fixtures/preload.cjs'),
    icon: nativeImage.createEmpty(),
    memory: { read: () => null, write: () => undefined },
    canHide: () => true,
    leavesFullScreen: false,
    onMinimisedInstead: () => undefined,
    log: () => undefined,
  });
  portal = createPortalView({ pageArea: window, proxy, languages: () => ['en'], log: () => undefined, now: Date.now });
  signIns = testSignInView({
    pageArea: window,
  });
  await window.load();
});
afterEach(async () => {
  await portal.close();
  for (const open of double.windows()) open.destroy();
});

const openPortal = async (): Promise<void> => {
  const loaded = new Promise<void>((done) => portal.onPage((page) => page && !page.loading && !page.failure && done()));
  await portal.open({ profile, verifier: verifier(), signIn: null, task: null, via: 'tunnel' });
  await loaded;
};

it('our page gets the keyboard with the window, and not by loading', async () => {
  expect(typedInto()).toEqual([]);
  window.show();
  await expect.poll(typedInto).toEqual(['app://causeway/index.html']);
});

it('the keyboard stays where the person types while the portal navigates and our page redraws', async () => {
  window.show();
  await expect.poll(typedInto).toEqual(['app://causeway/index.html']);
  await openPortal();
  window.nextPane();
  expect(typedInto()).toEqual(['app://causeway/index.html']);
  await portalPage().loadURL(`https://${host}/next`);
  expect(typedInto()).toEqual(['app://causeway/index.html']);
  window.nextPane();
  expect(typedInto()).toEqual([`https://${host}/next`]);
  await window.load();
  expect(typedInto()).toEqual([`https://${host}/next`]);
});

it('the portal opens, fails and closes without bringing its window to the front', async () => {
  window.show();
  const other = new BaseWindow({ width: 300, height: 200 });
  expect(focusedWindow()).toBe(other);
  await openPortal();
  proxy.setDial(null);
  portal.reload();
  await expect.poll(() => portalView().getVisible()).toBe(false);
  proxy.setDial(toPortal);
  portal.reload();
  await expect.poll(() => portalView().getVisible()).toBe(true);
  window.nextPane();
  await window.load();
  await portal.close();
  expect(focusedWindow()).toBe(other);
  // Whose turn it would have been has the keyboard with the window
  window.show();
  await expect.poll(typedInto).toEqual(['app://causeway/index.html']);
});

/** Opens the campus's sign-in page, and waits until it has loaded. */
const openSignIn = async (): Promise<{ close: () => Promise<void> }> => {
  const seen: string[] = [];
  const over = new AbortController();
  const done = signIns.open(
    {
      address: `https://${host}/`,
      hosts: [host],
      verifier: verifier(),
      connectTo: [{ host, port: 443, loopbackPort: site.port }],
      seen: ({ url }) => {
        seen.push(url);
        return false;
      },
    },
    over.signal,
  );
  await vi.waitFor(() => expect(seen).toContain(`https://${host}/`));
  return {
    async close() {
      over.abort();
      await expect(done).rejects.toMatchObject({ failure: { code: 'cancelled' } });
    },
  };
};

it('a sign-in page gets the keyboard when it opens, and does not take it from our column later', async () => {
  window.show();
  await expect.poll(typedInto).toEqual(['app://causeway/index.html']);
  const opened = await openSignIn();
  expect(double.windows()).toHaveLength(1);
  await expect.poll(typedInto).toEqual([`https://${host}/`]);
  window.nextPane();
  expect(typedInto()).toEqual(['app://causeway/index.html']);
  const page = portalPage();
  await page.loadURL(`https://${host}/next`);
  await page.executeJavaScript(
    'window.focus(); document.body.append(document.createElement("input")); document.querySelector("input").focus()',
    true,
  );
  await page.executeJavaScript(`void setTimeout(() => (location.href = 'https://${host}/last'))`, true);
  await expect.poll(() => page.getURL()).toBe(`https://${host}/last`);
  expect(typedInto()).toEqual(['app://causeway/index.html']);
  window.nextPane();
  expect(typedInto()).toEqual([`https://${host}/last`]);
  // Back from another window, the keyboard is where it was
  const other = new BaseWindow({ width: 300, height: 200 });
  await page.loadURL(`https://${host}/`);
  expect(focusedWindow()).toBe(other);
  window.show();
  await expect.poll(typedInto).toEqual([`https://${host}/`]);
  await opened.close();
  expect(typedInto()).toEqual(['app://causeway/index.html']);
});

it('a sign-in page covers an open portal, which returns when the page closes', async () => {
  window.show();
  await openPortal();
  const wide = double.windows()[0]?.getBounds();
  const opened = await openSignIn();
  const visible = () => (double.windows()[0]?.contentView.children ?? []).map((view) => view.getVisible());
  expect(visible()).toEqual([true, false, true]);
  expect(double.windows()[0]?.getBounds()).toEqual(wide);
  // A page that loads in the portal meanwhile does not bring it up
  const reloaded = new Promise<void>((done) => portal.onPage((page) => page?.loading === false && done()));
  portal.reload();
  await reloaded;
  expect(visible()).toEqual([true, false, true]);
  await opened.close();
  expect(visible()).toEqual([true, true]);
  expect(double.windows()[0]?.getBounds()).toEqual(wide);
  await portal.close();
  expect(visible()).toEqual([true]);
  expect(double.windows()[0]?.getBounds().width).toBe(420);
});
