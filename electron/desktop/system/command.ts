import type { Application } from '../../app/ports.ts';
import type { Task } from '../../../shared/guide.ts';
import { failureOf } from '../../../shared/failure.ts';

/** The commands of the tray, the menu and the notifications: some of the bridge's calls, and showing the window. */
export type Command =
  | 'connect'
  | 'resume'
  | 'try-now'
  | 'extend'
  | 'end'
  | 'open'
  | 'open-portal'
  | 'settings'
  | 'help-desk'
  | 'logs'
  | 'report'
  | 'check'
  | 'update'
  | 'quit'
  | Task;

export interface CommandContext {
  application: Application;
  showWindow: () => void;
  requestQuit: () => void;
  log: (line: string) => void;
}

/** Runs one command. If it fails, the state already has the failure to show: this logs it and shows the window. */
export function perform(command: Command, context: CommandContext): void {
  run(command, context).catch((thrown: unknown) => {
    const failure = failureOf(thrown);
    context.log(`command ${command}: ${failure.code} ${failure.detail ?? ''}`);
    context.showWindow();
  });
}

async function run(command: Command, { application, showWindow, requestQuit }: CommandContext): Promise<void> {
  const { verbs } = application;
  switch (command) {
    case 'connect':
      return application.quickConnect();
    case 'resume':
      return verbs.resumeAlwaysConnect();
    case 'try-now':
      return verbs.retryNow();
    case 'extend':
      return verbs.extend();
    case 'end':
      return verbs.disconnect();
    case 'open':
      showWindow();
      return;
    case 'open-portal':
      showWindow();
      return verbs.openPortal();
    case 'settings':
      showWindow();
      return verbs.showSettings({ open: true });
    case 'help-desk':
      return verbs.openHelpDesk();
    case 'report':
    case 'check':
      showWindow();
      return verbs.showSupport({ view: command });
    case 'logs':
      return verbs.openLogs();
    case 'update':
      return verbs.restartToUpdate();
    case 'quit':
      requestQuit();
      return;
    case 'add-device':
    case 'remove-device':
    case 'lost-phone':
      showWindow();
      return verbs.startTask({ task: command });
  }
}
