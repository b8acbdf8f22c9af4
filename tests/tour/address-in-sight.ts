import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { PNG } from 'pngjs';

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Waits until the window is wide enough for the page beside our column. Our own page may learn of it a moment earlier. */
export async function addressFits(window: Page): Promise<void> {
  const host = await window.locator('.address-host').elementHandle();
  await window.waitForFunction((element) => element.getBoundingClientRect().right <= innerWidth, host);
}

/**
 * Fails unless the picture shows the address of the page beside our column and the button that closes it, both whole: in our
 * own page, inside the picture, no part of the host cut off, and something drawn there.
 *
 * @param picture a PNG file of the whole window, one pixel for each CSS pixel
 */
export async function addressInSight(window: Page, picture: string): Promise<void> {
  const png = PNG.sync.read(await readFile(picture));
  const host = window.locator('.address-host');
  await shown(host, png, "the page's address");
  // Beside the sign-in page it is our column's Cancel
  const inStrip = window.locator('.strip .button');
  const leave = (await inStrip.count()) > 0 ? inStrip.last() : window.getByRole('button', { name: 'Cancel', exact: true });
  await shown(leave, png, 'the button that closes the page');
  const isCut = await host.evaluate((element) => {
    const room = element.parentElement?.getBoundingClientRect();
    const own = element.getBoundingClientRect();
    return room === undefined || own.right > room.right || own.left < room.left || own.width === 0;
  });
  if (isCut) throw new Error("the page's address is cut off");
}

async function shown(what: Locator, png: PNG, name: string): Promise<void> {
  const box = await what.boundingBox();
  const room = await what.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  if (!box || !isWithin(box, room)) throw new Error(`${name} is out of sight: at ${JSON.stringify(box)} of ${JSON.stringify(room)}`);
  if (!isWithin(box, png)) throw new Error(`${name} is not in the picture: at ${JSON.stringify(box)} of ${png.width} x ${png.height}`);
  if (coloursIn(png, box) < 8) throw new Error(`nothing is drawn where ${name} should be`);
}

const isWithin = ({ x, y, width, height }: Box, room: { width: number; height: number }): boolean =>
  width > 0 && height > 0 && x >= 0 && y >= 0 && x + width <= room.width && y + height <= room.height;

/** The number of colours in a part of a picture: one or two if it is empty, many where there is text, because of its soft edges. */
function coloursIn(png: PNG, { x, y, width, height }: Box): number {
  const colours = new Set<number>();
  for (let row = Math.floor(y); row < Math.floor(y + height); row++)
    for (let column = Math.floor(x); column < Math.floor(x + width); column++)
      colours.add(png.data.readUInt32BE((row * png.width + column) * 4));
  return colours.size;
}
