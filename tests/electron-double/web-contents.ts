import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LoadURLOptions, Rectangle, WebPreferences } from 'electron';
import type { Protocol } from 'devtools-protocol';
import * as z from 'zod';
import { app } from './app.ts';
import { ifStillThere, type CdpSession } from './cdp.ts';
import { headed } from './chromium.ts';
import { createCodec } from './codec.ts';
import { frameAt, type Frame } from './frame.ts';
import { ipcMain } from './ipc.ts';
import { nativeImage, type NativeImage } from './native-image.ts';
import { Navigation } from './navigation.ts';
import { nativeTheme } from './native-theme.ts';
import { bindingName, deliverName, pageScript, preloadScript, preloadWorldName } from './page-shim.ts';
import type { Page } from './pages.ts';
import { toPageAddress } from './protocol.ts';
import { liveContents, preventable, report } from './registry.ts';
import { Requests } from './requests.ts';
import { session as sessions, Session } from './session.ts';

const codec = createCodec();

/** What the isolated world sends through the binding. */
const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('invoke'), id: z.number(), channel: z.string(), args: z.array(z.unknown()) }),
  z.object({ kind: z.literal('send'), channel: z.string(), args: z.array(z.unknown()) }),
  z.object({
    kind: z.literal('permission'),
    id: z.number(),
    permission: z.string(),
    details: z.object({ mediaTypes: z.array(z.string()) }),
  }),
  z.object({ kind: z.literal('input'), input: z.record(z.string(), z.unknown()) }),
]);

export type WindowOpenHandler = (details: { url: string; frameName: string; features: string; disposition: string }) => {
  action: 'allow' | 'deny';
};

let nextId = 1;
let focused: WebContents | null = null;

/** A page of Chromium as Electron's `webContents`. It is made at once; its commands wait until the page is there. */
export class WebContents extends EventEmitter {
  readonly id = nextId++;
  readonly session: Session;
  /** The page, prepared; rejects when it was closed before. */
  readonly page: Promise<Page>;
  readonly navigationHistory = new NavigationHistory(this);
  targetId = '';
  private navigation: Navigation | null = null;
  private preloadContext = 0;
  private openHandler: WindowOpenHandler = () => ({ action: 'allow' });
  private destroyed = false;
  private crashed = false;
  private size: { width: number; height: number } | null = null;
  private title = '';

  constructor(private readonly preferences: WebPreferences) {
    super();
    const { session, partition } = preferences;
    this.session = session instanceof Session ? session : sessions.fromPartition(partition ?? '');
    liveContents.set(this.id, this);
    this.page = this.open();
    this.page.catch((error: unknown) => {
      if (!this.destroyed) report(error);
    });
    app.emit('web-contents-created', {}, this);
  }

  private async open(): Promise<Page> {
    const context = await this.session.browserContextId();
    const pages = await app.pages();
    const options = { ...(context !== undefined && { browserContextId: context }), ...(headed && { newWindow: true }) };
    return await pages.open(options, (page) => this.prepare(page));
  }

  private async prepare({ cdp, targetId }: Page): Promise<void> {
    this.targetId = targetId;
    const navigation = (this.navigation = new Navigation(this, cdp, targetId));
    const requests = new Requests(this, cdp, navigation, targetId);
    this.listen(cdp, targetId);
    const key = randomUUID();
    const file = this.preferences.preload;
    const preload = file === undefined ? null : { text: readFileSync(file, 'utf8'), file };
    await Promise.all([
      cdp.send('Page.enable'),
      cdp.send('Runtime.enable'),
      cdp.send('Network.enable'),
      cdp.send('Inspector.enable'),
      requests.start(),
      cdp.send('Runtime.addBinding', { name: bindingName, executionContextName: preloadWorldName }),
      cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript(key) }),
      cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: preloadScript(key, preload), worldName: preloadWorldName }),
      cdp.send('Emulation.setFocusEmulationEnabled', { enabled: true }),
      cdp.send('Emulation.setEmulatedMedia', nativeTheme.media()),
    ]);
    if (this.size) await this.applySize(cdp, this.size);
  }

  private listen(cdp: CdpSession, targetId: string): void {
    cdp.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === preloadWorldName && Reflect.get(context.auxData ?? {}, 'frameId') === targetId) this.preloadContext = context.id;
    });
    cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === bindingName && executionContextId === this.preloadContext) this.receive(payload, executionContextId).catch(report);
    });
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
    const root = app.chromium().then(({ connection }) => connection.root);
    root
      .then((browser) => {
        browser.on('Target.targetInfoChanged', ({ targetInfo }) => {
          if (targetInfo.targetId === targetId) this.rename(targetInfo);
        });
        browser.on('Target.detachedFromTarget', ({ sessionId }) => {
          if (sessionId === cdp.sessionId) this.destroy();
        });
      })
      .catch(report);
  }

  private rename({ title }: Protocol.Target.TargetInfo): void {
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

  private async receive(payload: string, context: number): Promise<void> {
    const message = messageSchema.parse(codec.decode(payload));
    switch (message.kind) {
      case 'send':
        return ipcMain.receive(this, this.mainFrame, message.channel, message.args);
      case 'input':
        return void this.emit('before-input-event', preventable({}), message.input);
      case 'permission': {
        const { permissions } = this.session;
        await permissions.ask(
          await this.session.browser(),
          await this.session.browserContextId(),
          this,
          message.permission,
          message.details.mediaTypes,
        );
        return await this.deliver({ id: message.id, value: null }, context);
      }
      case 'invoke':
        try {
          const value = await ipcMain.invoke(this, this.mainFrame, message.channel, message.args);
          return await this.deliver({ id: message.id, value }, context);
        } catch (error) {
          return await this.deliver({ id: message.id, error }, context);
        }
    }
  }

  /** Hands a message to the preload's world, if the page that it is for is still there. */
  private async deliver(message: object, context: number): Promise<void> {
    const text = JSON.stringify(codec.encode(message));
    if (context === 0 || this.destroyed) return;
    const { cdp } = await this.page;
    await ifStillThere(cdp.send('Runtime.evaluate', { contextId: context, expression: `globalThis.${deliverName}(${text})` }));
  }

  send(channel: string, ...args: unknown[]): void {
    if (this.destroyed) throw new TypeError('Object has been destroyed');
    this.page.then(() => this.deliver({ channel, args }, this.preloadContext)).catch(report);
  }

  /** Rejects with Electron's words, `code` and `errno` when the page does not load. */
  async loadURL(url: string, options: LoadURLOptions = {}): Promise<void> {
    const { cdp } = await this.page;
    const { navigation } = this;
    if (!navigation) throw new Error('the page is not prepared');
    const address = URL.canParse(url) ? new URL(url).href : url;
    navigation.expect(address, postOf(options));
    const over = this.loadOver();
    let answer: Protocol.Page.NavigateResponse;
    try {
      answer = await cdp.send('Page.navigate', { url: toPageAddress(address) });
      if (answer.loaderId !== undefined && answer.errorText === undefined) await over.promise;
    } catch (error) {
      throw loadError({ code: -2, name: 'ERR_FAILED' }, address, error);
    } finally {
      over.stop();
    }
    await navigation.settled();
    if (answer.errorText !== undefined) throw loadError(navigation.errorOf(answer.errorText, address), address, answer.errorText);
  }

  /** Ends with the load, well or not: the page is there, another one took over, or it is destroyed. */
  private loadOver(): { promise: Promise<void>; stop: () => void } {
    let stop: () => void = () => undefined;
    const promise = new Promise<void>((resolve) => {
      const done = (): void => resolve();
      const events = ['did-finish-load', 'did-stop-loading', 'destroyed', 'render-process-gone'];
      for (const event of events) this.on(event, done);
      stop = () => {
        for (const event of events) this.off(event, done);
      };
    });
    return { promise, stop };
  }

  loadFile(file: string): Promise<void> {
    return this.loadURL(pathToFileURL(path.resolve(file)).href);
  }

  get mainFrame(): Frame {
    return frameAt(this.getURL());
  }

  /** As Chromium knows it, for its own commands. */
  get pageOrigin(): string {
    const address = toPageAddress(this.getURL());
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
    return focused === this;
  }
  get history(): Navigation['history'] {
    return this.navigation?.history ?? { entries: [], index: 0 };
  }

  focus(): void {
    if (focused === this || this.destroyed) return;
    const before = focused;
    focused = this;
    if (before && !before.destroyed) before.emit('blur');
    this.command((cdp) => cdp.send('Page.bringToFront'));
    this.emit('focus');
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
  goToEntry(entryId: number): void {
    this.command((cdp) => cdp.send('Page.navigateToHistoryEntry', { entryId }));
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
  /** Chromium fixes it for a whole browser; the double has its pages use no UDP at all, see `docs/unverified.md`. */
  setWebRTCIPHandlingPolicy(policy: string): void {
    this.webRTCPolicy = policy;
  }
  private webRTCPolicy = 'default';
  getWebRTCIPHandlingPolicy(): string {
    return this.webRTCPolicy;
  }

  async executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    const { cdp } = await this.page;
    const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', {
      expression: code,
      awaitPromise: true,
      returnByValue: true,
      userGesture,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return z.unknown().parse(result.value);
  }

  async capturePage(): Promise<NativeImage> {
    const { cdp } = await this.page;
    const { data } = await cdp.send('Page.captureScreenshot', { format: 'png' });
    return nativeImage.createFromBuffer(Buffer.from(data, 'base64'));
  }

  /** The viewport follows the view. */
  resize({ width, height }: Pick<Rectangle, 'width' | 'height'>): void {
    if (this.size?.width === width && this.size.height === height) return;
    this.size = { width, height };
    const { size } = this;
    this.command((cdp) => this.applySize(cdp, size));
  }
  private async applySize(cdp: CdpSession, { width, height }: { width: number; height: number }): Promise<void> {
    // 0 would mean Chromium's own window
    await cdp.send('Emulation.setDeviceMetricsOverride', {
      width: Math.max(1, width),
      height: Math.max(1, height),
      deviceScaleFactor: 1,
      mobile: false,
    });
  }

  themeChanged(): void {
    this.command((cdp) => cdp.send('Emulation.setEmulatedMedia', nativeTheme.media()));
  }

  async clearStorage(): Promise<void> {
    const { cdp } = await this.page;
    if (this.pageOrigin.startsWith('http'))
      await ifStillThere(cdp.send('Storage.clearDataForOrigin', { origin: this.pageOrigin, storageTypes: 'all' }));
  }

  close(): void {
    if (this.destroyed) return;
    const { page } = this;
    this.destroy();
    const closed = page.then(async ({ targetId }) => {
      const { connection } = await app.chromium();
      await ifStillThere(connection.root.send('Target.closeTarget', { targetId }));
    });
    // A page that never opened needs no closing
    closed.catch(() => undefined);
  }

  private destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    liveContents.delete(this.id);
    if (focused === this) focused = null;
    this.emit('destroyed');
  }

  /** Sends what nobody waits for. */
  private command(send: (cdp: CdpSession) => Promise<unknown>): void {
    if (this.destroyed) return;
    this.page.then(({ cdp }) => ifStillThere(send(cdp))).catch(report);
  }
}

/** Where the page has been; known without asking, as Electron has it. */
class NavigationHistory {
  constructor(private readonly contents: WebContents) {}
  canGoBack(): boolean {
    return this.contents.history.index > 0;
  }
  canGoForward(): boolean {
    return this.contents.history.index < this.contents.history.entries.length - 1;
  }
  goBack(): void {
    this.goToOffset(-1);
  }
  goForward(): void {
    this.goToOffset(1);
  }
  goToOffset(offset: number): void {
    const { entries, index } = this.contents.history;
    const entry = entries[index + offset];
    if (entry) this.contents.goToEntry(entry.id);
  }
  clear(): void {
    this.contents.clearHistory();
  }
  length(): number {
    return this.contents.history.entries.length;
  }
  getActiveIndex(): number {
    return this.contents.history.index;
  }
}

function postOf({ postData, extraHeaders }: LoadURLOptions): { body: Buffer; headers: Record<string, string> } | null {
  if (!postData) return null;
  const parts = postData.map((part) => ('bytes' in part ? part.bytes : readFileSync(part.filePath)));
  const lines = (extraHeaders ?? '').split('\n').filter((line) => line.includes(':'));
  const headers = lines.map((line): [string, string] => [
    line.slice(0, line.indexOf(':')).trim(),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return { body: Buffer.concat(parts), headers: Object.fromEntries(headers) };
}

function loadError({ code, name }: { code: number; name: string }, url: string, cause: unknown): Error {
  return Object.assign(new Error(`${name} (${code}) loading '${url}'`, { cause }), { errno: code, code: name, url });
}

/** Electron's `webContents` module. */
export const webContents = {
  getAllWebContents: (): WebContents[] => [...liveContents.values()],
  fromId: (id: number): WebContents | undefined => liveContents.get(id),
  getFocusedWebContents: (): WebContents | null => focused,
  fromDevToolsTargetId: (targetId: string): WebContents | undefined =>
    [...liveContents.values()].find((contents) => contents.targetId === targetId),
};
