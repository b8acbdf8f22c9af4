import { BaseWindow, app, dialog } from 'electron';
import { failureOf } from '../../../shared/failure.ts';
import { localizerFor } from '../../../shared/messages/localizer.ts';
import { atMost } from '../../net/deadline.ts';
import { noteFault } from './fault-note.ts';
import type { Log } from './log.ts';
import { relaunchOptions } from './relaunch.ts';

/** Exit codes of a start that comes to nothing. */
const startExit = { failed: 1, refused: 2 } as const;

/** Who is away is not waited for: the next start says it too. */
const toldWithinMs = 60_000;

const speak = () => localizerFor('system', app.getPreferredSystemLanguages());

/** The app could not start: logs why, says so in a box of the system's, and ends with exit code 1. */
export function startFailed(thrown: unknown, log: Log): void {
  log.line(`start failed: ${textOf(thrown)}`);
  const { messages, format } = speak();
  dialog.showErrorBox(messages.trouble.startTitle, format(messages.trouble.startText, { folder: log.folder }));
  app.exit(startExit.failed);
}

/** The app does not start with these switches: says which in a box of the system's, and ends with exit code 2. */
export function switchesRefused(switches: readonly string[], log: Log): void {
  log.line(`not started with ${switches.join(' ')}`);
  const { messages, format, list } = speak();
  dialog.showErrorBox(messages.trouble.startTitle, format(messages.trouble.switchesText, { switches: list(switches) }));
  app.exit(startExit.refused);
}

/** Policy wants the sandbox, and the app was started without: says so, and ends with exit code 2. */
export function sandboxRequired(log: Log): void {
  log.line('not started: --no-sandbox, and policy requires the sandbox');
  const { messages } = speak();
  dialog.showErrorBox(messages.trouble.startTitle, messages.trouble.sandboxText);
  app.exit(startExit.refused);
}

export interface FaultOptions {
  log: Log;
  /** Where the note to the next run goes. */
  folder: string;
  now: () => number;
  /** A promise that nobody waited for was rejected: what it was about may not have been done, and the app goes on. */
  onUnhandled: () => void;
}

/**
 * What becomes of faults of our own. An exception that nobody caught may have left anything half done: it is logged, noted
 * for the next start and told, and the app ends with exit code 1, as by a crash. Electron itself would show its text in a
 * box and go on. A rejected promise that nobody waited for stopped at an await, with everything before it done: it is
 * logged and told in the window.
 */
export function endOnFaults({ log, folder, now, onUnhandled }: FaultOptions): void {
  let isEnding = false;
  process.on('uncaughtException', (thrown: unknown) => {
    log.line(`uncaught: ${textOf(thrown)}`);
    // What goes wrong while it is told changes nothing any more
    if (isEnding) return;
    isEnding = true;
    end(folder, now, log).catch(() => app.exit(startExit.failed));
  });
  process.on('unhandledRejection', (reason) => {
    log.line(`unhandled: ${textOf(reason)}`);
    onUnhandled();
  });
}

async function end(folder: string, now: () => number, log: Log): Promise<void> {
  try {
    noteFault(folder, now());
  } catch (thrown) {
    log.line(`the next start will not say so: ${textOf(thrown)}`);
  }
  // Nobody should go on in a window that may no longer do what it says
  for (const window of BaseWindow.getAllWindows()) window.destroy();
  await tell();
  app.exit(startExit.failed);
}

/** Says so, for a while, and starts again where the person wants that. */
async function tell(): Promise<void> {
  const { messages } = speak();
  const { faultTitle, faultText, startAgain, close } = messages.trouble;
  if (!app.isReady()) {
    dialog.showErrorBox(faultTitle, faultText);
    return;
  }
  const shown = dialog
    .showMessageBox({
      type: 'error',
      message: faultTitle,
      detail: faultText,
      buttons: [startAgain, close],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    })
    .then(({ response }) => {
      if (response === 0) app.relaunch(relaunchOptions(process.argv.slice(1), process.env));
    });
  await atMost(toldWithinMs, shown);
}

/** What was thrown, for the log: with the place where it was, where that is known. */
function textOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.stack ?? thrown.message;
  return failureOf(thrown).detail ?? typeof thrown;
}
