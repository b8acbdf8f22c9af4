/**
 * The layout of the one window, in our page's CSS pixels. The main process places the portal's view by it, and the window's page
 * leaves room by it (`renderer/styles/portal.css`).
 */
export const layout = {
  /** The window with only our column. */
  compact: { width: 420, height: 680, minWidth: 360, minHeight: 560 },
  /** The window with the portal open. */
  portal: { width: 1180, height: 760 },
  /** Our column: at the left while the portal is open, otherwise the whole window. */
  column: 420,
  /** As narrow as our column gets beside a page, where the screen is small or our page is zoomed. */
  leastColumn: 210,
  /** The least width of a page beside our column, unless the column is at its least. */
  leastPage: 360,
  /** Our page alone is never narrower than this if the screen has room, however far it is zoomed (WCAG 1.4.10). */
  leastZoomed: 320,
  /** The strip above the portal's view: back, reload, its address, Close portal. */
  strip: 48,
} as const;

/**
 * The portal view's bounds in a window of this content size: below the strip, right of our column. All in the window's own
 * pixels, of which `zoom` make one CSS pixel of our page.
 */
export function portalBounds(
  content: { width: number; height: number },
  zoom: number,
): { x: number; y: number; width: number; height: number } {
  const column = Math.min(layout.column, Math.max(layout.leastColumn, content.width / zoom - layout.leastPage));
  const x = Math.round(column * zoom);
  const y = Math.round(layout.strip * zoom);
  return { x, y, width: Math.max(0, content.width - x), height: Math.max(0, content.height - y) };
}
