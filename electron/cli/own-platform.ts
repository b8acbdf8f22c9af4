import type { Platform } from '../../shared/help-code.ts';

/** This computer's system, as it is in a code for the help desk. */
export const ownPlatform: Platform = process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';
