import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../tests/chromium.ts';
import { trayIcons, type TrayIcon } from '../electron/desktop/tray/tray-model.ts';

/**
 * Draws every icon from the shapes below, with Chromium, into `build/icons/`. Run it after changing a shape and commit the
 * result: `node --import tsx build/icons.ts`.
 */
const folder = join(import.meta.dirname, 'icons');

/** The mark, on a grid of 24: a causeway with two arches. */
const bridge = 'M1.5 6 H22.5 V9.5 H22 V18.5 H20 V16 a3.25 3.25 0 0 0 -6.5 0 V18.5 H10.5 V16 a3.25 3.25 0 0 0 -6.5 0 V18.5 H2 V9.5 H1.5 Z';
const firstArch = 'M1.5 6 H12 V18.5 H10.5 V16 a3.25 3.25 0 0 0 -6.5 0 V18.5 H2 V9.5 H1.5 Z';

/** Four shapes that can be told apart without colour: an outline, half built, whole, whole with an exclamation mark. */
const trayShapes: Record<TrayIcon, (colour: string) => string> = {
  idle: (colour) => `<path d="${bridge}" fill="none" stroke="${colour}" stroke-width="1.6" stroke-linejoin="round"/>`,
  busy: (colour) =>
    `<path d="${firstArch}" fill="${colour}"/><g fill="${colour}"><rect x="14" y="6" width="3" height="3.5"/><rect x="19" y="6" width="3" height="3.5"/></g>`,
  connected: (colour) => `<path d="${bridge}" fill="${colour}"/>`,
  attention: (colour) =>
    `<path d="${firstArch}" fill="${colour}"/><g fill="${colour}"><rect x="16" y="3" width="4" height="10.5" rx="1"/><rect x="16" y="15" width="4" height="4" rx="1"/></g>`,
};

/** A rounded square with the mark in white and water under it, drawn on 1024 with the margin that macOS gives its icons. */
const appIcon = `
  <rect x="100" y="100" width="824" height="824" rx="186" fill="#0f5c63"/>
  <g transform="translate(212 206) scale(25)" fill="#ffffff"><path d="${bridge}"/></g>
  <g fill="none" stroke="#8fd0cf" stroke-width="34" stroke-linecap="round">
    <path d="M232 738 q46.7 -40 93.3 0 t93.3 0 t93.3 0 t93.3 0 t93.3 0 t93.3 0"/>
    <path d="M325 806 q46.7 -40 93.3 0 t93.3 0 t93.3 0 t93.3 0" opacity="0.6"/>
  </g>`;

const svg = (grid: number, body: string): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${grid} ${grid}">${body}</svg>`;

/** A drawing as a PNG of `size` × `size` pixels. */
async function png(page: Page, drawing: string, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>html,body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px}</style>${drawing}`,
  );
  return page.screenshot({ omitBackground: true });
}

interface Picture {
  size: number;
  data: Buffer;
}

/** The ICO format: a directory of images, each a PNG (a size of 256 is written as 0). */
function ico(pictures: readonly Picture[]): Buffer {
  const header = Buffer.alloc(6 + pictures.length * 16);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  pictures.forEach(({ size, data }, index) => {
    const entry = 6 + index * 16;
    header.writeUInt8(size % 256, entry);
    header.writeUInt8(size % 256, entry + 1);
    header.writeUInt16LE(1, entry + 4);
    header.writeUInt16LE(32, entry + 6);
    header.writeUInt32LE(data.length, entry + 8);
    header.writeUInt32LE(offset, entry + 12);
    offset += data.length;
  });
  return Buffer.concat([header, ...pictures.map(({ data }) => data)]);
}

/** The ICNS format: typed blocks, each a PNG. A type stands for a size, at single or double density. */
const icnsTypes: Readonly<Record<number, readonly string[]>> = {
  16: ['icp4'],
  32: ['icp5', 'ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
};
function icns(pictures: readonly Picture[]): Buffer {
  const block = (type: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(body.length + 8, 4);
    return Buffer.concat([head, body]);
  };
  return block('icns', Buffer.concat(pictures.flatMap(({ size, data }) => (icnsTypes[size] ?? []).map((type) => block(type, data)))));
}

const browser = await chromium.launch({
  executablePath: chromiumPath(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const page = await browser.newPage();
  await mkdir(join(folder, 'tray'), { recursive: true });

  const trayVariants = { '-dark': '#1d1d1f', '-light': '#ffffff', 'Template': '#000000' };
  for (const icon of trayIcons) {
    for (const [variant, colour] of Object.entries(trayVariants)) {
      const drawing = svg(24, trayShapes[icon](colour));
      await writeFile(join(folder, 'tray', `${icon}${variant}.png`), await png(page, drawing, 16));
      await writeFile(join(folder, 'tray', `${icon}${variant}@2x.png`), await png(page, drawing, 32));
    }
  }

  const pictures: Picture[] = [];
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) pictures.push({ size, data: await png(page, svg(1024, appIcon), size) });
  await writeFile(join(folder, 'icon.svg'), svg(1024, appIcon));
  for (const { size, data } of pictures) if (size === 512) await writeFile(join(folder, 'icon.png'), data);
  await writeFile(join(folder, 'icon.ico'), ico(pictures.filter(({ size }) => size <= 256)));
  await writeFile(join(folder, 'icon.icns'), icns(pictures));
} finally {
  await browser.close();
}
