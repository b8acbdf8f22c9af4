import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { Protocol } from 'devtools-protocol';
import { executable, type Chromium } from './chromium.ts';
import { ifStillThere, type CdpSession } from './cdp.ts';
import { report } from './registry.ts';

/** A page of Chromium's that the double made. */
export interface Page {
  readonly cdp: CdpSession;
  /** Also the id of its main frame. */
  readonly targetId: string;
}

/** Each page starts at a unique empty address, by which it is recognised. */
const blankMark = '#electron-double-';
export const isBlankStart = (url: string): boolean => url.includes(blankMark);

/** Who a page is made for. */
export interface PageOwner {
  /** Sets the page up before it loads anything but its blank start. */
  prepare(page: Page): Promise<void>;
  renamed(title: string): void;
  /** It was closed, by whomever. */
  closed(): void;
}

interface Expected {
  owner: PageOwner;
  resolve: (page: Page) => void;
  reject: (error: unknown) => void;
  /** What Chromium calls it, once it has said so. */
  targetId: Promise<string | null>;
}

/**
 * Makes pages, and prevents all others. Every new target starts paused. Ours are recognised by their address and prepared; a
 * window that a page opened is closed before it has loaded anything.
 */
export class Pages {
  private readonly expected = new Map<string, Expected>();
  private readonly owners = new Map<string, PageOwner>();

  constructor(private readonly chromium: Chromium) {
    const { root } = chromium.connection;
    root.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      this.attached(chromium.connection.session(sessionId), targetInfo).catch(report);
    });
    root.on('Target.targetInfoChanged', ({ targetInfo }) => this.owners.get(targetInfo.targetId)?.renamed(targetInfo.title));
    root.on('Target.targetDestroyed', ({ targetId }) => {
      this.owners.get(targetId)?.closed();
      this.owners.delete(targetId);
    });
  }

  async start(): Promise<void> {
    const { root } = this.chromium.connection;
    await root.send('Target.setDiscoverTargets', { discover: true });
    await root.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
  }

  /** Opens a page in a separate window, which on a display has Chromium's usual toolbar. */
  open(owner: PageOwner, browserContextId: string | undefined): Promise<Page> {
    return this.expect('about:blank', owner, async (url) => {
      const context = browserContextId === undefined ? {} : { browserContextId };
      const { targetId } = await this.chromium.connection.root.send('Target.createTarget', { url, newWindow: true, ...context });
      return targetId;
    });
  }

  /** Opens a page of the default context in a window without a toolbar, as apps have it: only Chromium's command line can. */
  openAsApp(owner: PageOwner): Promise<Page> {
    return this.expect('data:text/html,<title>Causeway</title>', owner, async (url) => {
      await promisify(execFile)(executable, ['--no-sandbox', '--test-type', `--user-data-dir=${this.chromium.profile}`, `--app=${url}`]);
      return null;
    });
  }

  private expect(blank: string, owner: PageOwner, open: (url: string) => Promise<string | null>): Promise<Page> {
    const url = `${blank}${blankMark}${randomUUID()}`;
    return new Promise<Page>((resolve, reject) => {
      const targetId = open(url).catch((error: unknown) => {
        this.expected.delete(url);
        reject(error instanceof Error ? error : new Error(String(error)));
        return null;
      });
      this.expected.set(url, { owner, resolve, reject, targetId });
    });
  }

  /** Without windows, Chromium reports the address of a new page only later. */
  private async addressOf({ url, targetId }: Protocol.Target.TargetInfo): Promise<string> {
    if (url !== '') return url;
    for (const [address, expected] of this.expected) if ((await expected.targetId) === targetId) return address;
    return url;
  }

  private async attached(cdp: CdpSession, target: Protocol.Target.TargetInfo): Promise<void> {
    const address = await this.addressOf(target);
    const expected = this.expected.get(address);
    if (expected) {
      this.expected.delete(address);
      this.owners.set(target.targetId, expected.owner);
      const page = { cdp, targetId: target.targetId };
      // Some commands answer only once the page runs: all are sent, in order, before it does
      const prepared = expected.owner.prepare(page).then(() => page);
      // Its commands may fail one after the other, as the page goes
      prepared.catch(() => undefined);
      await ifStillThere(cdp.send('Runtime.runIfWaitingForDebugger'));
      prepared.then(expected.resolve, expected.reject);
    } else if (target.type === 'page') {
      // Its opener waits for it to run
      await Promise.all([
        ifStillThere(cdp.send('Runtime.runIfWaitingForDebugger')),
        ifStillThere(this.chromium.connection.root.send('Target.closeTarget', { targetId: target.targetId })),
      ]);
    } else {
      await ifStillThere(cdp.send('Runtime.runIfWaitingForDebugger'));
    }
  }
}
