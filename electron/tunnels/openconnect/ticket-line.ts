import { spawnSync } from 'node:child_process';
import { fail } from '../../../shared/failure.ts';

/** How much of its first line every openconnect reads (`read_stdin` in 9.01's `main.c`: 1,024 bytes; on Windows a character and the terminator less). */
const oldMaxBytes = 1022;
/** The same since 9.12 (`MAX_READ_STDIN_SIZE`). */
const newMaxBytes = 4095;
const versionTimeoutMs = 2_000;

/**
 * Throws `ticket-too-long` if this openconnect would cut off the ticket. A gateway must get the whole ticket or nothing.
 * Asks the program for its version only if the ticket is long.
 */
export function checkTicket(command: string, cookie: string, host: string, env: Readonly<Record<string, string>>): void {
  const length = Buffer.byteLength(cookie);
  if (length <= oldMaxBytes || (length <= newMaxBytes && isNew(command, env))) return;
  throw fail('ticket-too-long', { host }, { detail: `the ticket is ${length} bytes long` });
}

function isNew(command: string, env: Readonly<Record<string, string>>): boolean {
  const { stdout, error } = spawnSync(command, ['--version'], {
    env,
    encoding: 'utf8',
    timeout: versionTimeoutMs,
    shell: false,
    windowsHide: true,
  });
  if (error) return false;
  const [, major, minor] = /^OpenConnect version v(\d{1,3})\.(\d{1,3})/m.exec(stdout.slice(0, 1000)) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) > 9 || (Number(major) === 9 && Number(minor) >= 12);
}
