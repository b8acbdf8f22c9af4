import { resolve } from 'node:path';
import { nativeImage } from 'electron';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { app, BaseWindow, double, protocol, WebContentsView } from '../../electron-double/index.ts';
import { startSite, type Site } from '../../electron-double/fixtures/web.ts';
import { createPortalView, type DesktopPortalView } from '../../../electron/desktop/portal/portal-view.ts';
import { answerProxyLogin } from '../../../electron/desktop/pages/proxy-login.ts';
import { registerAppScheme } from '../../../electron/desktop/window/scheme.ts';
import { localizerFor } from '../../../shared/messages/localizer.ts';
import { createSignInWindows, type SignInWindows } from '../../../electron/desktop/sign-in/sign-in-window.ts';
import { createMainWindow, type MainWindow } from '../../../electron/desktop/window/window.ts';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import { dialOnly } from '../../../electron/tunnels/direct.ts';
import { startLoopbackProxy, type LoopbackProxy } from '../../../electron/tunnels/loopback-proxy.ts';
import type { Profile } from '../../../shared/profile.ts';
import { issue } from '../../support/issuer.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** Where a person types, they type on, whatever loads beside it; and no window comes to the front by itself. */
const host = 'portal.campus.test';
let site: Site;
let profile: Profile;
let proxy: LoopbackProxy;
let window: MainWindow;
let portal: DesktopPortalView;
let signIns: SignInWindows;
const verifier = () => createVerifier({ trust: profile.trust, now: Date.now });
const focusedWindow = () => BaseWindow.getFocusedWindow();
/** The pages that have the keyboard within their windows. */
const typedInto = (): string[] =>
  double
    .windows()
    .filter((open) => open.isFocused())
    .map(({ keyboardOf }) => keyboardOf?.getURL() ?? 'none');
const portalPage = () => {
  const view = double.windows()[0]?.contentView.children[1];
  if (!(view instanceof WebContentsView)) throw new Error('no portal view');
  return view.webContents;
};

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
  proxy.setDial(dialOnly([host], [{ host, port: 443, loopbackPort: site.port }]));
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
  portal = createPortalView({ place: window, proxy, log: () => undefined, now: Date.now });
  signIns = createSignInWindows({
    detour: async (hosts, connectTo) => {
      const detour = await startLoopbackProxy();
      detour.setDial(dialOnly(hosts, connectTo));
      return detour;
    },
    icon: nativeImage.createEmpty(),
    localizer: () => localizerFor('en', []),
    log: () => undefined,
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

it('gives our page the keyboard with the window, and not by loading', async () => {
  expect(typedInto()).toEqual([]);
  window.show();
  await expect.poll(typedInto).toEqual(['app://causeway/index.html']);
});

it('leaves the keyboard where the person types while the portal goes from page to page, and while our page is drawn again', async () => {
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

it('brings no window to the front as the portal opens, fails and closes behind another one', async () => {
  window.show();
  const other = new BaseWindow({ width: 300, height: 200 });
  expect(focusedWindow()).toBe(other);
  await openPortal();
  window.setBesideVisible(false);
  window.setBesideVisible(true);
  window.nextPane();
  await window.load();
  await portal.close();
  expect(focusedWindow()).toBe(other);
  // Whose turn it would have been has the keyboard with the window
  window.show();
  await expect.poll(typedInto).toEqual(['app://causeway/index.html']);
});

it('lets a person select the address above a sign-in page while the page goes on, and type in it while the address changes', async () => {
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
  const [, opened] = double.windows();
  const [page, strip] = opened?.contentView.children ?? [];
  if (!(page instanceof WebContentsView) || !(strip instanceof WebContentsView)) throw new Error('no views');
  expect(typedInto()).toEqual([`https://${host}/`]);
  await page.webContents.loadURL(`https://${host}/next`);
  await vi.waitFor(() => expect(strip.webContents.getURL()).toContain('%2Fnext'));
  expect(typedInto()).toEqual([`https://${host}/next`]);
  strip.webContents.focus();
  await page.webContents.loadURL(`https://${host}/`);
  expect(strip.webContents.isFocused()).toBe(true);
  // Back from another window, it is where it was
  const other = new BaseWindow({ width: 300, height: 200 });
  await page.webContents.loadURL(`https://${host}/next`);
  expect(focusedWindow()).toBe(other);
  opened?.focus();
  await expect.poll(() => strip.webContents.isFocused()).toBe(true);
  over.abort();
  await expect(done).rejects.toMatchObject({ failure: { code: 'cancelled' } });
});
