import type { WebContentsView } from 'electron';

/**
 * The space beside our own screens, where the campus's pages are. It shows one view at a time: the one that was opened last.
 * A view that was there before comes back when that one closes.
 */
export interface PageArea {
  openBeside(view: WebContentsView): void;
  closeBeside(view: WebContentsView): void;
  /** Hides the view while our own page shows, in its place, why nothing loaded. */
  setBesideVisible(view: WebContentsView, visible: boolean): void;
}
