import { EventEmitter } from 'node:events';
import type { NotificationConstructorOptions } from 'electron';

/** Every notification that was shown, oldest first. */
export const notifications: Notification[] = [];

/** A notification: shown means recorded. A test clicks one by `emit('click', {})`. */
export class Notification extends EventEmitter {
  title: string;
  body: string;
  silent: boolean;
  isOpen = false;

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
    this.isOpen = true;
    notifications.push(this);
    this.emit('show', {});
  }
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.emit('close', {});
  }
}
