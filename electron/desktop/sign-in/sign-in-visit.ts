import { WebContentsView, type WebContents } from 'electron';
import { onAbort } from '../../../shared/abort.ts';
import { CausewayError, fail, type Failure } from '../../../shared/failure.ts';
import type { SignInPage } from '../../app/ports.ts';
import type { SignInPageEnd, SignInPageRequest } from '../../gateways/sign-in-page.ts';
import { hardened } from '../pages/hardening.ts';
import type { PageArea } from '../pages/page-area.ts';
import type { BlockedHosts } from './blocked-hosts.ts';
import { FormFiller } from './form-fill.ts';
import { readComments } from './saml-comments.ts';
import { maySignInAt, type SignInRules } from './sign-in-rules.ts';
import { areCookiesTooLarge, isEmptyRefusal, isPassing, signInFailure } from './sign-in-failure.ts';
import type { DeniedAct, SignInSession } from './sign-in-session.ts';

/**
 * What one visit needs. `slowAfterMs`: how long a page may load before the person is told. `formWaitMs`: how long it may take
 * to show the form that is filled in.
 */
export interface SignInVisitOptions {
  request: SignInPageRequest;
  rules: SignInRules;
  partition: SignInSession;
  blocked: BlockedHosts;
  pageArea: PageArea;
  notify: (page: SignInPage) => void;
  log: (line: string) => void;
  slowAfterMs: number;
  formWaitMs?: number | undefined;
}

type Outcome = SignInPageEnd | { kind: 'failed'; error: CausewayError };

/** How many denied attempts of a page are logged. */
const loggedDenials = 20;
/** An address can be megabytes long, and every state carries the path. */
const maxPathChars = 500;

/** One visit to the campus's own sign-in page, from opening to closing: one view and one partition. */
export class SignInVisit {
  readonly contents: WebContents;
  readonly #view: WebContentsView;
  readonly #options: SignInVisitOptions;
  #page: SignInPage;
  #closed = false;
  /** Whether any page has loaded. Before that, a failed load ends the visit; later it can be tried again. */
  #hasLoaded = false;
  #denials = 0;
  #slow: NodeJS.Timeout | undefined;
  #settle: (outcome: Outcome) => void = () => undefined;
  readonly #outcome = new Promise<Outcome>((resolve) => (this.#settle = resolve));
  /** Checks one page at a time, in the order of loading. */
  #checking: Promise<void> = Promise.resolve();

  constructor(options: SignInVisitOptions) {
    const { request, partition, blocked } = options;
    this.#options = options;
    this.#page = { ...locationOf(request.address), loading: true, canGoBack: false, failure: null, denied: null, blocked: blocked.hosts };
    this.#view = new WebContentsView({
      // A page's message box would be a separate window that shows the page's text under our name
      webPreferences: { ...hardened, session: partition.session, disableDialogs: true },
    });
    this.contents = this.#view.webContents;
    this.contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
    blocked.onMore = (hosts) => this.#update({ blocked: hosts });
    this.#keepInside();
    this.#watchPage();
  }

  get page(): SignInPage {
    return this.#page;
  }

  /** Shows the page until the request has what it needs, the page closes itself, or the attempt ends. */
  async run(signal: AbortSignal): Promise<SignInPageEnd> {
    const off = onAbort(signal, () => this.#fail({ code: 'cancelled' }));
    const { request, pageArea, log, formWaitMs } = this.#options;
    const onLeft = (): void => this.#update({ formLeft: true });
    const onError = (message: string): void => this.#settle({ kind: 'form-error', message });
    const filler = request.fill && new FormFiller(this.contents, request.fill, { onError, onLeft, log, formWaitMs });
    pageArea.openBeside(this.#view);
    this.#update({});
    this.#begin();
    try {
      const outcome = await this.#outcome;
      if (outcome.kind === 'failed') throw outcome.error;
      return outcome;
    } finally {
      off();
      filler?.stop();
      this.#close();
    }
  }

  back(): void {
    if (!this.contents.isDestroyed() && this.contents.navigationHistory.canGoBack()) this.contents.navigationHistory.goBack();
  }

  /**
   * Loads the page again. Starts the sign-in again after a failure, and on a page that was the answer to a form: Electron
   * reloads such a page only after a question that it never shows (`WebContents::Reload`, `check_for_repost`).
   */
  reload(): void {
    if (this.contents.isDestroyed()) return;
    const { partition } = this.#options;
    const code = this.#page.failure?.code;
    // Only a page that has loaded can be reloaded, even if it has crashed since
    const canReload = this.#hasLoaded && (code === undefined || code === 'browser-slow' || code === 'browser-crashed');
    if (code === 'browser-cookies') void partition.empty().then(() => this.#begin());
    else if (canReload && !partition.wasPosted(this.contents.getURL())) this.contents.reload();
    else this.#begin();
  }

  /** Tells the person that something the page tried was denied. */
  deny(what: DeniedAct): void {
    // A page that tries again and again must not fill the log
    if (this.#denials++ < loggedDenials) this.#options.log(`sign-in page: ${what} was denied`);
    if (this.#page.denied !== what) this.#update({ denied: what });
  }

  /** Opens the first page. */
  #begin(): void {
    if (this.#closed || this.contents.isDestroyed()) return;
    // Chromium may ignore a load of the address that it is still waiting for
    this.contents.stop();
    this.contents.loadURL(this.#options.request.address).catch(() => undefined); // `did-fail-load` reports it in more detail
  }

  #close(): void {
    this.#closed = true;
    clearTimeout(this.#slow);
    this.#options.pageArea.closeBeside(this.#view);
    if (!this.contents.isDestroyed()) this.contents.close();
  }

  #fail(failure: Failure): void {
    this.#settle({ kind: 'failed', error: new CausewayError(failure) });
  }

  /** Keeps the view on the allowed hosts. A page that leads elsewhere ends the visit, and the failure names that host. */
  #keepInside(): void {
    const { rules, blocked } = this.#options;
    const keep = (event: Electron.Event, address: string, isMainFrame: boolean): void => {
      if (maySignInAt(address, rules)) return;
      event.preventDefault();
      if (isMainFrame) this.#failStrayed(address);
      else blocked.note(address);
    };
    this.contents.on('will-navigate', (event) => keep(event, event.url, true));
    this.contents.on('will-redirect', (event) => keep(event, event.url, event.isMainFrame));
    this.contents.on('will-frame-navigate', (event) => {
      // The main frame is checked above. A frame inside the page may be empty, or written by the page itself
      if (!event.isMainFrame && !/^(about|data|blob):/.test(event.url)) keep(event, event.url, false);
    });
    this.contents.setWindowOpenHandler(({ url }) => {
      if (maySignInAt(url, rules)) this.deny('window');
      else blocked.note(url);
      return { action: 'deny' };
    });
    this.contents.on('will-prevent-unload', (event) => event.preventDefault());
  }

  #failStrayed(address: string): void {
    const host = URL.parse(address)?.host ?? '';
    this.#options.log(`sign-in page: it redirected to ${host}, which the profile does not list`);
    this.#fail({ code: 'browser-strayed', params: { host } });
  }

  #watchPage(): void {
    const { contents } = this;
    contents.on('did-start-loading', () => {
      clearTimeout(this.#slow);
      this.#slow = setTimeout(
        () => this.#update({ failure: { code: 'browser-slow', params: { host: this.#page.host } } }),
        this.#options.slowAfterMs,
      );
      this.#update({ loading: true });
    });
    contents.on('did-stop-loading', () => {
      clearTimeout(this.#slow);
      this.#update({ loading: false, ...(this.#page.failure?.code === 'browser-slow' && { failure: null }) });
    });
    contents.on('did-navigate', (_event, address, httpResponseCode) => this.#arrived(address, httpResponseCode));
    contents.on('did-navigate-in-page', (_event, address, isMainFrame) => {
      if (isMainFrame) this.#update(locationOf(address));
    });
    // Checked again here: the page's scripts may have set a cookie after `did-navigate`
    contents.on('did-finish-load', () => this.#check());
    contents.on('did-fail-load', (_event, errorCode, description, address, isMainFrame) => {
      if (isMainFrame) this.#loadFailed(errorCode, description, address);
    });
    contents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit')
        this.#update({
          loading: false,
          failure: { code: 'browser-crashed', params: { host: this.#page.host }, detail: `the page's process ended: ${reason}` },
        });
    });
    contents.on('destroyed', () => this.#settle({ kind: 'closed' }));
  }

  #arrived(address: string, httpResponseCode: number): void {
    this.#hasLoaded = true;
    const location = locationOf(address);
    this.#update({ ...location, failure: null, denied: null, formLeft: false });
    this.#check();
    this.#checkCookies(address, httpResponseCode, `HTTP ${httpResponseCode}`);
  }

  /** Tells the person if the server refuses this page for its cookies. */
  #checkCookies(address: string, httpResponseCode: number, detail: string): void {
    const { host } = locationOf(address);
    void this.#options.partition.cookieBytes(address).then((bytes) => {
      if (areCookiesTooLarge(httpResponseCode, bytes) && this.#page.host === host)
        this.#update({ failure: { code: 'browser-cookies', params: { host }, detail } });
    });
  }

  #loadFailed(errorCode: number, description: string, address: string): void {
    const host = URL.parse(address)?.hostname ?? '';
    const failure = signInFailure({ host, errorCode, description, refusal: this.#options.partition.refusal(host) });
    if (!failure) return;
    if (isEmptyRefusal(errorCode)) this.#checkCookies(address, 431, description);
    this.#options.log(`sign-in page: ${host} did not load: ${failure.code} ${description}`);
    if (this.#hasLoaded && isPassing(failure)) this.#update({ ...locationOf(address), loading: false, failure });
    else this.#fail(failure);
  }

  #check(): void {
    const url = this.contents.getURL();
    this.#checking = this.#checking.then(() => this.#checkPage(url));
  }

  /** Shows the caller a page that has loaded. Never rejects: a page that cannot be checked ends the visit. */
  async #checkPage(url: string): Promise<void> {
    if (this.#closed || this.contents.isDestroyed()) return;
    const { request, partition } = this.#options;
    try {
      const page = await partition.pageAt(url);
      const comments = request.comments ? await readComments(this.contents, url) : [];
      if (await request.seen({ ...page, comments })) this.#settle({ kind: 'done' });
    } catch (error) {
      this.#settle({ kind: 'failed', error: error instanceof CausewayError ? error : fail('internal', undefined, { cause: error }) });
    }
  }

  #update(change: Partial<SignInPage>): void {
    if (this.#closed || this.contents.isDestroyed()) return;
    this.#page = { ...this.#page, ...change, canGoBack: this.contents.navigationHistory.canGoBack() };
    const { failure } = this.#page;
    // A slow page is still worth showing, if one has loaded
    this.#options.pageArea.setBesideVisible(this.#view, failure === null || (failure.code === 'browser-slow' && this.#hasLoaded));
    this.#options.notify(this.#page);
  }
}

/** Host with port, and path of an address, without query and fragment, which may hold private data. */
function locationOf(address: string): { host: string; path: string } {
  const url = URL.parse(address);
  return { host: url?.host ?? '', path: url?.host ? url.pathname.slice(0, maxPathChars) : '' };
}
