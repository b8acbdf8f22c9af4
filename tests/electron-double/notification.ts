import type { NotificationConstructorOptions } from 'electron';
import { NativeEmitter } from './registry.ts';
import { onlyOnceReady } from './strict.ts';

/**
 * A notification as a person sees it. It stays, even if the object that showed it is gone. A click reaches the app only while
 * the app keeps that object, because native code does not keep it (electron#12690).
 */
export interface ShownNotification {
  readonly title: string;
  readonly body: string;
  readonly isOpen: boolean;
  /** False if the object is gone: then a click does nothing. */
  click(): boolean;
  /** The person, or the system's own clock, takes it away. */
  dismiss(): void;
}

class OnTheDesktop implements ShownNotification {
  readonly title: string;
  readonly body: string;
  isOpen = true;
  private readonly shownBy: WeakRef<Notification>;

  constructor(by: Notification) {
    this.title = by.title;
    this.body = by.body;
    this.shownBy = new WeakRef(by);
  }
  click(): boolean {
    return this.shownBy.deref()?.emit('click', {}) ?? false;
  }
  dismiss(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.shownBy.deref()?.emit('close', {});
  }
}

/** Every notification that was shown, oldest first. */
export const notifications: ShownNotification[] = [];

/** A notification. Showing one records it. It is held weakly, as by Electron: code that listens for clicks must keep it. */
export class Notification extends NativeEmitter {
  title: string;
  body: string;
  silent: boolean;
  private shown: OnTheDesktop | null = null;

  constructor(options: NotificationConstructorOptions = {}) {
    super();
    onlyOnceReady(new Error('Cannot create Notification before app is ready'));
    this.title = options.title ?? '';
    this.body = options.body ?? '';
    this.silent = options.silent ?? false;
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    this.close();
    this.shown = new OnTheDesktop(this);
    notifications.push(this.shown);
    // The desktop says so later
    setImmediate(() => this.emit('show', {}));
  }
  /** Emits nothing: Electron disconnects the native notification when it dismisses it (`Notification::Close`). */
  close(): void {
    if (this.shown) this.shown.isOpen = false;
    this.shown = null;
  }
}
