import { onAbort } from '../../shared/abort.ts';

/** Waits between two tries. A wake, a new network or the person ends a wait early; while the computer is suspended it lasts. */
export class RetryWait {
  private end: (() => void) | null = null;
  private suspended = false;

  constructor(private readonly now: () => number) {}

  get isSuspended(): boolean {
    return this.suspended;
  }

  suspend(): void {
    this.suspended = true;
  }

  resume(): void {
    this.suspended = false;
  }

  /** Ends the wait that goes on, if there is one. */
  endNow(): void {
    this.end?.();
  }

  /** Calls `end` where somebody ends the wait. The function that comes back says that the wait is over. */
  begin(end: () => void): () => void {
    this.end = end;
    return () => (this.end = null);
  }

  /** @param until epoch ms */
  async wait(until: number, signal: AbortSignal): Promise<void> {
    const ms = until - this.now();
    if (signal.aborted || (ms <= 0 && !this.suspended)) return;
    await new Promise<void>((resolve) => {
      const timer = this.suspended ? undefined : setTimeout(() => end(), ms);
      const end = (): void => {
        clearTimeout(timer);
        off();
        over();
        resolve();
      };
      const over = this.begin(end);
      const off = onAbort(signal, end);
    });
  }
}
