import { delay } from '../../shared/abort.ts';

/**
 * A virus scanner, a search index or a backup may lock a new file for a moment. Windows then cannot rename, remove or replace
 * it. The lock goes away by itself, so such a failure is retried for a third of a second.
 */
const retryMs = 300;
const everyMs = 50;
const lockedCodes: readonly unknown[] = ['EPERM', 'EBUSY', 'EACCES'];

/** Runs `work`, which renames or removes a file, and retries while the file is locked. Throws what `work` threw last. */
export async function retryWhileLocked<T>(work: () => Promise<T>): Promise<T> {
  for (let left = retryMs; ; left -= everyMs) {
    try {
      return await work();
    } catch (error) {
      if (left <= 0 || !isLocked(error)) throw error;
      await delay(everyMs);
    }
  }
}

/** The same, synchronously. Blocks the thread while it waits. */
export function retryWhileLockedSync<T>(work: () => T): T {
  for (let left = retryMs; ; left -= everyMs) {
    try {
      return work();
    } catch (error) {
      if (left <= 0 || !isLocked(error)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, everyMs);
    }
  }
}

const isLocked = (error: unknown): boolean => error instanceof Error && 'code' in error && lockedCodes.includes(error.code);
