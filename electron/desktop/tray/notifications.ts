import { Notification } from 'electron';
import type { AppState } from '../../../shared/app-state.ts';
import type { Localizer } from '../../../shared/messages/localizer.ts';
import { addedNotices, campusesOf, noticeFor, sessionAfter, type LastSession } from './notification-model.ts';

/** Tells the person what happens while they look elsewhere. */
export interface Notifier {
  /** The state or the window's focus changed. */
  follow(state: AppState, focused: boolean, localizer: Localizer): void;
  /** One that belongs to no state. */
  tell(title: string, body: string): void;
}

/** `open` is what a click does. Each notification is shown once, and closed when what it says no longer holds. */
export function createNotifier(open: () => void): Notifier {
  const told = new Set<string>();
  // Electron holds them weakly: one that nobody holds is collected, and a click on it does nothing
  const held = new Set<Notification>();
  let standing: { id: string; close: () => void } | null = null;
  let last: LastSession = null;
  let campuses: ReadonlySet<string> | null = null;

  const show = (title: string, body: string): (() => void) => {
    if (!Notification.isSupported()) return () => undefined;
    const notification = new Notification({ title, body });
    held.add(notification);
    notification.on('click', () => {
      held.delete(notification);
      open();
    });
    const letGo = (): void => void held.delete(notification);
    notification.on('close', letGo);
    notification.on('failed', letGo);
    notification.show();
    return () => {
      // Electron tells of no `close` that we asked for
      letGo();
      notification.close();
    };
  };

  return {
    follow(state, focused, localizer) {
      // Whoever asked for quiet is told of this all the same: it decides where a password goes
      if (campuses) for (const { title, body } of addedNotices(state, campuses, localizer)) show(title, body);
      campuses = campusesOf(state);
      const notice = noticeFor(state, last, localizer);
      last = sessionAfter(state, last);
      if (standing && (standing.id !== notice?.id || focused)) {
        standing.close();
        standing = null;
      }
      // In front of the person's eyes the window itself says it
      if (!notice || focused || told.has(notice.id) || !state.preferences.notifications) return;
      told.add(notice.id);
      standing = { id: notice.id, close: show(notice.title, notice.body) };
    },
    tell: (title, body) => void show(title, body),
  };
}
