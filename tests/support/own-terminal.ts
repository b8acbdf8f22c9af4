import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';

const script = '/usr/bin/script';

/** Whether this computer can give a command a terminal of its own. */
export const hasOwnTerminal = existsSync(script);

/** Starts a command in a terminal of its own, whose keys are the process's input. Words may have blanks and quotes. */
export function spawnInTerminal(command: readonly string[]): ChildProcessWithoutNullStreams {
  const quoted = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
  return spawn(script, ['-qec', `exec ${quoted.join(' ')}`, '/dev/null']);
}
