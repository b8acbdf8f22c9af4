import { WebContentsView, type WebContents } from 'electron';
import type { PortalPage, PortalView, PortalVisit } from '../../app/ports.ts';
import type { Failure } from '../../../shared/failure.ts';
import { hardened } from '../pages/hardening.ts';
import { mayVisit } from '../pages/navigation.ts';
import { portalFailure } from './portal-failure.ts';
import { openPortalSession, type PortalSession } from './portal-session.ts';
import type { ProxyAccess } from '../pages/proxy-login.ts';

/** The part of the window that the portal needs: room beside our column. */
export interface PortalPlace {
  openBeside(view: WebContentsView): void;
  closeBeside(view: WebContentsView): void;
  /** Hidden while our own page shows in its room why nothing loaded. */
  setBesideVisible(visible: boolean): void;
}

export interface PortalViewOptions {
  place: PortalPlace;
  proxy: ProxyAccess & { failureFor(host: string): Failure | null };
  log: (line: string) => void;
  now: () => number;
}

/** The desktop's {@link PortalView}, and which page is its own: only that one is given the proxy's secret. */
export interface DesktopPortalView extends PortalView {
  owns(contents: WebContents | null): boolean;
}

/** Shows the campus's own page beside ours. Reads nothing from it and types nothing into it; follows its address. */
export function createPortalView(options: PortalViewOptions): DesktopPortalView {
  const listeners = new Set<(page: PortalPage | null) => void>();
  const tell = (page: PortalPage | null): void => {
    for (const listener of listeners) listener(page);
  };
  let shown: Visit | null = null;
  // One opening or closing at a time, in the order they were asked for
  let turn: Promise<void> = Promise.resolve();
  const next = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined); // reported to its own caller; it must not fail the one after
    return mine;
  };
  const close = async (): Promise<void> => {
    const visit = shown;
    shown = null;
    await visit?.close();
  };

  return {
    open: (visit) =>
      next(async () => {
        await close();
        shown = new Visit(visit, await openPortalSession(visit.profile, visit.verifier, options.proxy), options, tell);
      }),
    close: () => next(close),
    back: () => shown?.back(),
    reload: () => shown?.reload(),
    onPage: (listener) => void listeners.add(listener),
    owns: (contents) => contents !== null && shown?.contents.id === contents.id,
  };
}

/** How many of a visit's tries to leave are worth a line in the log. */
const loggedDenials = 20;
/** Far more than any page that the guide follows: an address may be megabytes, and goes with every state. */
const maxPathChars = 500;

/** One visit: one view, one partition, from opening to closing. */
class Visit {
  readonly contents: WebContents;
  readonly #view: WebContentsView;
  readonly #visit: PortalVisit;
  readonly #partition: PortalSession;
  readonly #options: PortalViewOptions;
  readonly #tell: (page: PortalPage | null) => void;
  #page: PortalPage;
  #address: string;
  #closed = false;
  #denials = 0;

  constructor(visit: PortalVisit, partition: PortalSession, options: PortalViewOptions, tell: (page: PortalPage | null) => void) {
    this.#visit = visit;
    this.#partition = partition;
    this.#options = options;
    this.#tell = tell;
    this.#address = visit.profile.portal.address;
    this.#page = { ...placeOf(this.#address), loading: true, canGoBack: false, failure: null };
    this.#view = new WebContentsView({
      webPreferences: { ...hardened, session: partition.session },
    });
    this.contents = this.#view.webContents;
    // Without a proxy that carries UDP there is none: a page cannot learn or use the address of this computer
    this.contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
    this.#keepInside();
    this.#follow();
    options.place.openBeside(this.#view);
    this.#start();
  }

  back(): void {
    if (this.contents.isDestroyed()) return;
    if (!this.#returnToPage() && this.contents.navigationHistory.canGoBack()) this.contents.navigationHistory.goBack();
  }

  reload(): void {
    if (this.contents.isDestroyed() || this.#returnToPage()) return;
    // A failed first load was a POST that is good for once; its page is asked for anew, by GET
    if (this.#page.failure) this.#load(this.#address);
    else this.contents.reload();
  }

  /** After a denial the page that wanted to leave is still there, with what was typed into it. */
  #returnToPage(): boolean {
    const address = this.contents.getURL();
    if (this.#page.failure?.code !== 'portal-left' || !mayVisit(address, this.#visit.profile)) return false;
    this.#update({ ...placeOf(address), failure: null });
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#options.place.closeBeside(this.#view);
    if (!this.contents.isDestroyed()) this.contents.close();
    await this.#partition.empty();
  }

  /** The one-time sign-in, where there is one that leads to the portal itself; else its front page. */
  #start(): void {
    const { signIn, task, profile } = this.#visit;
    if (signIn && signIn.expiresAt > this.#options.now() && mayVisit(signIn.action, profile)) {
      const form = new URLSearchParams({ token: signIn.token, ...(task && { task }) });
      this.#load(signIn.action, {
        postData: [{ type: 'rawData', bytes: Buffer.from(form.toString()) }],
        extraHeaders: 'Content-Type: application/x-www-form-urlencoded',
      });
    } else {
      if (signIn) this.#options.log('portal: the one-time sign-in was not used: too old, or not for a portal host');
      this.#load(profile.portal.address);
    }
  }

  #load(address: string, post?: Electron.LoadURLOptions): void {
    this.contents.loadURL(address, post).catch(() => undefined); // `did-fail-load` tells it, with more to say
  }

  /** Only the portal's own hosts, in this view: leaving is denied and told. */
  #keepInside(): void {
    const keep = (event: Electron.Event, address: string): void => {
      if (mayVisit(address, this.#visit.profile)) return;
      event.preventDefault();
      this.#deny(address);
    };
    this.contents.on('will-navigate', (event) => keep(event, event.url));
    this.contents.on('will-redirect', (event) => keep(event, event.url));
    this.contents.on('will-frame-navigate', (event) => {
      // The main frame has been asked about already
      if (!event.isMainFrame) keep(event, event.url);
    });
    this.contents.setWindowOpenHandler(({ url }) => {
      if (mayVisit(url, this.#visit.profile)) this.#load(url);
      else this.#deny(url);
      return { action: 'deny' };
    });
    // A page may not hold the person back with a question of its own
    this.contents.on('will-prevent-unload', (event) => event.preventDefault());
  }

  #deny(address: string): void {
    const { host } = placeOf(address);
    // A page that tries without end must not push everything else out of the log
    if (this.#denials++ < loggedDenials) this.#options.log(`portal: leaving for ${host} was denied`);
    this.#update({ failure: { code: 'portal-left', params: { host } } });
  }

  /** Tells where the view is, by its address and nothing else. */
  #follow(): void {
    const { contents } = this;
    contents.on('did-start-loading', () => this.#update({ loading: true }));
    contents.on('did-stop-loading', () => this.#update({ loading: false }));
    // What failed stays told until another page is there
    contents.on('did-navigate', (_event, address) => this.#arrive(address, { failure: null }));
    contents.on('did-navigate-in-page', (_event, address, isMainFrame) => {
      if (isMainFrame) this.#arrive(address);
    });
    contents.on('did-fail-load', (_event, errorCode, description, address, isMainFrame) => {
      if (!isMainFrame) return;
      const { host } = placeOf(address);
      const failure = portalFailure({
        host,
        errorCode,
        description,
        refusal: this.#partition.refusal(host),
        carried: this.#options.proxy.failureFor(host),
      });
      if (!failure) return;
      // The one-time sign-in's address takes no GET: what stands for it is the front page
      this.#address =
        address === this.#visit.signIn?.action || failure.code === 'portal-left' ? this.#visit.profile.portal.address : address;
      this.#options.log(`portal: ${host} did not load: ${failure.code} ${description}`);
      this.#update({ ...placeOf(this.#address), failure });
    });
    contents.on('render-process-gone', (_event, { reason }) => {
      if (this.#closed) return;
      this.#update({
        loading: false,
        failure: { code: 'portal-unreachable', params: { host: this.#page.host }, detail: `page ended: ${reason}` },
      });
    });
    contents.on('destroyed', () => {
      if (this.#closed) return;
      this.#options.place.closeBeside(this.#view);
      this.#tell(null);
    });
  }

  #arrive(address: string, more: Partial<PortalPage> = {}): void {
    this.#address = address;
    this.#update({ ...placeOf(address), ...more });
  }

  #update(change: Partial<PortalPage>): void {
    if (this.#closed || this.contents.isDestroyed()) return;
    this.#page = { ...this.#page, ...change, canGoBack: this.contents.navigationHistory.canGoBack() };
    this.#options.place.setBesideVisible(this.#page.failure === null);
    this.#tell(this.#page);
  }
}

/** Host and path of an address; its query and fragment may hold what is nobody's business. */
function placeOf(address: string): { host: string; path: string } {
  const url = URL.parse(address);
  return { host: url?.hostname ?? '', path: (url?.pathname ?? '').slice(0, maxPathChars) };
}
