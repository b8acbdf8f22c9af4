import { randomUUID } from 'node:crypto';
import type { Protocol } from 'devtools-protocol';
import type { Chromium } from './chromium.ts';
import { ifStillThere, type CdpSession } from './cdp.ts';
import { report } from './registry.ts';

/** A page of Chromium's that the double made. */
export interface Page {
  readonly cdp: CdpSession;
  /** Also the id of its main frame. */
  readonly targetId: string;
}

type Prepare = (page: Page) => Promise<void>;

/**
 * Makes pages, and sees to it that nobody else does: every new target starts paused; ours are recognised by
 * their address and prepared, a window that a page opened is closed before it has loaded anything.
 */
export class Pages {
  private readonly expected = new Map<string, { prepare: Prepare; resolve: (page: Page) => void; reject: (error: unknown) => void }>();

  constructor(private readonly chromium: Chromium) {
    const { root } = chromium.connection;
    root.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      this.attached(chromium.connection.session(sessionId), targetInfo).catch(report);
    });
  }

  async start(): Promise<void> {
    const { root } = this.chromium.connection;
    await root.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
  }

  /** Opens a page; `prepare` has set it up before it loads anything but its blank start. */
  open(options: Omit<Protocol.Target.CreateTargetRequest, 'url'>, prepare: Prepare): Promise<Page> {
    const { address, page } = this.expect(prepare);
    const created = this.chromium.connection.root.send('Target.createTarget', { ...options, url: address });
    return created.then(() => page);
  }

  /** A blank address that names one page to come, however it is opened. */
  expect(prepare: Prepare): { address: string; page: Promise<Page> } {
    const address = `about:blank#electron-double-${randomUUID()}`;
    const page = new Promise<Page>((resolve, reject) => {
      this.expected.set(address, { prepare, resolve, reject });
    });
    return { address, page };
  }

  private async attached(cdp: CdpSession, target: Protocol.Target.TargetInfo): Promise<void> {
    const expected = this.expected.get(target.url);
    if (expected) {
      this.expected.delete(target.url);
      const page = { cdp, targetId: target.targetId };
      // Some commands answer only once the page runs: all are sent, in order, before it does
      const prepared = expected.prepare(page);
      await ifStillThere(cdp.send('Runtime.runIfWaitingForDebugger'));
      prepared.then(() => expected.resolve(page), expected.reject);
    } else if (target.type === 'page' && target.openerId !== undefined) {
      await ifStillThere(this.chromium.connection.root.send('Target.closeTarget', { targetId: target.targetId }));
    } else {
      await ifStillThere(cdp.send('Runtime.runIfWaitingForDebugger'));
    }
  }
}
