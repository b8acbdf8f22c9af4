import type { Application } from '../../app/ports.ts';
import type { Messages } from '../../../shared/messages/localizer.ts';
import type { AppLanguage } from '../system/app-language.ts';
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
  /** A tray has come after the icon was made. */
  renewTray(): void;
  close(): void;
}

export function createDesktopPresenters(
  application: Pick<Application, 'state' | 'onState'>,
  window: Pick<MainWindow, 'focused' | 'nextPane' | 'onFocusChange' | 'zoom'>,
  { trayIcons, language, perform }: { trayIcons: string; language: AppLanguage; perform: (command: Command) => void },
): DesktopPresenters {
  const tray = createTray(trayIcons, perform);
  const notifier = createNotifier(() => perform('open'));
  let menuIn: Messages | null = null;
  let notified = false;

  const show = (): void => {
    const { state } = application;
    const { localizer } = language;
    // Another language, once it is loaded, shows everything again
    void language.follow(state.preferences.language);
    if (menuIn !== localizer.messages) {
      menuIn = localizer.messages;
      installMenu(menuIn, { perform, nextPane: () => window.nextPane(), zoom: (by) => window.zoom(by) });
    }
    tray.show(trayModel(state, localizer));
    notifier.update(state, window.focused, localizer);
  };

  const stops = [application.onState(show), language.onChange(show)];
  window.onFocusChange(show);
  show();

  return {
    notifyMinimised() {
      if (notified) return;
      notified = true;
      const { notification } = language.localizer.messages;
      notifier.show(notification.trayTitle, notification.minimizedText);
    },
    renewTray: () => tray.renew(),
    close() {
      for (const stop of stops) stop();
      tray.close();
    },
  };
}
