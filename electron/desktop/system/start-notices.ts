import { existsSync } from 'node:fs';
import type { Failure } from '../../../shared/failure.ts';

export interface FoundAtStart {
  /** A problem with the user data folder. */
  folderNotice: Failure | null;
  /** The fault that ended the last run. */
  lastRun: Failure | null;
  isSandboxOff: boolean;
  /** The folder of the programs and libraries that the installer ships, or null when the app was not installed. */
  parts: string | null;
}

/** Problems that were found before there was a window to show them in. None of them stops the app from opening. */
export function earlyNotices({ folderNotice, lastRun, isSandboxOff, parts }: FoundAtStart): Failure[] {
  const sandboxOff: Failure | null = isSandboxOff ? { code: 'sandbox-off' } : null;
  const partsMissing: Failure | null = parts === null || existsSync(parts) ? null : { code: 'parts-missing', params: { folder: parts } };
  return [folderNotice, lastRun, sandboxOff, partsMissing].filter((failure) => failure !== null);
}
