import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Protocol } from 'devtools-protocol';
import { ifStillThere, type CdpSession } from './cdp.ts';
import { NativeEmitter, liveContents, preventable, report } from './registry.ts';

/** One download, as the app sees it. Chromium writes it to the downloads folder under a generated name. */
export class DownloadItem extends NativeEmitter {
  private state: 'progressing' | 'completed' | 'cancelled' = 'progressing';

  constructor(
    private readonly browser: CdpSession,
    private readonly folder: string,
    private readonly begun: Protocol.Browser.DownloadWillBeginEvent,
  ) {
    super();
  }

  getURL(): string {
    return this.begun.url;
  }
  getFilename(): string {
    return this.begun.suggestedFilename;
  }
  getState(): string {
    return this.state;
  }
  cancel(): void {
    this.over('cancelled');
    // It may have ended by itself just now
    ifStillThere(this.browser.send('Browser.cancelDownload', { guid: this.begun.guid })).catch(report);
  }
  over(state: 'completed' | 'cancelled'): void {
    // A small file may be there before it can be cancelled
    if (state === 'completed' && this.state === 'cancelled') rmSync(path.join(this.folder, this.begun.guid), { force: true });
    if (this.state !== 'progressing') return;
    this.state = state;
    this.emit('done', {}, state);
  }
}

/** Emits every download on the session of the page that starts it. If the app prevents it, it is cancelled in Chromium. */
export function followDownloads(browser: CdpSession, folder: string): void {
  const items = new Map<string, DownloadItem>();
  browser.on('Browser.downloadWillBegin', (begun) => {
    const item = new DownloadItem(browser, folder, begun);
    items.set(begun.guid, item);
    const contents = [...liveContents.values()].find((each) => each.hasFrame(begun.frameId));
    const event = preventable({});
    contents?.partition.emit('will-download', event, item, contents);
    // If the page is gone, there is no session to ask
    if (event.defaultPrevented || !contents) item.cancel();
  });
  browser.on('Browser.downloadProgress', ({ guid, state }) => {
    const item = items.get(guid);
    // Chromium accepts no cancellation before it has reported the first bytes
    if (state === 'inProgress' && item?.getState() === 'cancelled') item.cancel();
    if (state === 'inProgress') return;
    item?.over(state === 'completed' ? 'completed' : 'cancelled');
    items.delete(guid);
  });
}
