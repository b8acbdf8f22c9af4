import type { Browser } from 'playwright-core';
import { tsxHelper } from '../screens/window.ts';

/** How high a picture on the sheet is, and how many pixels wide the sheet may be. */
const height = 340;
const sheetWidth = 2200;

/** Puts small copies of pictures onto one sheet, each above its name. Returns a WebP file. */
export async function contactSheet(browser: Browser, pictures: readonly { name: string; drawn: Buffer }[]): Promise<Buffer> {
  const page = await browser.newPage();
  try {
    const shown = pictures.map(({ name, drawn }) => ({ name, source: `data:image/png;base64,${drawn.toString('base64')}` }));
    await page.evaluate(tsxHelper);
    const made = await page.evaluate(drawSheet, { shown, height, sheetWidth });
    return Buffer.from(made, 'base64');
  } finally {
    await page.close();
  }
}

/** Runs in the page. */
async function drawSheet({
  shown,
  height,
  sheetWidth,
}: {
  shown: { name: string; source: string }[];
  height: number;
  sheetWidth: number;
}): Promise<string> {
  const [gap, line] = [12, 18];
  const placed: { name: string; image: HTMLImageElement; x: number; y: number; width: number }[] = [];
  let [x, y] = [gap, gap];
  for (const { name, source } of shown) {
    const image = new Image();
    image.src = source;
    await image.decode();
    const width = Math.round((image.width / image.height) * height);
    if (x + width + gap > sheetWidth) [x, y] = [gap, y + height + line + gap];
    placed.push({ name, image, x, y, width });
    x += width + gap;
  }
  const canvas = document.createElement('canvas');
  canvas.width = sheetWidth;
  canvas.height = y + height + line + gap;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.fillStyle = '#d8d8d8';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.font = '12px sans-serif';
  context.fillStyle = '#111';
  for (const { name, image, x: left, y: top, width } of placed) {
    context.drawImage(image, left, top, width, height);
    context.fillText(name, left, top + height + 13, width);
  }
  return canvas.toDataURL('image/webp', 0.6).split(',')[1] ?? '';
}
