import { isSea } from 'node:sea';

/** The words that start this same program once more. */
export const ownProgram = (): readonly [string, ...string[]] =>
  isSea() ? [process.execPath] : [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
