import { writeFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import type { BaseWindow } from './base-window.ts';
import { WebContentsView, type View } from './view.ts';

/** What a window would look like: its visible views at their places, drawn over each other into one PNG file. */
export async function picture(window: BaseWindow, file: string): Promise<void> {
  const { width, height } = window.getBounds();
  const canvas = new PNG({ width, height });
  canvas.data.fill(255);
  await draw(window.contentView, 0, 0, canvas);
  await writeFile(file, PNG.sync.write(canvas));
}

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
