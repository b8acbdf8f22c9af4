import { app } from 'electron';
import type { Application } from '../../app/ports.ts';
import { speakerFor, type Speaker } from '../../../shared/messages/localizer.ts';
import type { Command } from '../system/command.ts';
import { installMenu } from '../window/menu.ts';
import { createNotifier } from './notifications.ts';
import { trayModel } from './tray-model.ts';
import { createTray } from './tray.ts';
import type { MainWindow } from '../window/window.ts';

/** The faces of the state beside the window's page: tray, menu and notifications, in the person's language. */
export interface Faces {
  /** Tells, once a run, that the window was minimised because this desktop has no tray. */
  tellMinimised(): void;
  close(): void;
}

export function createFaces(
  application: Application,
  window: MainWindow,
  { trayIcons, perform }: { trayIcons: string; perform: (command: Command) => void },
): Faces {
  const tray = createTray(trayIcons, perform);
  const notifier = createNotifier(() => perform('open'));
  let speaker: Speaker | null = null;
  let told = false;

  const speak = (): Speaker => {
    const before = speaker;
    speaker = speakerFor(application.state.preferences.language, app.getPreferredSystemLanguages());
    // The system's language may change while we run, and ours by a click
    if (before?.locale !== speaker.locale || before.words !== speaker.words) {
      installMenu(speaker.words, { perform, nextPane: () => window.nextPane() });
    }
    return speaker;
  };
  const show = (): void => {
    const { state } = application;
    const now = speak();
    tray.show(trayModel(state, now));
    notifier.follow(state, window.focused, now);
  };

  const stop = application.onState(show);
  window.onFocusChange(show);
  show();

  return {
    tellMinimised() {
      if (told) return;
      told = true;
      const { notification } = speak().words;
      notifier.tell(notification.trayTitle, notification.minimizedText);
    },
    close() {
      stop();
      tray.close();
    },
  };
}
