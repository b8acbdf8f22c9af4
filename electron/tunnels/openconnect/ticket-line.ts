import { spawnSync } from 'node:child_process';
import { fail } from '../../../shared/failure.ts';

/** What every openconnect takes of its first line (`read_stdin` of 9.01's `main.c`: 1,024 bytes; on Windows a character and the end less). */
const everyTakes = 1022;
/** What it takes since 9.12 (`MAX_READ_STDIN_SIZE`). */
const newTakes = 4095;
const asksWithinMs = 2_000;

/**
 * Throws `ticket-too-long` where this openconnect would cut the ticket: a gateway is shown a whole one, or none. Only a long
 * one is worth asking the program for its version.
 */
export function checkTicket(command: string, cookie: string, host: string, env: Readonly<Record<string, string>>): void {
  const length = Buffer.byteLength(cookie);
  if (length <= everyTakes || (length <= newTakes && isNew(command, env))) return;
  throw fail('ticket-too-long', { host }, { detail: `a ticket of ${length} bytes` });
}

function isNew(command: string, env: Readonly<Record<string, string>>): boolean {
  const { stdout, error } = spawnSync(command, ['--version'], {
    env,
    encoding: 'utf8',
    timeout: asksWithinMs,
    shell: false,
    windowsHide: true,
  });
  if (error) return false;
  const [, major, minor] = /^OpenConnect version v(\d{1,3})\.(\d{1,3})/m.exec(stdout.slice(0, 1000)) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) > 9 || (Number(major) === 9 && Number(minor) >= 12);
}
