import type { WebContents } from 'electron';

export type ZoomStep = 'in' | 'out' | 'reset';

/** Levels of Chromium, of which each makes everything 1.2 times as large. A step is half a level, as in Electron's own menu. */
const step = 0.5;
const least = -3;
/** 207 % for our own page, whose window is small, and 516 % for a page of the campus. */
const most = { own: 4, other: 9 } as const;

/** Zooms a page by one step. Electron keeps the level of our own page for the next start. */
export function zoomPage(page: WebContents, whose: keyof typeof most, by: ZoomStep): void {
  if (page.isDestroyed()) return;
  const level = page.getZoomLevel();
  const wanted = by === 'reset' ? 0 : Math.min(most[whose], Math.max(least, level + (by === 'in' ? step : -step)));
  if (wanted !== level) page.setZoomLevel(wanted);
}
