import { EventEmitter } from 'node:events';
import type { NotificationConstructorOptions } from 'electron';

/** A notification as a person sees it: there, whatever has become of the object that showed it. */
export class ShownNotification {
  readonly title: string;
  readonly body: string;
  isOpen = true;
  private readonly shownBy: WeakRef<Notification>;

  constructor(by: Notification) {
    this.title = by.title;
    this.body = by.body;
    this.shownBy = new WeakRef(by);
  }
  /** False where nobody holds the object any more: then a click on it does nothing (electron#12690). */
  click(): boolean {
    return this.shownBy.deref()?.emit('click', {}) ?? false;
  }
  /** The person, or the system's own clock, takes it away. */
  dismiss(): void {
    this.shownBy.deref()?.close();
  }
}

/** Every notification that was shown, oldest first. */
export const notifications: ShownNotification[] = [];

/** A notification: shown means recorded. Held weakly, as by Electron: whoever wants to hear of a click holds it. */
export class Notification extends EventEmitter {
  title: string;
  body: string;
  silent: boolean;
  private shown: ShownNotification | null = null;

  constructor(options: NotificationConstructorOptions = {}) {
    super();
    this.title = options.title ?? '';
    this.body = options.body ?? '';
    this.silent = options.silent ?? false;
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    this.shown = new ShownNotification(this);
    notifications.push(this.shown);
    this.emit('show', {});
  }
  close(): void {
    if (!this.shown?.isOpen) return;
    this.shown.isOpen = false;
    this.emit('close', {});
  }
}
