import { isSea } from 'node:sea';

/** The command that starts this program again. */
export const ownProgram = (): readonly [string, ...string[]] =>
  isSea() ? [process.execPath] : [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
