import { existsSync } from 'node:fs';
import type { Failure } from '../../../shared/failure.ts';

export interface FoundAtStart {
  /** Of the person's folder. */
  ofFolder: Failure | null;
  /** What the last run left. */
  ofLastRun: Failure | null;
  ofPolicy: Failure | null;
  isSandboxOff: boolean;
  /** Where the parts are that the installer brings along; null where there is no installer. */
  parts: string | null;
}

/** What was noticed before there was a window to tell it in. None of it keeps the app from opening. */
export function earlyNotices({ ofFolder, ofLastRun, ofPolicy, isSandboxOff, parts }: FoundAtStart): Failure[] {
  const ofSandbox: Failure | null = isSandboxOff ? { code: 'sandbox-off' } : null;
  const ofParts: Failure | null = parts === null || existsSync(parts) ? null : { code: 'parts-missing', params: { folder: parts } };
  return [ofFolder, ofLastRun, ofPolicy, ofSandbox, ofParts].filter((failure) => failure !== null);
}
