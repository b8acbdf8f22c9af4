import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../../../shared/failure.ts';

/**
 * A file that a run leaves for the next one when it ends with a fault. It is not in the settings, since writing them may be
 * what failed. It holds a time and nothing else.
 */
const fileName = 'ended-by-fault';

/** Notes that this run ends with a fault. @param now epoch milliseconds */
export function noteFault(folder: string, now: number): void {
  writeFileSync(join(folder, fileName), String(now), { mode: 0o600 });
}

/** Takes the last run's note: `fault-ended` with its time, or null when the run ended in another way. */
export function takeFault(folder: string): Failure | null {
  const file = join(folder, fileName);
  try {
    const endedAt = Number(readFileSync(file, 'utf8'));
    rmSync(file);
    return Number.isSafeInteger(endedAt) && endedAt > 0 ? { code: 'fault-ended', params: { endedAt } } : null;
  } catch {
    // There is no note, or it cannot be read
    return null;
  }
}
