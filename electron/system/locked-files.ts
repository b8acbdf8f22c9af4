import { delay } from '../../shared/abort.ts';

/**
 * A virus scanner, a search index or a backup holds a new file for a moment, in which Windows neither renames nor removes
 * it, nor what it would replace. It lets go by itself: what fails so is tried again, for a third of a second.
 */
const withinMs = 300;
const everyMs = 50;
const held: readonly unknown[] = ['EPERM', 'EBUSY', 'EACCES'];

/** Renames or removes by `work`, again while somebody holds the file. Throws what `work` threw last. */
export async function retryWhileLocked<T>(work: () => Promise<T>): Promise<T> {
  for (let left = withinMs; ; left -= everyMs) {
    try {
      return await work();
    } catch (error) {
      if (left <= 0 || !isHeld(error)) throw error;
      await delay(everyMs);
    }
  }
}

/** The same for what has to be done at once: everything stands still meanwhile. */
export function retryWhileLockedSync<T>(work: () => T): T {
  for (let left = withinMs; ; left -= everyMs) {
    try {
      return work();
    } catch (error) {
      if (left <= 0 || !isHeld(error)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, everyMs);
    }
  }
}

const isHeld = (error: unknown): boolean => error instanceof Error && 'code' in error && held.includes(error.code);
