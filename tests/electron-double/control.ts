import type { Browser, Page } from 'playwright-core';
import { app, type Identity } from './app.ts';
import { BaseWindow } from './base-window.ts';
import { clipboard, dialogAnswers, dialogs, opened, powerMonitor } from './desktop.ts';
import { frameAt, type Frame } from './frame.ts';
import { ipcMain } from './ipc.ts';
import { Menu, type MenuItem } from './menu.ts';
import { nativeTheme, type Look } from './native-theme.ts';
import { notifications } from './notification.ts';
import { picture } from './picture.ts';
import { preventable, stage } from './registry.ts';
import { forgetKeys } from './safe-storage.ts';
import { systemProxy } from './session.ts';
import { trays } from './tray.ts';
import type { WebContents } from './web-contents.ts';

let attached: Promise<Browser> | null = null;

/** How long Playwright may take to notice a page. */
const appearTimeoutMs = 10_000;

/** A process that is driven from outside never needs Playwright, which takes its time to load. */
async function attach(): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  const { endpoint } = await app.chromium();
  return await chromium.connectOverCDP(endpoint);
}

/** What tests do and see in place of a person and a desktop. Only the double has it: `electron.double`. */
export const double = {
  app: app.records,
  trays,
  notifications,
  opened,
  dialogs,
  dialogAnswers,
  clipboard,
  frameAt,
  picture,

  /** What `enter.mjs` reports: which app runs, and that its entry module has been evaluated, successfully or not. */
  startAs: (identity: Identity): void => app.startAs(identity),
  entryEvaluated: (): void => app.entryEvaluated(),

  /** Ready, for a test that is the app itself and needs no page: without Chromium. Any other waits for `app.whenReady()`. */
  becomeReady: (): void => void (stage.isReady = true),

  windows: (): BaseWindow[] => BaseWindow.getAllWindows(),

  /** The page of a view, to be driven by Playwright within the same process. */
  async page(contents: WebContents): Promise<Page> {
    await contents.page;
    attached ??= attach();
    const browser = await attached;
    for (const deadline = Date.now() + appearTimeoutMs; Date.now() < deadline;) {
      for (const page of browser.contexts().flatMap((context) => context.pages())) {
        const session = await page.context().newCDPSession(page);
        const { targetInfo } = await session.send('Target.getTargetInfo');
        await session.detach();
        if (targetInfo.targetId === contents.targetId) return page;
      }
      // Playwright notices a page a moment after us
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('Playwright does not see the page');
  },

  /** The desktop's menu item of this label, in the tray's menu or the application's. */
  menuItem(label: string): MenuItem {
    const menus = [...trays.map((tray) => tray.menu), Menu.getApplicationMenu()];
    const items = menus.flatMap((menu) => menu?.flat() ?? []);
    const item = items.find((each) => each.label === label && each.visible);
    if (!item) throw new Error(`no menu item '${label}' among ${items.map((each) => each.label).join(' | ')}`);
    return item;
  },

  /** An IPC call as from another frame than the page's own. */
  invokeFrom: (contents: WebContents, frame: Frame | null, channel: string, ...args: unknown[]): Promise<unknown> =>
    ipcMain.invoke(contents, frame, channel, args),

  /** The desktop hands over a link or a file, as macOS does. */
  openUrl: (url: string): boolean => app.emit('open-url', preventable({}), url),
  openFile: (file: string): boolean => app.emit('open-file', preventable({}), file),

  /** Windows asks each window whether the session may end (`WM_QUERYENDSESSION`). It may end then, or not. */
  askToEndSession: (): void =>
    BaseWindow.getAllWindows().forEach((window) => window.emit('query-session-end', preventable({ reasons: ['shutdown'] }))),
  /** And it ends (`WM_ENDSESSION` with TRUE, the only one that Electron passes on). */
  endSession(): void {
    double.askToEndSession();
    BaseWindow.getAllWindows().forEach((window) => window.emit('session-end', preventable({ reasons: ['shutdown'] })));
    // As Electron does it, without another event
    if (!app.isQuitting()) app.endAtOnce();
  },

  setLook: (look: Partial<Look>): void => nativeTheme.change(look),
  /** In the format of `session.resolveProxy`: `PROXY host:port; DIRECT`. */
  setSystemProxy: (list: string): void => void (systemProxy.list = list),
  setLanguages: (languages: string[]): void => void (app.languages = languages),

  /** As a new run of the app: `safeStorage` looks for the keyring's key again. */
  forgetKeys,

  suspend: (): boolean => powerMonitor.emit('suspend'),
  resume: (): boolean => powerMonitor.emit('resume'),
  /** True: the app delays the shutdown. */
  shutDown: (): boolean => powerMonitor.shutDown(),

  /** Ends Chromium and everything in it, for a test that runs the double in its own process. */
  async dispose(): Promise<void> {
    await (await attached)?.close();
    attached = null;
    await app.dispose();
  },
};
