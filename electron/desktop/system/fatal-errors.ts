import { BaseWindow, app, dialog } from 'electron';
import { failureOf } from '../../../shared/failure.ts';
import type { SpokenLanguage } from '../../../shared/messages/languages.ts';
import { atMost } from '../../net/deadline.ts';
import { noteFault } from './fault-note.ts';
import type { Log } from './log.ts';
import { relaunchOptions } from './relaunch.ts';
import { troubleWords } from './trouble-words.ts';

/** Exit codes when the app cannot start or cannot continue. */
const exitCodes = { failed: 1, refused: 2 } as const;

/** How long the dialog stays, in case the person is away: the next start reports the fault too. */
const dialogTimeoutMs = 60_000;

/** Handles a failed start: logs the reason, shows a system dialog and exits with code 1. */
export function startFailed(thrown: unknown, log: Log, spoken: SpokenLanguage): void {
  const { trouble, format } = troubleWords(spoken);
  log.error(`start failed: ${textOf(thrown)}`);
  dialog.showErrorBox(trouble.startTitle, format(trouble.startText, { folder: log.folder }));
  app.exit(exitCodes.failed);
}

/** Refuses to start with these switches: shows them in a system dialog and exits with code 2. */
export function switchesRefused(switches: readonly string[], log: Log, spoken: SpokenLanguage): void {
  const { trouble, format, list } = troubleWords(spoken);
  log.error(`not started with ${switches.join(' ')}`);
  dialog.showErrorBox(trouble.startTitle, format(trouble.switchesText, { switches: list(switches) }));
  app.exit(exitCodes.refused);
}

/** Refuses to start without the sandbox when policy requires it: shows a system dialog and exits with code 2. */
export function sandboxRequired(log: Log, spoken: SpokenLanguage): void {
  const { trouble } = troubleWords(spoken);
  log.error('not started: --no-sandbox, and policy requires the sandbox');
  dialog.showErrorBox(trouble.startTitle, trouble.sandboxText);
  app.exit(exitCodes.refused);
}

export interface FaultOptions {
  log: Log;
  /** The folder for the note to the next run. */
  folder: string;
  now: () => number;
  spoken: () => SpokenLanguage;
  /** A promise was rejected and nothing handled it: its work may not be done, and the app continues. */
  onUnhandled: () => void;
}

/**
 * Handles faults in our own code. An uncaught exception may have left anything half done: it is logged, noted for the next
 * start and shown, and the app exits with code 1, as after a crash. (Electron's default is to show its text in a box and
 * continue.) An unhandled rejection stopped at an `await`, with everything before it done: it is logged and shown in the
 * window.
 */
export function endOnFaults(options: FaultOptions): void {
  const { log, onUnhandled } = options;
  let isEnding = false;
  process.on('uncaughtException', (thrown: unknown) => {
    log.error(`uncaught: ${textOf(thrown)}`);
    // Another fault while the first is shown changes nothing
    if (isEnding) return;
    isEnding = true;
    end(options).catch(() => app.exit(exitCodes.failed));
  });
  process.on('unhandledRejection', (reason) => {
    log.error(`unhandled: ${textOf(reason)}`);
    onUnhandled();
  });
}

async function end({ folder, now, log, spoken }: FaultOptions): Promise<void> {
  try {
    noteFault(folder, now());
  } catch (thrown) {
    log.error(`the next start will not say so: ${textOf(thrown)}`);
  }
  // Nobody should continue in a window that may no longer work
  for (const window of BaseWindow.getAllWindows()) window.destroy();
  await showFaultDialog(spoken());
  app.exit(exitCodes.failed);
}

/** Shows the fault for a while, and restarts the app if the person wants that. */
async function showFaultDialog(spoken: SpokenLanguage): Promise<void> {
  const { faultTitle, faultText, startAgain, close } = troubleWords(spoken).trouble;
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
  await atMost(dialogTimeoutMs, shown);
}

/** The thrown value as text for the log, with its stack if there is one. */
function textOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.stack ?? thrown.message;
  return failureOf(thrown).detail ?? typeof thrown;
}
