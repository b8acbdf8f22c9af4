import { app } from 'electron';
import type { Application } from '../../app/ports.ts';
import { localizerFor, type Localizer } from '../../../shared/messages/localizer.ts';
import type { Command } from '../system/command.ts';
import { installMenu } from '../window/menu.ts';
import { createNotifier } from './notifications.ts';
import { trayModel } from './tray-model.ts';
import { createTray } from './tray.ts';
import type { MainWindow } from '../window/window.ts';

/** Everything besides the window's page that shows the state: tray, menu and notifications, in the person's language. */
export interface DesktopPresenters {
  /** Says once a run that the window was minimised because this desktop has no tray. */
  notifyMinimised(): void;
  close(): void;
}

export function createDesktopPresenters(
  application: Application,
  window: MainWindow,
  { trayIcons, perform }: { trayIcons: string; perform: (command: Command) => void },
): DesktopPresenters {
  const tray = createTray(trayIcons, perform);
  const notifier = createNotifier(() => perform('open'));
  let localizer: Localizer | null = null;
  let notified = false;

  const currentLocalizer = (): Localizer => {
    const before = localizer;
    localizer = localizerFor(application.state.preferences.language, app.getPreferredSystemLanguages());
    // The system's language and the language setting can both change while the app runs
    if (before?.locale !== localizer.locale || before.messages !== localizer.messages) {
      installMenu(localizer.messages, { perform, nextPane: () => window.nextPane() });
    }
    return localizer;
  };
  const show = (): void => {
    const { state } = application;
    const now = currentLocalizer();
    tray.show(trayModel(state, now));
    notifier.update(state, window.focused, now);
  };

  const stop = application.onState(show);
  window.onFocusChange(show);
  show();

  return {
    notifyMinimised() {
      if (notified) return;
      notified = true;
      const { notification } = currentLocalizer().messages;
      notifier.show(notification.trayTitle, notification.minimizedText);
    },
    close() {
      stop();
      tray.close();
    },
  };
}
