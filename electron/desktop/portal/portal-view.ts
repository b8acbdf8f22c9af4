import { WebContentsView, type WebContents } from 'electron';
import type { PortalPage, PortalView, PortalVisit } from '../../app/ports.ts';
import type { Failure } from '../../../shared/failure.ts';
import { hardened } from '../pages/hardening.ts';
import { mayVisit } from '../pages/navigation.ts';
import type { PageArea } from '../pages/page-area.ts';
import { portalFailure } from './portal-failure.ts';
import { openPortalSession, type PortalSession } from './portal-session.ts';
import type { ProxyAccess } from '../pages/proxy-login.ts';

export interface PortalViewOptions {
  pageArea: PageArea;
  proxy: ProxyAccess & { failureFor(host: string): Failure | null };
  /** The languages to ask the portal for, the preferred one first. */
  languages: () => readonly string[];
  log: (line: string) => void;
  now: () => number;
}

/** The desktop's {@link PortalView}. `owns` tells which page is its own: only that page gets the proxy's secret. */
export interface DesktopPortalView extends PortalView {
  owns(contents: WebContents | null): boolean;
}

/** Shows the campus's own page beside ours. It watches the page's address, but reads nothing from the page and types nothing into it. */
export function createPortalView(options: PortalViewOptions): DesktopPortalView {
  const listeners = new Set<(page: PortalPage | null) => void>();
  const notify = (page: PortalPage | null): void => {
    for (const listener of listeners) listener(page);
  };
  let shown: Visit | null = null;
  // Opens and closes one at a time, in the order of the calls
  let queue: Promise<void> = Promise.resolve();
  const enqueue = (work: () => Promise<void>): Promise<void> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined); // its own caller gets the error; the next one must not fail with it
    return result;
  };
  const close = async (): Promise<void> => {
    const visit = shown;
    shown = null;
    await visit?.close();
  };

  return {
    open: (visit) =>
      enqueue(async () => {
        await close();
        shown = new Visit(
          visit,
          await openPortalSession(visit.profile, visit.verifier, options.proxy, options.languages()),
          options,
          notify,
        );
      }),
    close: () => enqueue(close),
    back: () => shown?.back(),
    reload: () => shown?.reload(),
    onPage: (listener) => void listeners.add(listener),
    owns: (contents) => contents !== null && shown?.contents.id === contents.id,
  };
}

/** How many of a visit's attempts to leave are logged. */
const loggedDenials = 20;
/** Far longer than any path that the guide knows. An address can be megabytes long, and every state carries the path. */
const maxPathChars = 500;

/** One visit, from opening to closing: one view and one partition. */
class Visit {
  readonly contents: WebContents;
  readonly #view: WebContentsView;
  readonly #visit: PortalVisit;
  readonly #partition: PortalSession;
  readonly #options: PortalViewOptions;
  readonly #notify: (page: PortalPage | null) => void;
  #page: PortalPage;
  #address: string;
  #closed = false;
  #denials = 0;

  constructor(visit: PortalVisit, partition: PortalSession, options: PortalViewOptions, notify: (page: PortalPage | null) => void) {
    this.#visit = visit;
    this.#partition = partition;
    this.#options = options;
    this.#notify = notify;
    this.#address = visit.profile.portal.address;
    this.#page = { ...locationOf(this.#address), loading: true, canGoBack: false, failure: null };
    this.#view = new WebContentsView({
      webPreferences: { ...hardened, session: partition.session },
    });
    this.contents = this.#view.webContents;
    // WebRTC may use UDP only through a proxy, and ours has no UDP: so a page cannot learn or use this computer's address
    this.contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
    this.#keepInside();
    this.#watchPage();
    options.pageArea.openBeside(this.#view);
    this.#openFirstPage();
  }

  back(): void {
    if (this.contents.isDestroyed()) return;
    if (!this.#returnToPage() && this.contents.navigationHistory.canGoBack()) this.contents.navigationHistory.goBack();
  }

  reload(): void {
    if (this.contents.isDestroyed() || this.#returnToPage()) return;
    // A failed first load was a one-time POST. Load its page with GET instead
    if (this.#page.failure) this.#load(this.#address);
    else this.contents.reload();
  }

  /** After a denied navigation, shows the page again: it is still there, with everything that was typed into it. */
  #returnToPage(): boolean {
    const address = this.contents.getURL();
    if (this.#page.failure?.code !== 'portal-left' || !mayVisit(address, this.#visit.profile)) return false;
    this.#update({ ...locationOf(address), failure: null });
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#options.pageArea.closeBeside(this.#view);
    if (!this.contents.isDestroyed()) this.contents.close();
    await this.#partition.empty();
  }

  /** Opens the one-time sign-in if there is one for a portal host, or else the portal's front page. */
  #openFirstPage(): void {
    const { signIn, task, profile } = this.#visit;
    if (signIn && signIn.expiresAt > this.#options.now() && mayVisit(signIn.action, profile)) {
      const form = new URLSearchParams({ token: signIn.token, ...(task && { task }) });
      this.#load(signIn.action, {
        postData: [{ type: 'rawData', bytes: Buffer.from(form.toString()) }],
        extraHeaders: 'Content-Type: application/x-www-form-urlencoded',
      });
    } else {
      if (signIn) this.#options.log('portal: the one-time sign-in was not used, because it expired or is not for a portal host');
      this.#load(profile.portal.address);
    }
  }

  #load(address: string, post?: Electron.LoadURLOptions): void {
    this.contents.loadURL(address, post).catch(() => undefined); // `did-fail-load` reports it in more detail
  }

  /** Keeps the view on the portal's own hosts. Denies and reports every attempt to leave. */
  #keepInside(): void {
    const keep = (event: Electron.Event, address: string): void => {
      if (mayVisit(address, this.#visit.profile)) return;
      event.preventDefault();
      this.#deny(address);
    };
    this.contents.on('will-navigate', (event) => keep(event, event.url));
    this.contents.on('will-redirect', (event) => keep(event, event.url));
    this.contents.on('will-frame-navigate', (event) => {
      // `will-navigate` has already checked the main frame
      if (!event.isMainFrame) keep(event, event.url);
    });
    this.contents.setWindowOpenHandler(({ url }) => {
      if (mayVisit(url, this.#visit.profile)) this.#load(url);
      else this.#deny(url);
      return { action: 'deny' };
    });
    // A page must not stop the person from leaving with a question of its own
    this.contents.on('will-prevent-unload', (event) => event.preventDefault());
  }

  #deny(address: string): void {
    const { host } = locationOf(address);
    // A page that tries again and again must not fill the log
    if (this.#denials++ < loggedDenials) this.#options.log(`portal: navigation to ${host} was denied`);
    this.#update({ failure: { code: 'portal-left', params: { host } } });
  }

  /** Reports where the view is, by its address and nothing else. */
  #watchPage(): void {
    const { contents } = this;
    contents.on('did-start-loading', () => this.#update({ loading: true }));
    contents.on('did-stop-loading', () => this.#update({ loading: false }));
    // A failure stays on screen until another page has loaded
    contents.on('did-navigate', (_event, address) => this.#onNavigated(address, { failure: null }));
    contents.on('did-navigate-in-page', (_event, address, isMainFrame) => {
      if (isMainFrame) this.#onNavigated(address);
    });
    contents.on('did-fail-load', (_event, errorCode, description, address, isMainFrame) => {
      if (!isMainFrame) return;
      const { host } = locationOf(address);
      const failure = portalFailure({
        host,
        errorCode,
        description,
        refusal: this.#partition.refusal(host),
        proxyFailure: this.#options.proxy.failureFor(host),
      });
      if (!failure) return;
      // The one-time sign-in's address accepts no GET: use the front page instead
      this.#address =
        address === this.#visit.signIn?.action || failure.code === 'portal-left' ? this.#visit.profile.portal.address : address;
      this.#options.log(`portal: ${host} did not load: ${failure.code} ${description}`);
      this.#update({ ...locationOf(this.#address), failure });
    });
    contents.on('render-process-gone', (_event, { reason }) => {
      if (this.#closed) return;
      this.#update({
        loading: false,
        failure: { code: 'portal-unreachable', params: { host: this.#page.host }, detail: `the page's process ended: ${reason}` },
      });
    });
    contents.on('destroyed', () => {
      if (this.#closed) return;
      this.#options.pageArea.closeBeside(this.#view);
      this.#notify(null);
    });
  }

  #onNavigated(address: string, more: Partial<PortalPage> = {}): void {
    this.#address = address;
    this.#update({ ...locationOf(address), ...more });
  }

  #update(change: Partial<PortalPage>): void {
    if (this.#closed || this.contents.isDestroyed()) return;
    this.#page = { ...this.#page, ...change, canGoBack: this.contents.navigationHistory.canGoBack() };
    this.#options.pageArea.setBesideVisible(this.#view, this.#page.failure === null);
    this.#notify(this.#page);
  }
}

/** Host and path of an address, without query and fragment, which may hold private data. */
function locationOf(address: string): { host: string; path: string } {
  const url = URL.parse(address);
  return { host: url?.hostname ?? '', path: (url?.pathname ?? '').slice(0, maxPathChars) };
}
