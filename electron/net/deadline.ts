import { onAbort } from '../../shared/abort.ts';
import { fail } from '../../shared/failure.ts';

export interface Bound {
  signal: AbortSignal;
  ms: number;
  /** What it fails with when time is up. */
  late: () => Error;
  /** Lets go of whatever was under way; called when it does not end well. */
  release: () => void;
}

/**
 * A wait that can be cancelled and has a bound: `start` settles it, or the signal (`cancelled`), or the clock
 * (`late`), whichever comes first. What comes later is ignored.
 */
export function bounded<T>(
  { signal, ms, late, release }: Bound,
  start: (done: (value: T) => void, failed: (why: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      off();
      return true;
    };
    const failed = (why: Error): void => {
      if (!settle()) return;
      release();
      reject(why);
    };
    const cancel = (): void => failed(fail('cancelled'));
    const timer = setTimeout(() => failed(late()), ms);
    const off = onAbort(signal, cancel);
    if (!signal.aborted)
      start((value) => {
        if (settle()) resolve(value);
      }, failed);
  });
}

/**
 * Waits for work that may hang, for so long at the most; whether it was done by then. What is left of it goes on by
 * itself, and nobody hears of how it ends. Never rejects.
 */
export async function atMost(ms: number, work: Promise<unknown> | undefined): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = Promise.resolve(work).then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([done, late]);
  clearTimeout(timer);
  return inTime;
}
