import { app } from './app.ts';
import { inspectServer, type VerifyProc } from './certificates.ts';
import type { CdpSession } from './cdp.ts';
import { Cookies } from './cookies.ts';
import { dial, rulesOf, type ProxySettings } from './dial.ts';
import { Permissions, type PermissionCheckHandler, type PermissionRequestHandler } from './permissions.ts';
import { Protocol, registerSchemesAsPrivileged, type SchemeHandler } from './protocol.ts';
import { NativeEmitter, callApp, liveContents, report } from './registry.ts';
import { onlyOnceReady } from './strict.ts';
import type { WebContents } from './web-contents.ts';
import { WebRequest } from './web-request.ts';

/** What the desktop's own settings say, for sessions that have no proxy of their own when their first page opens; Chromium's default one does not heed it. */
export const systemProxy = { list: 'DIRECT' };

/** 0 accepts, -3 leaves it to Chromium; anything else is the error that the request fails with. */
export const verdicts = { accept: 0, chromiumDecides: -3 } as const;

/** A list with the weights that `net::HttpUtil::GenerateAcceptLanguageHeader` gives it: 1, 0.9 and down to 0.1. */
const acceptLanguageHeader = (list: string): string =>
  list
    .split(',')
    .map((tag, at) => (at === 0 ? tag.trim() : `${tag.trim()};q=0.${Math.max(1, 10 - at)}`))
    .join(',');

/**
 * A partition: one browser context of Chromium, made when its first page opens. A context's proxy is fixed
 * once it is made; clearing a session that has no page throws the context away, and everything in it.
 */
export class Session extends NativeEmitter {
  readonly protocol = new Protocol();
  readonly webRequest = new WebRequest();
  /** The zoom level of each host that has one. Electron keeps the default session's in a file. */
  readonly zoomLevels = new Map<string, number>();
  private readonly permissions = new Permissions();
  private context: Promise<string | undefined> | null = null;
  private proxy: ProxySettings | null = null;
  private verifyProc: VerifyProc | null = null;
  private userAgent: string | null = null;
  /** What `setUserAgent` said, as a header. Null: Chromium's own. */
  acceptLanguage: string | null = null;
  private readonly verdicts = new Map<string, Promise<number>>();

  constructor(readonly partition: string) {
    super();
  }

  readonly cookies = new Cookies({ browser: () => this.browser(), context: () => this.inContext() });

  /** The browser context's id; undefined is Chromium's own default one. */
  async browserContextId(): Promise<string | undefined> {
    this.context ??= this.open();
    return await this.context;
  }

  async browser(): Promise<CdpSession> {
    const { connection } = await app.chromium();
    return connection.root;
  }

  private async open(): Promise<string | undefined> {
    const browser = await this.browser();
    let id: string | undefined;
    if (this.partition !== '') {
      const proxy = this.used();
      const made = await browser.send('Target.createBrowserContext', {
        disposeOnDetach: true,
        ...(proxy && { proxyServer: proxy.proxyRules, proxyBypassList: proxy.proxyBypassRules }),
      });
      id = made.browserContextId;
    }
    await this.permissions.applyDefaults(browser, id);
    await browser.send('Browser.setDownloadBehavior', {
      behavior: 'allowAndName',
      downloadPath: app.getPath('downloads'),
      eventsEnabled: true,
      ...(id !== undefined && { browserContextId: id }),
    });
    return id;
  }

  private async inContext(): Promise<{ browserContextId?: string }> {
    const id = await this.browserContextId();
    return id === undefined ? {} : { browserContextId: id };
  }

  async setProxy(settings: { mode?: string; proxyRules?: string; proxyBypassRules?: string }): Promise<void> {
    const rules = settings.mode === 'direct' ? '' : (settings.proxyRules ?? '');
    const proxy = rules === '' ? null : { proxyRules: rules, proxyBypassRules: settings.proxyBypassRules ?? '' };
    if (JSON.stringify(proxy) === JSON.stringify(this.proxy)) return;
    if (this.partition === '') throw new Error("double: the default session's proxy is Chromium's own");
    if (!(await this.discard())) throw new Error('double: a proxy cannot change under open pages');
    this.proxy = proxy;
  }

  /** Its own proxy, or the desktop's. */
  private used(): ProxySettings | null {
    if (this.proxy || systemProxy.list === 'DIRECT') return this.proxy;
    return { proxyRules: rulesOf(systemProxy.list), proxyBypassRules: '' };
  }

  resolveProxy(): Promise<string> {
    return Promise.resolve(this.proxy ? `PROXY ${this.proxy.proxyRules.replace(/^https?:\/\//, '')}` : systemProxy.list);
  }

  getUserAgent(): string {
    return this.userAgent ?? app.userAgentFallback;
  }

  setUserAgent(userAgent: string, acceptLanguages?: string): void {
    this.userAgent = userAgent;
    if (acceptLanguages !== undefined) this.acceptLanguage = acceptLanguageHeader(acceptLanguages);
  }

  setCertificateVerifyProc(proc: VerifyProc | null): void {
    // A verdict is final, because the network service caches it (docs/api/session.md)
    this.verifyProc = proc;
  }

  get verifies(): boolean {
    return this.verifyProc !== null;
  }

  /** The app's verdict on a server, asked once a host and port. A server that cannot be inspected is left to Chromium, which fails by itself. */
  async verdict(host: string, port: number, contents: WebContents): Promise<number> {
    const { verifyProc } = this;
    if (!verifyProc) return verdicts.chromiumDecides;
    const key = `${host}:${port}`;
    let asked = this.verdicts.get(key);
    if (!asked) {
      asked = dial(host, port, this.used(), contents)
        .then((stream) => inspectServer(host, stream))
        .then(
          // If the procedure never calls back, because it throws or forgets to, the request hangs
          (request) => new Promise<number>((resolve) => void callApp(() => verifyProc(request, resolve))),
          (error: unknown) => {
            report(new Error(`the certificate of ${key} was not seen`, { cause: error }));
            // Only a server that was seen has a verdict to keep
            this.verdicts.delete(key);
            return verdicts.chromiumDecides;
          },
        );
      this.verdicts.set(key, asked);
    }
    return await asked;
  }

  setPermissionRequestHandler(handler: PermissionRequestHandler | null): void {
    this.permissions.setRequestHandler(handler);
    this.renewPermissions();
  }

  setPermissionCheckHandler(handler: PermissionCheckHandler | null): void {
    this.permissions.setCheckHandler(handler);
    this.renewPermissions();
  }

  /** A page asks for a permission. Resolves once Chromium has the app's answer. */
  async askPermission(contents: WebContents, permission: string, mediaTypes: string[]): Promise<void> {
    await this.permissions.ask(await this.browser(), await this.browserContextId(), contents, permission, mediaTypes);
  }

  /** Pages that are already open follow a change of the handlers. */
  private renewPermissions(): void {
    const { context } = this;
    if (!context) return;
    this.context = context.then(async (id) => (await this.permissions.applyDefaults(await this.browser(), id), id));
    // Whoever opens a page next gets the error; there may be nobody, as Chromium may be about to end
    this.context.catch(() => undefined);
  }

  /** Chromium asks no handler for devices in the double: without a chooser there is none to grant. */
  setDevicePermissionHandler(): void {
    return;
  }

  setDisplayMediaRequestHandler(): void {
    return;
  }

  setSpellCheckerEnabled(): void {
    return;
  }

  isPersistent(): boolean {
    return this.partition === '' || this.partition.startsWith('persist:');
  }

  async clearStorageData(): Promise<void> {
    await this.empty();
  }

  async clearCache(): Promise<void> {
    await this.empty();
  }

  async clearAuthCache(): Promise<void> {
    await this.empty();
  }

  async closeAllConnections(): Promise<void> {
    await this.empty();
  }

  /** Cookies and storage of open pages are cleared; without open pages the whole context goes, with its connections and sign-ins. */
  private async empty(): Promise<void> {
    if (!this.context || (await this.discard())) return;
    const browser = await this.browser();
    await browser.send('Storage.clearCookies', await this.inContext());
    for (const contents of this.pages()) await contents.clearStorage();
  }

  /** False while pages are open. */
  private async discard(): Promise<boolean> {
    this.verdicts.clear();
    if (this.pages().length > 0) return false;
    const { context } = this;
    this.context = null;
    const id = context ? await context : undefined;
    if (id !== undefined) await (await this.browser()).send('Target.disposeBrowserContext', { browserContextId: id });
    return true;
  }

  private pages(): WebContents[] {
    return [...liveContents.values()].filter((contents) => contents.partition === this && !contents.isClosing);
  }
}

const partitions = new Map<string, Session>();

/** Electron's `session` module. */
export const session = {
  get defaultSession(): Session {
    return session.fromPartition('');
  },
  fromPartition(partition: string): Session {
    onlyOnceReady(new TypeError('Session can only be received when app is ready'));
    const known = partitions.get(partition);
    if (known) return known;
    const made = new Session(partition);
    partitions.set(partition, made);
    app.emit('session-created', made);
    return made;
  },
};

/** Electron's `protocol` module: the default session's, but for what has to be said before there is one. */
export const protocol = {
  registerSchemesAsPrivileged,
  handle: (scheme: string, handler: SchemeHandler): void => session.defaultSession.protocol.handle(scheme, handler),
  unhandle: (scheme: string): void => session.defaultSession.protocol.unhandle(scheme),
  isProtocolHandled: (scheme: string): boolean => session.defaultSession.protocol.isProtocolHandled(scheme),
};
