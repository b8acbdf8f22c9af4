import type { Protocol } from 'devtools-protocol';
import { ifStillThere, type CdpSession } from './cdp.ts';
import { frameAt } from './frame.ts';
import type { PostLoad } from './load.ts';
import { netErrorOf, type NetError } from './net-errors.ts';
import { isBlankStart } from './pages.ts';
import { toAppAddress } from './protocol.ts';
import { preventable, report } from './registry.ts';
import type { WebContents } from './web-contents.ts';

/** One load of the main frame, from its start until it is there or given up. */
interface Load {
  loaderId: string;
  url: string;
  /** Asked for by the app, not by the page: no `will-navigate`. */
  byApp: boolean;
  post: PostLoad | null;
  status: number;
  error: NetError | null;
}

/** Turns DevTools' events about a page's frames into Electron's navigation events, in Electron's order. */
export class Navigation {
  url = '';
  isLoading = false;
  history: { entries: Protocol.Page.NavigationEntry[]; index: number } = { entries: [], index: 0 };
  readonly frames = new Set<string>();
  private load: Load | null = null;
  private asked: { url: string; post: PostLoad | null } | null = null;
  private isErrorPage = false;
  /** Why a host's certificate was refused: Chromium itself then only says that the request was given up. */
  private readonly refusals = new Map<string, NetError>();
  private inOrder: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly contents: WebContents,
    private readonly cdp: CdpSession,
    private readonly mainFrame: string,
  ) {
    this.frames.add(mainFrame);
    cdp.on('Page.frameAttached', ({ frameId }) => void this.frames.add(frameId));
    cdp.on('Page.frameStartedNavigating', (event) => this.started(event));
    cdp.on('Page.frameStartedLoading', ({ frameId }) => this.loading(frameId, true));
    cdp.on('Page.frameStoppedLoading', ({ frameId }) => this.loading(frameId, false));
    cdp.on('Network.requestWillBeSent', ({ loaderId, request }) => {
      if (this.load?.loaderId === loaderId && this.load.status === 0) this.load.url = toAppAddress(request.url);
    });
    cdp.on('Network.responseReceived', ({ requestId, response }) => {
      if (this.load?.loaderId === requestId) this.load.status = response.status;
    });
    cdp.on('Network.loadingFailed', ({ requestId, errorText }) => {
      if (this.load?.loaderId === requestId) this.failed(this.load, errorText);
    });
    cdp.on('Page.frameNavigated', ({ frame }) => this.committed(frame));
    cdp.on('Page.navigatedWithinDocument', ({ frameId, url }) => this.movedWithin(frameId, toAppAddress(url)));
    cdp.on('Page.domContentEventFired', () => this.emitLater(() => !this.isErrorPage && contents.emit('dom-ready', {})));
    cdp.on('Page.loadEventFired', () => this.finished());
  }

  /** The next navigation to this address is the app's own. */
  expect(url: string, post: PostLoad | null): void {
    this.asked = { url, post };
  }

  /** What a load posts instead of getting; once. */
  takePost(loaderId: string | undefined): PostLoad | null {
    if (!this.load || this.load.loaderId !== loaderId) return null;
    const { post } = this.load;
    this.load.post = null;
    return post;
  }

  refuse(url: URL, error: NetError): void {
    this.refusals.set(url.host, error);
  }

  /** Asks the page itself whether it has a frame. */
  async lookFor(frameId: string): Promise<boolean> {
    const add = ({ frame, childFrames = [] }: Protocol.Page.FrameTree): void => {
      this.frames.add(frame.id);
      childFrames.forEach(add);
    };
    await ifStillThere(this.cdp.send('Page.getFrameTree').then(({ frameTree }) => add(frameTree)));
    return this.frames.has(frameId);
  }

  /** Puts a document's request to the app. False: it denied it. */
  mayGo(request: { url: string; frameId: string; loaderId: string | undefined; isRedirect: boolean }): boolean {
    const isMainFrame = request.frameId === this.mainFrame;
    const byApp = isMainFrame && this.load?.byApp === true && this.load.loaderId === request.loaderId;
    const details = {
      url: request.url,
      isMainFrame,
      isSameDocument: false,
      frame: isMainFrame ? this.contents.frame : frameAt(request.url, this.contents.frame),
    };
    const event = preventable(details);
    if (request.isRedirect) {
      this.contents.emit('will-redirect', event, request.url, false, isMainFrame, 1, 1);
    } else if (!byApp) {
      this.contents.emit('will-frame-navigate', event);
      if (isMainFrame && !event.defaultPrevented) this.contents.emit('will-navigate', event, request.url, false, isMainFrame, 1, 1);
    }
    return !event.defaultPrevented;
  }

  /** The error of a load, as named by the code that refused it. */
  errorOf(errorText: string, url: string): NetError {
    const refusal = URL.canParse(url) ? this.refusals.get(new URL(url).host) : undefined;
    return refusal ?? netErrorOf(errorText);
  }

  async refreshHistory(): Promise<void> {
    const { entries, currentIndex } = await this.whenActive(() => this.cdp.send('Page.getNavigationHistory'));
    // Going back to the blank start page is not possible
    const own = entries.filter(({ url }) => !isBlankStart(url));
    this.history = { entries: own, index: currentIndex - (entries.length - own.length) };
  }

  /** Right after a page has changed its process, Chromium treats it as inactive for a moment. */
  private async whenActive<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await ask();
      } catch (error) {
        if (!String(error).includes('Not attached to an active page') || tries === 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  private refreshLater(): void {
    this.inOrder = this.inOrder.then(() => ifStillThere(this.refreshHistory())).catch(report);
  }

  private started({ frameId, url, loaderId, navigationType }: Protocol.Page.FrameStartedNavigatingEvent): void {
    const address = toAppAddress(url);
    const isMainFrame = frameId === this.mainFrame;
    const isSameDocument = navigationType === 'sameDocument' || navigationType === 'historySameDocument';
    if (isMainFrame && !isSameDocument) {
      const asked = this.asked?.url === address ? this.asked : null;
      if (asked) this.asked = null;
      this.load = {
        loaderId,
        url: address,
        byApp: asked !== null || navigationType !== 'differentDocument',
        post: asked?.post ?? null,
        status: 0,
        error: null,
      };
      this.refusals.clear();
    }
    const details = { url: address, isSameDocument, isMainFrame, frame: this.contents.frame };
    this.emitLater(() => this.contents.emit('did-start-navigation', details, address, isSameDocument, isMainFrame, 1, 1));
  }

  private loading(frameId: string, isLoading: boolean): void {
    if (frameId !== this.mainFrame) return;
    this.emitLater(() => {
      if (this.isLoading === isLoading) return;
      this.isLoading = isLoading;
      this.contents.emit(isLoading ? 'did-start-loading' : 'did-stop-loading', {});
    });
  }

  private failed(load: Load, errorText: string): void {
    const error = this.errorOf(errorText, load.url);
    // An aborted load leaves the page as it was. Every other failure ends in an error page, and is reported once that has loaded
    if (errorText !== 'net::ERR_ABORTED') load.error = error;
    else this.tellFailure(error.name === 'ERR_ABORTED' ? 'did-fail-provisional-load' : 'did-fail-load', error, load.url);
  }

  private tellFailure(event: 'did-fail-load' | 'did-fail-provisional-load', { code, name }: NetError, url: string): void {
    this.emitLater(() => this.contents.emit(event, {}, code, name, url, true, 1, 1));
  }

  private committed(frame: Protocol.Page.Frame): void {
    if (frame.id !== this.mainFrame) return;
    const isErrorPage = frame.unreachableUrl !== undefined;
    const url = toAppAddress(frame.unreachableUrl ?? `${frame.url}${frame.urlFragment ?? ''}`);
    if (isBlankStart(url)) return;
    const { status, error } = this.load ?? { status: 200, error: null };
    this.url = url;
    this.frames.clear();
    this.frames.add(this.mainFrame);
    this.refreshLater();
    this.emitLater(() => {
      this.isErrorPage = isErrorPage;
      this.contents.applyZoom();
      this.contents.takeKeyboardOnCommit();
      if (!isErrorPage) this.contents.emit('did-navigate', {}, url, status, '');
    });
    if (isErrorPage) this.tellFailure('did-fail-load', error ?? netErrorOf('ERR_FAILED'), url);
  }

  private finished(): void {
    this.inOrder = this.inOrder
      .then(() =>
        ifStillThere(
          this.cdp
            .send('Runtime.evaluate', { expression: 'document.title' })
            .then(({ result }) => this.contents.rename(String(result.value))),
        ),
      )
      .catch(report);
    this.emitLater(() => !this.isErrorPage && this.contents.emit('did-finish-load', {}));
  }

  private movedWithin(frameId: string, url: string): void {
    if (frameId !== this.mainFrame) return;
    this.url = url;
    this.refreshLater();
    this.emitLater(() => this.contents.emit('did-navigate-in-page', {}, url, true, 1, 1));
  }

  /** Events wait for what has to be known before them, and so keep their order. */
  private emitLater(emit: () => unknown): void {
    this.inOrder = this.inOrder.then(() => (this.contents.isDestroyed() ? undefined : void emit())).catch(report);
  }

  /** Resolves when every event so far has been emitted. */
  async settled(): Promise<void> {
    await this.inOrder;
  }
}
