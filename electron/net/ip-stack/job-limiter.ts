import { onAbort } from '../../../shared/abort.ts';

/** Lets a limited number of jobs run at once. The others wait, in order. */
export class JobLimiter {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs a job when it is its turn. Null: the signal aborted before that. */
  async run<T>(signal: AbortSignal, job: () => Promise<T>): Promise<T | null> {
    if (this.#free > 0) this.#free -= 1;
    else if (!(await this.#wait(signal))) return null;
    try {
      return signal.aborted ? null : await job();
    } finally {
      const [next] = this.#waiting;
      if (next) next();
      else this.#free += 1;
    }
  }

  /** Resolves with true when another job has ended. */
  #wait(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (mine: boolean): void => {
        this.#waiting.delete(go);
        off();
        resolve(mine);
      };
      const go = (): void => settle(true);
      const off = onAbort(signal, () => settle(false));
      this.#waiting.add(go);
    });
  }
}
