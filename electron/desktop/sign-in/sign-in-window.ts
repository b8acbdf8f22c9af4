import { BaseWindow, clipboard, WebContentsView, type NativeImage, type WebContents } from 'electron';
import { onAbort } from '../../../shared/abort.ts';
import { CausewayError, fail, type Failure } from '../../../shared/failure.ts';
import type { PageKeeper, SignInPageView } from '../../app/ports.ts';
import type { Localizer } from '../../../shared/messages/localizer.ts';
import type { OpenWebWindow, WebWindowEnd, WebWindowRequest } from '../../gateways/web-window.ts';
import { hardened } from '../pages/hardening.ts';
import { createAddressStrip } from '../pages/address-strip.ts';
import { BlockedHosts, type BlockedHostList } from './blocked-hosts.ts';
import { FormFiller } from './form-fill.ts';
import { KeptCookies } from './kept-cookies.ts';
import { readComments } from './saml-comments.ts';
import type { ProxyAccess } from '../pages/proxy-login.ts';
import { signInFailure } from './sign-in-failure.ts';
import { maySignInAt } from './sign-in-rules.ts';
import { openSignInSession, type SignInSession } from './sign-in-session.ts';

/** A proxy for the hosts of one window. */
export interface Detour extends ProxyAccess {
  close(): Promise<void>;
}

export interface SignInWindowOptions {
  /** Starts a proxy that connects `hosts` as `connectTo` says. Only a campus on this computer needs one. */
  detour: (hosts: readonly string[], connectTo: NonNullable<WebWindowRequest['connectTo']>) => Promise<Detour>;
  icon: NativeImage;
  localizer: () => Localizer;
  /** What is kept of the sign-in on this attempt's page. Null when nothing may be kept. */
  keeper?: () => PageKeeper | null;
  log: (line: string) => void;
  /** How long a page may take to show the form that is filled in. For tests. */
  formWaitMs?: number;
}

/** Opens windows for campuses' own sign-in pages. `proxyOf` tells which of our proxies a page uses, and so may get the secret of. */
export interface SignInWindows extends SignInPageView {
  open: OpenWebWindow;
  proxyOf(contents: WebContents | null): ProxyAccess | null;
}

/** As many as fit on one or two lines. */
const shownHosts = 3;

const size = { width: 560, height: 760, minWidth: 360, minHeight: 420 } as const;

export function createSignInWindows(options: SignInWindowOptions): SignInWindows {
  const proxies = new Map<number, ProxyAccess>();
  return {
    // The window shows its own address and buttons
    back: () => undefined,
    reload: () => undefined,
    copyBlockedHosts: () => Promise.resolve(),
    onPage: () => undefined,
    proxyOf: (contents) => (contents ? (proxies.get(contents.id) ?? null) : null),
    async open(request, signal) {
      if (signal.aborted) throw fail('cancelled');
      const detour = request.connectTo?.length ? await options.detour(request.hosts, request.connectTo) : null;
      const blocked = new BlockedHosts(options.log);
      const partition = await openSignInSession(request, detour, (address) => blocked.note(address));
      const kept = new KeptCookies({
        keeper: options.keeper?.() ?? null,
        session: partition.session,
        hosts: request.hosts,
        log: options.log,
      });
      await kept.putBack();
      const opened = new SignInWindow(request, partition, blocked, options);
      const { id } = opened.contents;
      if (detour) proxies.set(id, detour);
      try {
        const end = await opened.run(signal);
        if (end.kind === 'done') await kept.save();
        return end;
      } finally {
        proxies.delete(id);
        blocked.close();
        await Promise.all([partition.empty(), detour?.close()]);
      }
    },
  };
}

type Outcome = WebWindowEnd | { kind: 'failed'; error: CausewayError };

/** One window on the campus's own sign-in page, from opening to closing. */
class SignInWindow {
  readonly contents: WebContents;
  readonly #window: BaseWindow;
  readonly #strip;
  readonly #title: string;
  readonly #request: WebWindowRequest;
  readonly #partition: SignInSession;
  readonly #blocked: BlockedHosts;
  readonly #localizer: Localizer;
  readonly #layOut: () => void;
  readonly #log: (line: string) => void;
  readonly #formWaitMs: number | undefined;
  #settle: (outcome: Outcome) => void = () => undefined;
  readonly #outcome = new Promise<Outcome>((resolve) => (this.#settle = resolve));
  /** Checks one page at a time, in the order of loading. */
  #checking: Promise<void> = Promise.resolve();

  constructor(
    request: WebWindowRequest,
    partition: SignInSession,
    blocked: BlockedHosts,
    { icon, localizer, log, formWaitMs }: SignInWindowOptions,
  ) {
    this.#request = request;
    this.#partition = partition;
    this.#log = log;
    this.#formWaitMs = formWaitMs;
    this.#blocked = blocked;
    blocked.onMore = (hosts) => this.#showBlocked(hosts);
    this.#localizer = localizer();
    const { title, address } = this.#localizer.messages.signInWindow;
    this.#title = title;
    this.#window = new BaseWindow({ ...size, title, icon, show: false });
    this.#window.setMenuBarVisibility(false);
    const view = new WebContentsView({
      webPreferences: { ...hardened, session: partition.session },
    });
    this.contents = view.webContents;
    this.contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
    this.#strip = createAddressStrip(address);
    this.#window.contentView.addChildView(view);
    this.#window.contentView.addChildView(this.#strip.view);
    const layOut = (): void => {
      const { width, height } = this.#window.getContentBounds();
      const stripHeight = this.#strip.height;
      this.#strip.view.setBounds({ x: 0, y: 0, width, height: stripHeight });
      view.setBounds({ x: 0, y: stripHeight, width, height: Math.max(0, height - stripHeight) });
    };
    this.#layOut = layOut;
    this.#window.on('resize', layOut);
    layOut();
    this.#strip.onPress = () => this.#copyBlocked();
    this.#keepKeyboard();
    this.#keepInside();
    this.#watchPage();
  }

  /** Shows the page until the request has what it needs, the person closes the window, or the attempt ends. */
  async run(signal: AbortSignal): Promise<WebWindowEnd> {
    const off = onAbort(signal, () => this.#fail({ code: 'cancelled' }));
    this.#window.on('closed', () => this.#settle({ kind: 'closed' }));
    this.#strip.show(this.#request.address);
    this.#window.show();
    const { fill } = this.#request;
    const onError = (message: string): void => this.#settle({ kind: 'form-error', message });
    const filler = fill && new FormFiller(this.contents, fill, { onError, log: this.#log, formWaitMs: this.#formWaitMs });
    this.contents.loadURL(this.#request.address).catch(() => undefined); // `did-fail-load` reports it in more detail
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

  #close(): void {
    for (const contents of [this.contents, this.#strip.contents]) if (!contents.isDestroyed()) contents.close();
    if (!this.#window.isDestroyed()) this.#window.destroy();
  }

  #fail(failure: Failure): void {
    this.#settle({ kind: 'failed', error: new CausewayError(failure) });
  }

  /** When the window gets the focus, gives it to the view that had it last. At first that is the page, where a person signs in. */
  #keepKeyboard(): void {
    const window = this.#window;
    let pane = this.contents;
    for (const contents of [this.contents, this.#strip.contents]) contents.on('focus', () => (pane = contents));
    window.on('focus', () => {
      if (window.isFocused() && !pane.isDestroyed()) pane.focus();
    });
  }

  /** Keeps the window on the allowed hosts. A page that leads elsewhere ends the window, and the failure names that host. */
  #keepInside(): void {
    const keep = (event: Electron.Event, address: string, isMainFrame: boolean): void => {
      if (maySignInAt(address, this.#request)) return;
      event.preventDefault();
      if (isMainFrame) this.#failStrayed(address);
      else this.#blocked.note(address);
    };
    this.contents.on('will-navigate', (event) => keep(event, event.url, true));
    this.contents.on('will-redirect', (event) => keep(event, event.url, event.isMainFrame));
    this.contents.on('will-frame-navigate', (event) => {
      // The main frame is checked above. A frame inside the page may be empty, or written by the page itself
      if (!event.isMainFrame && !/^(about|data|blob):/.test(event.url)) keep(event, event.url, false);
    });
    this.contents.setWindowOpenHandler(({ url }) => {
      if (!maySignInAt(url, this.#request)) this.#blocked.note(url);
      return { action: 'deny' };
    });
    this.contents.on('will-prevent-unload', (event) => event.preventDefault());
  }

  /** Shows which hosts were blocked, since a page without a part of it may stay blank. */
  #showBlocked(hosts: BlockedHostList): void {
    if (this.#window.isDestroyed()) return;
    const { format, list, messages } = this.#localizer;
    const shown = hosts.named.slice(0, shownHosts);
    const count = hosts.count - shown.length;
    const all = count === 0 ? shown : [...shown, format(messages.signInWindow.moreHosts, { count })];
    this.#strip.note({ text: format(messages.signInWindow.heldBack, { hosts: list(all) }), button: messages.signInWindow.copy });
    this.#layOut();
  }

  /** Copies the blocked hosts for IT, who can add them to the profile. Of the page's address it copies only the host. */
  #copyBlocked(): void {
    const { format, messages } = this.#localizer;
    const { named, count } = this.#blocked.hosts;
    const page = URL.parse(this.contents.getURL())?.host ?? '';
    const rest = count - named.length;
    const lines = [
      format(messages.signInWindow.details, { page }),
      ...named,
      ...(rest > 0 ? [format(messages.signInWindow.moreHosts, { count: rest })] : []),
    ];
    clipboard.writeText(lines.join('\n')).then(
      () => this.#strip.note({ text: messages.signInWindow.copied, button: messages.signInWindow.copy }),
      (error: unknown) => this.#log(`sign-in page: its blocked hosts could not be copied: ${String(error)}`),
    );
  }

  #failStrayed(address: string): void {
    const host = URL.parse(address)?.host ?? '';
    this.#log(`sign-in page: it redirected to ${host}, which the profile does not list`);
    this.#fail({ code: 'browser-strayed', params: { host } });
  }

  #watchPage(): void {
    const { contents } = this;
    const check = (): void => {
      const url = contents.getURL();
      this.#checking = this.#checking.then(() => this.#checkPage(url));
    };
    contents.on('did-navigate', (_event, address) => {
      this.#strip.show(address);
      check();
    });
    contents.on('did-navigate-in-page', (_event, address, isMainFrame) => {
      if (isMainFrame) this.#strip.show(address);
    });
    // The page's scripts may have set a cookie since then
    contents.on('did-finish-load', check);
    contents.on('did-fail-load', (_event, errorCode, description, address, isMainFrame) => {
      if (!isMainFrame) return;
      const host = URL.parse(address)?.hostname ?? '';
      const failure = signInFailure({ host, errorCode, description, refusal: this.#partition.refusal(host) });
      if (!failure) return;
      this.#log(`sign-in page: ${host} did not load: ${failure.code} ${description}`);
      this.#fail(failure);
    });
    contents.on('render-process-gone', (_event, { reason }) =>
      this.#fail({ code: 'component-failed', params: { component: this.#title }, detail: `the page's process ended: ${reason}` }),
    );
    contents.on('destroyed', () => this.#settle({ kind: 'closed' }));
  }

  /** Never rejects: a page that cannot be checked ends the window. */
  async #checkPage(url: string): Promise<void> {
    if (this.contents.isDestroyed()) return;
    try {
      const page = await this.#partition.pageAt(url);
      const comments = this.#request.comments ? await readComments(this.contents, url) : [];
      if (await this.#request.seen({ ...page, comments })) this.#settle({ kind: 'done' });
    } catch (error) {
      this.#settle({ kind: 'failed', error: error instanceof CausewayError ? error : fail('internal', undefined, { cause: error }) });
    }
  }
}
