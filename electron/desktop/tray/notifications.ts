import { Notification } from 'electron';
import type { AppState } from '../../../shared/app-state.ts';
import type { Localizer } from '../../../shared/messages/localizer.ts';
import { addedNotices, campusesOf, noticeFor, sessionAfter, type LastSession } from './notification-model.ts';

/** Shows the person what happens while they look elsewhere. */
export interface Notifier {
  /** Call when the state or the window's focus has changed. */
  update(state: AppState, focused: boolean, localizer: Localizer): void;
  /** Shows a notification that belongs to no state. */
  show(title: string, body: string): void;
}

/** A click calls `open`. Each notification is shown once, and closed when it no longer applies. */
export function createNotifier(open: () => void): Notifier {
  const shownIds = new Set<string>();
  // Electron holds notifications weakly: without this reference one is collected, and a click on it does nothing
  const notifications = new Set<Notification>();
  let current: { id: string; close: () => void } | null = null;
  let last: LastSession = null;
  let campuses: ReadonlySet<string> | null = null;

  const show = (title: string, body: string): (() => void) => {
    if (!Notification.isSupported()) return () => undefined;
    const notification = new Notification({ title, body });
    notifications.add(notification);
    notification.on('click', () => {
      notifications.delete(notification);
      open();
    });
    const release = (): void => void notifications.delete(notification);
    notification.on('close', release);
    notification.on('failed', release);
    notification.show();
    return () => {
      // Electron emits no `close` event for our own call
      release();
      notification.close();
    };
  };

  return {
    update(state, focused, localizer) {
      // Shown even if notifications are off: it decides where a password goes
      if (campuses) for (const { title, body } of addedNotices(state, campuses, localizer)) show(title, body);
      campuses = campusesOf(state);
      const notice = noticeFor(state, last, localizer);
      last = sessionAfter(state, last);
      if (current && (current.id !== notice?.id || focused)) {
        current.close();
        current = null;
      }
      // While the window has the focus, it shows this itself
      if (!notice || focused || shownIds.has(notice.id) || !state.preferences.notifications) return;
      shownIds.add(notice.id);
      current = { id: notice.id, close: show(notice.title, notice.body) };
    },
    show: (title, body) => void show(title, body),
  };
}
