import { PNG } from 'pngjs';

/** How two pictures differ. */
export interface Difference {
  /** The share of pixels that differ, from 0 to 1. 1 if the sizes differ. */
  share: number;
  /** The new picture in pale, with the differing pixels in red. */
  picture: Buffer;
}

/** Channels may differ this much before a pixel counts: an edge of a letter, drawn by another release of Chromium. */
const channelTolerance = 48;
/** Less inside a plain area, which no release draws otherwise: there it is a changed colour. */
const plainTolerance = 6;

/** Compares two PNG files, pixel by pixel. */
export function compare(wanted: Buffer, drawn: Buffer): Difference {
  const [before, after] = [PNG.sync.read(wanted), PNG.sync.read(drawn)];
  if (before.width !== after.width || before.height !== after.height) return { share: 1, picture: drawn };
  const shown = new PNG({ width: after.width, height: after.height });
  let differing = 0;
  for (let at = 0; at < after.data.length; at += 4) {
    const by = Math.max(...[0, 1, 2].map((channel) => Math.abs((before.data[at + channel] ?? 0) - (after.data[at + channel] ?? 0))));
    const differs = by > channelTolerance || (by > plainTolerance && isPlain(before, at) && isPlain(after, at));
    if (differs) differing += 1;
    for (const channel of [0, 1, 2])
      shown.data[at + channel] = differs ? (channel === 0 ? 255 : 0) : 192 + (after.data[at + channel] ?? 0) / 4;
    shown.data[at + 3] = 255;
  }
  return { share: differing / (after.data.length / 4), picture: PNG.sync.write(shown) };
}

/** Whether a pixel has the colour of all its neighbours: it is inside an area, and no part of a letter or an edge. */
function isPlain({ data, width }: PNG, at: number): boolean {
  const line = width * 4;
  return [-line - 4, -line, -line + 4, -4, 4, line - 4, line, line + 4].every((offset) =>
    [0, 1, 2].every((channel) => data[at + offset + channel] === data[at + channel]),
  );
}
