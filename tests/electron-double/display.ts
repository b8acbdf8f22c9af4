import { setTimeout } from 'node:timers/promises';
import type { Rectangle } from 'electron';
import { app } from './app.ts';
import { ifStillThere } from './cdp.ts';
import { layout, openWindows, report } from './registry.ts';
import { WebContentsView, type View } from './view.ts';
import type { WebContents } from './web-contents.ts';

/**
 * On a display: every view's page has a window of Chromium's own. They are put where the views are on the
 * screen, so that together they look like the app's window, and out of sight where the views are.
 */
export function showOnDisplay(): void {
  let waiting = false;
  let placed = Promise.resolve();
  layout.changed = () => {
    if (waiting) return;
    waiting = true;
    // One change seldom comes alone
    setImmediate(() => {
      waiting = false;
      placed = placed.then(placeAll).catch(report);
    });
  };
}

async function placeAll(): Promise<void> {
  for (const window of openWindows.values()) {
    const { x, y } = window.getBounds();
    for (const [contents, bounds] of pagesIn(window.contentView, x, y, window.isVisible())) await place(contents, bounds);
  }
}

/** The pages below a view with their place on the screen. Null for a hidden one. */
function pagesIn(view: View, left: number, top: number, visible: boolean): [WebContents, Rectangle | null][] {
  const { x, y, width, height } = view.getBounds();
  const seen = visible && view.getVisible();
  const own = { x: left + x, y: top + y, width, height };
  const below = view.children.flatMap((child) => pagesIn(child, own.x, own.y, seen));
  return view instanceof WebContentsView ? [[view.webContents, seen ? own : null], ...below] : below;
}

async function place(contents: WebContents, bounds: Rectangle | null): Promise<void> {
  const { targetId } = await contents.page;
  const { root } = (await app.chromium()).connection;
  const move = async (): Promise<void> => {
    const { windowId, bounds: now } = await root.send('Browser.getWindowForTarget', { targetId });
    const windowState = bounds ? 'normal' : 'minimized';
    // Chromium takes a state or a place, not both
    if (now.windowState !== windowState) {
      await root.send('Browser.setWindowBounds', { windowId, bounds: { windowState } });
      await until(async () => (await root.send('Browser.getWindowBounds', { windowId })).bounds.windowState === windowState);
    }
    if (!bounds) return;
    const { x, y, width, height } = bounds;
    await root.send('Browser.setWindowBounds', { windowId, bounds: { left: x, top: y, width, height } });
  };
  await ifStillThere(move());
}

/** A window manager takes its time, and Chromium refuses a place for a window that is still minimised. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100 && !(await isSo()); tries++) await setTimeout(50);
}
