import { writeFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import type { BaseWindow } from './base-window.ts';
import { WebContentsView, type View } from './view.ts';

const maxAttempts = 20;

/**
 * What a window would look like: its visible views at their places, drawn over each other into one PNG file. If the window
 * changed while it was drawn, it is drawn again.
 */
export async function picture(window: BaseWindow, file: string): Promise<void> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const before = layoutOf(window.contentView);
    const { width, height } = window.getBounds();
    const canvas = new PNG({ width, height });
    canvas.data.fill(255);
    await draw(window.contentView, 0, 0, canvas);
    if (layoutOf(window.contentView) !== before) continue;
    await writeFile(file, PNG.sync.write(canvas));
    return;
  }
  throw new Error('the window never stood still for its picture');
}

/** Where each view is and whether it is shown, as text to compare. */
const layoutOf = (view: View): string => `${JSON.stringify(view.getBounds())} ${view.getVisible()} [${view.children.map(layoutOf).join()}]`;

async function draw(view: View, left: number, top: number, canvas: PNG): Promise<void> {
  if (!view.getVisible()) return;
  const bounds = view.getBounds();
  const x = left + bounds.x;
  const y = top + bounds.y;
  if (view instanceof WebContentsView) {
    const image = PNG.sync.read((await view.webContents.capturePage()).toPNG());
    const width = Math.min(image.width, canvas.width - x);
    const height = Math.min(image.height, canvas.height - y);
    if (x >= 0 && y >= 0 && width > 0 && height > 0) PNG.bitblt(image, canvas, 0, 0, width, height, x, y);
  }
  for (const child of view.children) await draw(child, x, y, canvas);
}
