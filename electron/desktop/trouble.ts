import { app, dialog } from 'electron';
import { failureOf } from '../../shared/failure.ts';
import { speakerFor } from '../../shared/words/say.ts';
import type { Log } from './log.ts';

/** The app could not start: logs why, says so in a box of the system's, and ends with exit code 1. */
export function startFailed(thrown: unknown, log: Log): void {
  log.line(`start failed: ${textOf(thrown)}`);
  const { words, say } = speakerFor('system', app.getPreferredSystemLanguages());
  dialog.showErrorBox(words.trouble.startTitle, say(words.trouble.startText, { folder: log.folder }));
  app.exit(1);
}

/** What was thrown, for the log: with the place where it was, where that is known. */
function textOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.stack ?? thrown.message;
  return failureOf(thrown).detail ?? typeof thrown;
}
