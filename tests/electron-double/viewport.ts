import type { CdpSession } from './cdp.ts';
import { headed } from './chromium.ts';

interface Size {
  width: number;
  height: number;
}

/** The size of a page, which follows its view, and pictures of it. */
export class Viewport {
  private size: Size | null = null;
  private zoom = 1;
  private turn: Promise<unknown> = Promise.resolve();

  /** Notes a size for when the page is there. False: it has that size already. */
  resize({ width, height }: Size): boolean {
    if (this.size?.width === width && this.size.height === height) return false;
    this.size = { width, height };
    return true;
  }

  /** Notes how large the page is drawn. False: it is that large already. */
  scale(zoom: number): boolean {
    const changed = zoom !== this.zoom;
    this.zoom = zoom;
    return changed;
  }

  /** Gives the page the size that was noted last. */
  apply(cdp: CdpSession): Promise<void> {
    return this.inTurn(async () => {
      // On a display the page is as large as Chromium's window
      if (headed || !this.size) return;
      // 0 would mean Chromium's own window
      await cdp.send('Emulation.setDeviceMetricsOverride', {
        // A page that is zoomed has fewer and larger pixels
        width: Math.max(1, Math.round(this.size.width / this.zoom)),
        height: Math.max(1, Math.round(this.size.height / this.zoom)),
        deviceScaleFactor: this.zoom,
        mobile: false,
      });
    });
  }

  /** A picture of the page as PNG. */
  async capture(cdp: CdpSession): Promise<Buffer> {
    const { data } = await this.inTurn(() => cdp.send('Page.captureScreenshot', { format: 'png' }));
    return Buffer.from(data, 'base64');
  }

  /** After a screenshot Chromium restores the earlier size, so a size that was set meanwhile would be lost. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined); // the caller gets the error from `mine`
    return mine;
  }
}
