/** How long an entry module may take: many times what ours takes on a busy machine. */
const evaluationTimeoutMs = 30_000;
/** Node's own code for a top-level await that nothing can end. */
const deadlockExitCode = 13;

/**
 * The app's entry module. Electron is ready only once the module has been evaluated (`NodeBindings::JoinAppCode`,
 * `lib/browser/init.ts`), so a module that waits for `ready` waits forever (electron#40719). The double reports that and ends
 * the process.
 */
export class Entry {
  /** Resolves once it has been evaluated, well or not. A test that is the app itself has none to wait for. */
  readonly evaluated: Promise<void>;
  private isOver: boolean;
  private tellOver: () => void = () => undefined;
  private bound: NodeJS.Timeout | null = null;

  constructor(isThere: boolean) {
    this.isOver = !isThere;
    this.evaluated = isThere ? new Promise((resolve) => (this.tellOver = resolve)) : Promise.resolve();
  }

  /** Its evaluation begins. `end` ends the process with the exit code that it is given. */
  begin(end: (exitCode: number) => void): void {
    const deadlock = (): void => {
      if (this.isOver) return;
      console.error(
        'electron-double: deadlock: the entry module does not come to its end, and ready comes only after that. A top-level ' +
          'await must not wait for app.whenReady(): go on from app.whenReady().then(…) (electron#40719)',
      );
      end(deadlockExitCode);
    };
    this.bound = setTimeout(deadlock, evaluationTimeoutMs).unref();
    // Nothing can happen any more that the module could wait for
    process.once('beforeExit', deadlock);
  }

  over(): void {
    if (this.bound) clearTimeout(this.bound);
    this.isOver = true;
    this.tellOver();
  }
}
