import type { Rectangle } from 'electron';
import { layout } from '../../../shared/layout.ts';

/**
 * Where the window goes on the person's screens. All rectangles are in device-independent pixels;
 * `workAreas` are the screens without their task bars and docks, the primary one first.
 */

interface Size {
  width: number;
  height: number;
}

/** The compact window's bounds at the start: as remembered and moved onto a screen, or else in the middle of the primary screen. */
export function compactBounds(remembered: Rectangle | null, workAreas: readonly Rectangle[]): Rectangle {
  const { minWidth, minHeight, width, height } = layout.compact;
  if (remembered) {
    const size = { width: Math.max(remembered.width, minWidth), height: Math.max(remembered.height, minHeight) };
    return onScreen({ ...remembered, ...size }, workAreas);
  }
  const area = workAreas[0];
  return area ? centred({ width, height }, area) : { x: 0, y: 0, width, height };
}

/** The bounds with the portal open: the left edge stays, the window grows, and stays on its screen. */
export function wideBounds(now: Rectangle, wanted: Size, workAreas: readonly Rectangle[]): Rectangle {
  return onScreen({ x: now.x, y: now.y, width: Math.max(now.width, wanted.width), height: Math.max(now.height, wanted.height) }, workAreas);
}

/**
 * The least size of the window, never more than its screen has. Our page keeps its width however far it is zoomed; beside a page
 * of the campus, our column becomes narrower instead.
 *
 * @param zoom how many device-independent pixels make one CSS pixel of our page
 */
export function leastSize({ isWide, zoom }: { isWide: boolean; zoom: number }, bounds: Rectangle, workAreas: readonly Rectangle[]): Size {
  const { minWidth, minHeight } = layout.compact;
  const width = isWide ? layout.column + layout.leastPage : Math.max(minWidth, Math.round(layout.leastZoomed * zoom));
  const area = screenOf(bounds, workAreas);
  return area ? { width: Math.min(width, area.width), height: Math.min(minHeight, area.height) } : { width, height: minHeight };
}

/** The screen that shows most of the rectangle. */
const screenOf = (bounds: Rectangle, workAreas: readonly Rectangle[]): Rectangle | undefined =>
  [...workAreas].sort((a, b) => overlap(bounds, b) - overlap(bounds, a))[0];

/** The rectangle, shrunk and moved so that it fits on the screen that shows most of it. */
export function onScreen(bounds: Rectangle, workAreas: readonly Rectangle[]): Rectangle {
  const area = screenOf(bounds, workAreas);
  if (!area) return bounds;
  const width = Math.min(bounds.width, area.width);
  const height = Math.min(bounds.height, area.height);
  return {
    x: clamp(bounds.x, area.x, area.x + area.width - width),
    y: clamp(bounds.y, area.y, area.y + area.height - height),
    width,
    height,
  };
}

function centred(size: Size, area: Rectangle): Rectangle {
  const width = Math.min(size.width, area.width);
  const height = Math.min(size.height, area.height);
  return { x: area.x + Math.round((area.width - width) / 2), y: area.y + Math.round((area.height - height) / 2), width, height };
}

/** Square pixels that two rectangles share. */
function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
