import { EventEmitter } from 'node:events';
import type { BaseWindow } from './base-window.ts';
import type { WebContents } from './web-contents.ts';

/** Set if the double is a process of its own. It then really ends. */
export const isProcess = process.env['ELECTRON_DOUBLE_PROCESS'] === '1';

/** Whether Electron is ready: much may be used only then, some only before. */
export const stage = { isReady: false };

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

/** Called after any change of the layout. Set if pages are on a display. */
export const layout: { changed: () => void } = { changed: () => undefined };

/**
 * Calls a function of the app as Electron's native code does: an exception does not reach the caller, but is an uncaught
 * exception of the process. True: it returned.
 */
export function callApp(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
    return false;
  }
}

/** Emits as native code does: a listener that throws causes an uncaught exception, and the emitting code continues. */
export class NativeEmitter extends EventEmitter {
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    // Node's own event for an added listener: its exceptions go to the code that adds the listener
    if (event === 'newListener') return super.emit(event, ...args);
    let isHeard = true;
    callApp(() => (isHeard = super.emit(event, ...args)));
    return isHeard;
  }
}

/** A failure of the double's own work that no caller waits for: said aloud, so that a test cannot pass over it. */
export function report(error: unknown): void {
  console.error('electron-double:', error);
}
