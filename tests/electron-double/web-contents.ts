import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LoadURLOptions, Rectangle, WebPreferences as ElectronWebPreferences } from 'electron';
import { app } from './app.ts';
import { ifStillThere, TargetGone, type CdpSession } from './cdp.ts';
import { headed } from './chromium.ts';
import { frameAt, type Frame } from './frame.ts';
import { nativeImage, type NativeImage } from './native-image.ts';
import { loadError, loadPage, postOf } from './load.ts';
import { Navigation } from './navigation.ts';
import { NavigationHistory } from './navigation-history.ts';
import { netErrorOf } from './net-errors.ts';
import { nativeTheme } from './native-theme.ts';
import { PreloadLink } from './preload-link.ts';
import type { Page, PageOwner } from './pages.ts';
import { toPageAddress } from './protocol.ts';
import { NativeEmitter, focus, liveContents, preventable, report, windowOf } from './registry.ts';
import { interceptRequests, overrideCertificateErrors } from './requests.ts';
import { tellResponses } from './responses.ts';
import { runInIsolatedWorld, runInPage } from './scripts.ts';
import { throwOnceDestroyed } from './strict.ts';
import { session as sessions, type Session } from './session.ts';
import { Viewport } from './viewport.ts';

/** Electron's, of which the double heeds the session, the partition and the preload. */
export interface WebPreferences extends Omit<ElectronWebPreferences, 'session'> {
  session?: Session;
}

export type WindowOpenHandler = (details: { url: string; frameName: string; features: string; disposition: string }) => {
  action: 'allow' | 'deny';
};

let nextId = 1;

/** A page of Chromium as Electron's `webContents`. It is made at once; its commands wait until the page is there. */
export class WebContents extends NativeEmitter {
  readonly id = nextId++;
  /** Its session; also where it is gone, for the double's own use. */
  readonly partition: Session;
  /** The page, prepared; rejects when it was closed before. */
  readonly page: Promise<Page>;
  readonly navigationHistory = new NavigationHistory(this);
  targetId = '';
  /** Once the page is there. */
  navigation: Navigation | null = null;
  private link: PreloadLink | null = null;
  private openHandler: WindowOpenHandler = () => ({ action: 'allow' });
  private destroyed = false;
  /** From `close()` until it is destroyed, a moment later. */
  isClosing = false;
  private crashed = false;
  private readonly viewport = new Viewport();
  private title = '';

  constructor(private readonly preferences: WebPreferences) {
    super();
    this.partition = preferences.session ?? sessions.fromPartition(preferences.partition ?? '');
    liveContents.set(this.id, this);
    this.page = this.open();
    this.page.catch((error: unknown) => {
      // One that was closed, or went with its Chromium, before it was there
      if (!this.isClosing && !(error instanceof TargetGone)) report(error);
    });
    app.emit('web-contents-created', {}, this);
  }

  private async open(): Promise<Page> {
    const context = await this.partition.browserContextId();
    const pages = await app.pages();
    await interceptRequests(await this.partition.browser());
    const owner: PageOwner = {
      prepare: (page) => this.prepare(page),
      renamed: (title) => this.rename(title),
      closed: () => this.closedFromOutside(),
    };
    return await (headed && context === undefined ? pages.openAsApp(owner) : pages.open(owner, context));
  }

  private async prepare({ cdp, targetId }: Page): Promise<void> {
    this.targetId = targetId;
    const navigation = (this.navigation = new Navigation(this, cdp, targetId));
    this.listen(cdp);
    tellResponses(this, cdp);
    const link = (this.link = new PreloadLink(this, cdp, targetId));
    await Promise.all([
      cdp.send('Page.enable'),
      cdp.send('Runtime.enable'),
      cdp.send('Network.enable'),
      cdp.send('Inspector.enable'),
      overrideCertificateErrors(this, navigation, cdp),
      link.start(this.preferences.preload),
      // On a display, the page whose window is in front has the focus
      cdp.send('Emulation.setFocusEmulationEnabled', { enabled: !headed }),
      cdp.send('Emulation.setEmulatedMedia', nativeTheme.media()),
    ]);
    await this.viewport.apply(cdp);
  }

  private listen(cdp: CdpSession): void {
    cdp.on('Runtime.consoleAPICalled', ({ type, args }) => {
      const message = args.map((arg) => String(arg.value ?? arg.description)).join(' ');
      this.emit('console-message', { level: type === 'warning' ? 'warning' : type === 'error' ? 'error' : 'info', message });
    });
    cdp.on('Page.windowOpen', ({ url, windowName, windowFeatures }) => {
      const { action } = this.openHandler({
        url,
        frameName: windowName,
        features: windowFeatures.join(','),
        disposition: 'foreground-tab',
      });
      if (action === 'allow') report(new Error(`double: no window is opened for ${url}, whatever the handler says`));
    });
    cdp.on('Page.javascriptDialogOpening', ({ type }) => {
      const event = preventable({});
      if (type === 'beforeunload') this.emit('will-prevent-unload', event);
      // Another client of this Chromium may have answered first
      cdp.send('Page.handleJavaScriptDialog', { accept: type === 'beforeunload' && event.defaultPrevented }).catch(() => undefined);
    });
    cdp.on('Inspector.targetCrashed', () => this.gone());
  }

  rename(title: string): void {
    if (title === this.title) return;
    this.title = title;
    this.emit('page-title-updated', preventable({}), title, true);
  }

  private gone(): void {
    this.crashed = true;
    const details = { reason: 'crashed', exitCode: 5 };
    this.emit('render-process-gone', {}, details);
    app.emit('render-process-gone', {}, this, details);
  }

  get session(): Session {
    return this.partition;
  }

  send(channel: string, ...args: unknown[]): void {
    if (typeof channel !== 'string') throw new TypeError('Missing required channel argument');
    this.page.then(() => this.link?.send(channel, args)).catch(report);
  }

  /** Rejects with Electron's message, `code` and `errno` if the page does not load. An unhandled rejection is not reported. */
  loadURL(url: string, options: LoadURLOptions = {}): Promise<void> {
    const loaded = this.load(url, options);
    loaded.catch(() => undefined);
    return loaded;
  }

  private async load(url: string, options: LoadURLOptions): Promise<void> {
    const address = URL.canParse(url) ? new URL(url).href : url;
    try {
      const { cdp } = await this.page;
      if (this.navigation) await loadPage(this, cdp, this.navigation, address, postOf(options));
    } catch (error) {
      if (!(error instanceof TargetGone)) throw error;
      // An Electron that ends leaves its promises open
      if (app.isEnding()) await new Promise<never>(() => undefined);
      throw loadError(netErrorOf('ERR_FAILED'), address, error);
    }
  }

  loadFile(file: string): Promise<void> {
    return this.loadURL(pathToFileURL(path.resolve(file)).href);
  }

  get mainFrame(): Frame {
    return this.frame;
  }

  /** The main frame; also where it is gone, for the double's own use. */
  get frame(): Frame {
    return frameAt(this.navigation?.url ?? '');
  }

  /** As Chromium knows it, for its own commands. */
  get pageOrigin(): string {
    const address = toPageAddress(this.frame.url);
    return URL.canParse(address) ? new URL(address).origin : 'null';
  }

  hasFrame(frameId: string): boolean {
    return this.navigation?.frames.has(frameId) ?? false;
  }

  getURL(): string {
    return this.navigation?.url ?? '';
  }
  getTitle(): string {
    return this.title;
  }
  isLoading(): boolean {
    return this.navigation?.isLoading ?? false;
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  isCrashed(): boolean {
    return this.crashed;
  }
  isFocused(): boolean {
    return focus.window?.keyboardOf === this;
  }
  get history(): Navigation['history'] {
    return this.navigation?.history ?? { entries: [], index: 0 };
  }

  /** Brings its window to the front, but for Windows (`WebContents::Focus`). A view that lies in no window takes nothing. */
  focus(): void {
    if (process.platform !== 'win32') windowOf(this)?.focus();
    this.takeKeyboard();
  }
  private takeKeyboard(): void {
    const window = windowOf(this);
    // A view that is hidden cannot have it
    if (!window?.holds(this, { seen: true }) || window.keyboardOf === this) return;
    this.command((cdp) => cdp.send('Page.bringToFront'));
    window.giveKeyboard(this);
  }
  /** A page that has loaded takes the keyboard if its window has it, unless that is turned off (`WebContents::ReadyToCommitNavigation`). */
  takeKeyboardOnCommit(): void {
    if (this.preferences.focusOnNavigation !== false && windowOf(this)?.isFocused()) this.takeKeyboard();
  }
  reload(): void {
    this.crashed = false;
    this.command((cdp) => cdp.send('Page.reload'));
  }
  stop(): void {
    this.command((cdp) => cdp.send('Page.stopLoading'));
  }
  forcefullyCrashRenderer(): void {
    // Chromium cannot answer for a page that it has just ended
    this.command((cdp) => cdp.send('Page.crash').catch(() => undefined));
  }
  goToOffset(offset: number): void {
    this.command(async (cdp) => {
      await this.navigation?.refreshHistory();
      const { entries, index } = this.history;
      const entry = entries[index + offset];
      if (entry) await cdp.send('Page.navigateToHistoryEntry', { entryId: entry.id });
    });
  }
  clearHistory(): void {
    this.command(async (cdp) => {
      await cdp.send('Page.resetNavigationHistory');
      await this.navigation?.refreshHistory();
    });
  }
  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.openHandler = handler;
  }
  /** Recorded: Chromium fixes it for a whole browser. */
  setWebRTCIPHandlingPolicy(policy: string): void {
    this.webRTCPolicy = policy;
  }
  private webRTCPolicy = 'default';
  getWebRTCIPHandlingPolicy(): string {
    return this.webRTCPolicy;
  }

  /** As in `lib/browser/api/web-contents.ts`: scripts wait until a page has loaded. */
  private async untilLoaded(): Promise<void> {
    if (this.getURL() !== '' && !this.isLoading()) return;
    await new Promise((resolve) => this.once('did-stop-loading', resolve));
  }

  async executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    await this.untilLoaded();
    return runInPage((await this.page).cdp, code, userGesture);
  }

  async executeJavaScriptInIsolatedWorld(worldId: number, scripts: readonly { code: string }[]): Promise<unknown> {
    await this.untilLoaded();
    return runInIsolatedWorld((await this.page).cdp, worldId, scripts);
  }

  async capturePage(): Promise<NativeImage> {
    return nativeImage.createFromBuffer(await this.viewport.capture((await this.page).cdp));
  }

  /** The viewport follows the view. */
  resize(size: Pick<Rectangle, 'width' | 'height'>): void {
    if (this.viewport.resize(size)) this.command((cdp) => this.viewport.apply(cdp));
  }

  /** The level of the page's host in its session, as in `HostZoomMap`. */
  getZoomLevel(): number {
    return this.partition.zoomLevels.get(this.zoomHost) ?? 0;
  }
  getZoomFactor(): number {
    return 1.2 ** this.getZoomLevel();
  }
  /** For every page of this host in the session. No effect before a page is there (`WebContentsZoomController::SetZoomLevel`). */
  setZoomLevel(level: number): void {
    if (typeof level !== 'number') throw new TypeError('Error processing argument at index 0, conversion failure');
    if (this.getURL() === '' || this.crashed) return;
    this.partition.zoomLevels.set(this.zoomHost, level);
    for (const each of liveContents.values()) if (each.partition === this.partition && !each.isClosing) each.applyZoom();
  }
  /** After a commit too: the next page may be of another host. */
  applyZoom(): void {
    if (this.viewport.scale(this.getZoomFactor())) this.command((cdp) => this.viewport.apply(cdp));
  }
  private get zoomHost(): string {
    // As `net::GetHostOrSpecFromURL`
    const address = this.navigation?.url ?? '';
    return (URL.canParse(address) ? new URL(address).hostname : '') || address;
  }

  themeChanged(): void {
    this.command((cdp) => cdp.send('Emulation.setEmulatedMedia', nativeTheme.media()));
  }

  async clearStorage(): Promise<void> {
    const { cdp } = await this.page;
    if (this.pageOrigin.startsWith('http'))
      await ifStillThere(cdp.send('Storage.clearDataForOrigin', { origin: this.pageOrigin, storageTypes: 'all' }));
  }

  /** A person closed the page's window on a display. There is no tray to reopen ours from, so the app gets the request to quit. */
  private closedFromOutside(): void {
    if (this.destroyed) return;
    this.destroy();
    if (headed && this.partition === sessions.defaultSession) process.kill(process.pid, 'SIGTERM');
  }

  /** Destroyed a moment later, not at once: `WebContents::CloseContents` posts a task. */
  close(): void {
    if (this.isClosing) return;
    this.isClosing = true;
    setImmediate(() => this.destroy());
    const closed = this.page.then(async ({ targetId }) => {
      const { connection } = await app.chromium();
      await ifStillThere(connection.root.send('Target.closeTarget', { targetId }));
    });
    // A page that never opened needs no closing
    closed.catch(() => undefined);
  }

  private destroy(): void {
    if (this.destroyed) return;
    const window = windowOf(this);
    this.destroyed = true;
    this.isClosing = true;
    liveContents.delete(this.id);
    if (window?.keyboardOf === this) window.giveKeyboard(null);
    this.emit('destroyed');
  }

  /** Sends a command without waiting for its result. */
  private command(send: (cdp: CdpSession) => Promise<unknown>): void {
    if (this.destroyed) return;
    this.page.then(({ cdp }) => ifStillThere(send(cdp))).catch(report);
  }
}

// From `destroyed` on the native part is gone: `id`, `isDestroyed` and the events are left
throwOnceDestroyed(WebContents, (contents) => contents.isDestroyed(), [
  'session',
  'mainFrame',
  'send',
  'loadURL',
  'loadFile',
  'getURL',
  'getTitle',
  'isLoading',
  'isCrashed',
  'isFocused',
  'focus',
  'reload',
  'stop',
  'close',
  'forcefullyCrashRenderer',
  'setWebRTCIPHandlingPolicy',
  'getWebRTCIPHandlingPolicy',
  'capturePage',
  'getZoomLevel',
  'getZoomFactor',
  'setZoomLevel',
]);

/** Electron's `webContents` module. */
export const webContents = {
  getAllWebContents: (): WebContents[] => [...liveContents.values()],
  fromId: (id: number): WebContents | undefined => liveContents.get(id),
  getFocusedWebContents: (): WebContents | null => focus.window?.keyboardOf ?? null,
  fromDevToolsTargetId: (targetId: string): WebContents | undefined =>
    [...liveContents.values()].find((contents) => contents.targetId === targetId),
};
