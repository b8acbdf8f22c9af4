import { onAbort } from '../../shared/abort.ts';
import { fail } from '../../shared/failure.ts';

export interface Bound {
  signal: AbortSignal;
  ms: number;
  /** The error when time is up. */
  late: () => Error;
  /** Cleans up; called on failure, cancel or timeout. */
  release: () => void;
}

/**
 * Waits with a time limit and a cancel signal. Whichever comes first decides: the result of `start`, the signal
 * (`cancelled`) or the timeout (`late`). Anything later is ignored.
 */
export function withDeadline<T>(
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
 * Waits for work that may hang, up to a time limit. Resolves with whether it finished in time. Unfinished work goes on, and
 * its result is ignored. Never rejects.
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
