import { BaseWindow, clipboard, WebContentsView, type NativeImage, type WebContents } from 'electron';
import { onAbort } from '../../../shared/abort.ts';
import { CausewayError, fail, type Failure } from '../../../shared/failure.ts';
import type { Localizer } from '../../../shared/messages/localizer.ts';
import type { OpenWebWindow, WebWindowRequest } from '../../gateways/web-window.ts';
import { hardened } from '../pages/hardening.ts';
import { createAddressStrip } from '../pages/address-strip.ts';
import { BlockedHosts, type BlockedHostList } from './blocked-hosts.ts';
import { readComments } from './saml-comments.ts';
import type { ProxyAccess } from '../pages/proxy-login.ts';
import { signInFailure } from './sign-in-failure.ts';
import { maySignInAt } from './sign-in-rules.ts';
import { openSignInSession, type SignInSession } from './sign-in-session.ts';

/** A proxy that leads to the hosts of one window. */
export interface Detour extends ProxyAccess {
  close(): Promise<void>;
}

export interface SignInWindowOptions {
  /** Leads `hosts` to where `connectTo` says: only a campus on this machine needs one. */
  detour: (hosts: readonly string[], connectTo: NonNullable<WebWindowRequest['connectTo']>) => Promise<Detour>;
  icon: NativeImage;
  localizer: () => Localizer;
  log: (line: string) => void;
}

/** The windows of campuses' own sign-in pages, and which proxy may have its secret from which page. */
export interface SignInWindows {
  open: OpenWebWindow;
  proxyOf(contents: WebContents | null): ProxyAccess | null;
}

/** So many fit a line or two. */
const shownHosts = 3;

const size = { width: 560, height: 760, minWidth: 360, minHeight: 420 } as const;

export function createSignInWindows(options: SignInWindowOptions): SignInWindows {
  const detours = new Map<number, ProxyAccess>();
  return {
    proxyOf: (contents) => (contents ? (detours.get(contents.id) ?? null) : null),
    async open(request, signal) {
      if (signal.aborted) throw fail('cancelled');
      const detour = request.connectTo?.length ? await options.detour(request.hosts, request.connectTo) : null;
      const held = new BlockedHosts(options.log);
      const partition = await openSignInSession(request, detour, (address) => held.note(address));
      const opened = new SignInWindow(request, partition, held, options);
      const { id } = opened.contents;
      if (detour) detours.set(id, detour);
      try {
        return await opened.run(signal);
      } finally {
        detours.delete(id);
        held.close();
        await Promise.all([partition.empty(), detour?.close()]);
      }
    },
  };
}

type Outcome = { kind: 'done' | 'closed' } | { kind: 'failed'; error: CausewayError };

/** One window on the campus's own sign-in page, from opening to closing. */
class SignInWindow {
  readonly contents: WebContents;
  readonly #window: BaseWindow;
  readonly #strip;
  readonly #title: string;
  readonly #request: WebWindowRequest;
  readonly #partition: SignInSession;
  readonly #held: BlockedHosts;
  readonly #localizer: Localizer;
  readonly #place: () => void;
  readonly #log: (line: string) => void;
  #settle: (outcome: Outcome) => void = () => undefined;
  readonly #outcome = new Promise<Outcome>((resolve) => (this.#settle = resolve));
  /** Looks at one page at a time, in the order in which they came. */
  #looking: Promise<void> = Promise.resolve();

  constructor(request: WebWindowRequest, partition: SignInSession, held: BlockedHosts, { icon, localizer, log }: SignInWindowOptions) {
    this.#request = request;
    this.#partition = partition;
    this.#log = log;
    this.#held = held;
    held.onMore = (hosts) => this.#tellHeldBack(hosts);
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
    const place = (): void => {
      const { width, height } = this.#window.getContentBounds();
      const stripHeight = this.#strip.height;
      this.#strip.view.setBounds({ x: 0, y: 0, width, height: stripHeight });
      view.setBounds({ x: 0, y: stripHeight, width, height: Math.max(0, height - stripHeight) });
    };
    this.#place = place;
    this.#window.on('resize', place);
    place();
    this.#strip.onPress = () => this.#copyHeldBack();
    this.#keepKeyboard();
    this.#keepInside();
    this.#follow();
  }

  /** Shows the page until it has led to what the request looks for, or the person or the attempt has ended it. */
  async run(signal: AbortSignal): Promise<'done' | 'closed'> {
    const off = onAbort(signal, () => this.#fail({ code: 'cancelled' }));
    this.#window.on('closed', () => this.#settle({ kind: 'closed' }));
    this.#strip.show(this.#request.address);
    this.#window.show();
    this.contents.loadURL(this.#request.address).catch(() => undefined); // `did-fail-load` tells it, with more to say
    try {
      const outcome = await this.#outcome;
      if (outcome.kind === 'failed') throw outcome.error;
      return outcome.kind;
    } finally {
      off();
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

  /** Whoever had the keyboard last has it again when the window does: first the page, where a person signs in. */
  #keepKeyboard(): void {
    const window = this.#window;
    let pane = this.contents;
    for (const contents of [this.contents, this.#strip.contents]) contents.on('focus', () => (pane = contents));
    window.on('focus', () => {
      if (window.isFocused() && !pane.isDestroyed()) pane.focus();
    });
  }

  /** Only the allowed hosts: a page that leads elsewhere ends the window, and where it led is told. */
  #keepInside(): void {
    const keep = (event: Electron.Event, address: string, isMainFrame: boolean): void => {
      if (maySignInAt(address, this.#request)) return;
      event.preventDefault();
      if (isMainFrame) this.#stray(address);
      else this.#held.note(address);
    };
    this.contents.on('will-navigate', (event) => keep(event, event.url, true));
    this.contents.on('will-redirect', (event) => keep(event, event.url, event.isMainFrame));
    this.contents.on('will-frame-navigate', (event) => {
      // The main frame is asked about above; a frame of the page's may be empty, or its own writing
      if (!event.isMainFrame && !/^(about|data|blob):/.test(event.url)) keep(event, event.url, false);
    });
    this.contents.setWindowOpenHandler(({ url }) => {
      if (!maySignInAt(url, this.#request)) this.#held.note(url);
      return { action: 'deny' };
    });
    this.contents.on('will-prevent-unload', (event) => event.preventDefault());
  }

  /** A page that lacks a part of itself may stay white: what it lacks stands where the person looks. */
  #tellHeldBack(hosts: BlockedHostList): void {
    if (this.#window.isDestroyed()) return;
    const { format, list, messages } = this.#localizer;
    const shown = hosts.named.slice(0, shownHosts);
    const count = hosts.count - shown.length;
    const all = count === 0 ? shown : [...shown, format(messages.signInWindow.moreHosts, { count })];
    this.#strip.note({ text: format(messages.signInWindow.heldBack, { hosts: list(all) }), button: messages.signInWindow.copy });
    this.#place();
  }

  /** For IT, who can name them in the profile. Holds no address of a page beyond its host. */
  #copyHeldBack(): void {
    const { format, messages } = this.#localizer;
    const { named, count } = this.#held.hosts;
    const page = URL.parse(this.contents.getURL())?.host ?? '';
    const rest = count - named.length;
    const lines = [
      format(messages.signInWindow.details, { page }),
      ...named,
      ...(rest > 0 ? [format(messages.signInWindow.moreHosts, { count: rest })] : []),
    ];
    clipboard.writeText(lines.join('\n')).then(
      () => this.#strip.note({ text: messages.signInWindow.copied, button: messages.signInWindow.copy }),
      (error: unknown) => this.#log(`sign-in page: its hosts were not copied: ${String(error)}`),
    );
  }

  #stray(address: string): void {
    const host = URL.parse(address)?.host ?? '';
    this.#log(`sign-in page: it led to ${host}, which the profile does not name`);
    this.#fail({ code: 'browser-strayed', params: { host } });
  }

  #follow(): void {
    const { contents } = this;
    const look = (): void => {
      const url = contents.getURL();
      this.#looking = this.#looking.then(() => this.#look(url));
    };
    contents.on('did-navigate', (_event, address) => {
      this.#strip.show(address);
      look();
    });
    contents.on('did-navigate-in-page', (_event, address, isMainFrame) => {
      if (isMainFrame) this.#strip.show(address);
    });
    // Its scripts may have set a cookie since
    contents.on('did-finish-load', look);
    contents.on('did-fail-load', (_event, errorCode, description, address, isMainFrame) => {
      if (!isMainFrame) return;
      const host = URL.parse(address)?.hostname ?? '';
      const failure = signInFailure({ host, errorCode, description, refusal: this.#partition.refusal(host) });
      if (!failure) return;
      this.#log(`sign-in page: ${host} did not load: ${failure.code} ${description}`);
      this.#fail(failure);
    });
    contents.on('render-process-gone', (_event, { reason }) =>
      this.#fail({ code: 'component-failed', params: { component: this.#title }, detail: `page ended: ${reason}` }),
    );
    contents.on('destroyed', () => this.#settle({ kind: 'closed' }));
  }

  /** Never rejects: what cannot be looked at is over. */
  async #look(url: string): Promise<void> {
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
