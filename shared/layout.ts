/**
 * The layout of the one window, in CSS pixels. The main process places the portal's view by it, and the window's page
 * leaves room by it.
 */
export const layout = {
  /** The window with only our column. */
  compact: { width: 420, height: 680, minWidth: 360, minHeight: 560 },
  /** The window with the portal open. */
  portal: { width: 1180, height: 760 },
  /** Our column: at the left while the portal is open, otherwise the whole window. */
  column: 420,
  /** The strip above the portal's view: back, reload, its address, Close portal. */
  strip: 48,
} as const;

/** The portal view's bounds in a window of this content size: below the strip, right of our column. */
export function portalBounds(content: { width: number; height: number }): { x: number; y: number; width: number; height: number } {
  return {
    x: layout.column,
    y: layout.strip,
    width: Math.max(0, content.width - layout.column),
    height: Math.max(0, content.height - layout.strip),
  };
}
