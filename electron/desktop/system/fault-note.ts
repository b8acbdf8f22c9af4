import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../../../shared/failure.ts';

/**
 * A file of its own that a run which ends by a fault leaves to the next one. Not in the settings: what wrote them may be
 * what is at fault. It holds an instant and nothing else.
 */
const fileName = 'ended-by-fault';

/** Notes that this run ends by a fault. @param now epoch milliseconds */
export function noteFault(folder: string, now: number): void {
  writeFileSync(join(folder, fileName), String(now), { mode: 0o600 });
}

/** What the last run left, once: `fault-ended`, with when that was; null where it ended otherwise. */
export function takeFault(folder: string): Failure | null {
  const file = join(folder, fileName);
  try {
    const endedAt = Number(readFileSync(file, 'utf8'));
    rmSync(file);
    return Number.isSafeInteger(endedAt) && endedAt > 0 ? { code: 'fault-ended', params: { endedAt } } : null;
  } catch {
    // Nothing was left, or nothing that can be read
    return null;
  }
}
