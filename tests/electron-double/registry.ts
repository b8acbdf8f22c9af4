import type { BaseWindow } from './base-window.ts';
import type { WebContents } from './web-contents.ts';

/** Set where the double is a process of its own, which then really ends. */
export const isProcess = process.env['ELECTRON_DOUBLE_PROCESS'] === '1';

/** What is alive: the parts of the double find each other here, so that they need not import each other. */
export const liveContents = new Map<number, WebContents>();
export const openWindows = new Map<number, BaseWindow>();

/** The window that a page lies in, visible or not. */
export const windowOf = (contents: WebContents): BaseWindow | null =>
  [...openWindows.values()].find((window) => window.holds(contents)) ?? null;

/** The window in front, which has the keyboard; within it, the view that it was given to. */
export const focus: { window: BaseWindow | null } = { window: null };

/** An event object as Electron's, with its details beside `preventDefault`. */
export type PreventableEvent<T extends object = object> = T & { defaultPrevented: boolean; preventDefault(): void };

export function preventable<T extends object>(details: T): PreventableEvent<T> {
  return {
    ...details,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}

/** Called after any change of what is where; set where pages are on a display. */
export const layout: { changed: () => void } = { changed: () => undefined };

/** A failure of the double's own work that no caller waits for: said aloud, so that a test cannot pass over it. */
export function report(error: unknown): void {
  console.error('electron-double:', error);
}
