/**
 * A process of ours that does one dangerous thing, so that a crash, a hang or a kill of it ends that and nothing else.
 * How to start one is handed in by the composition root: `utilityProcess` in Electron, `fork` under plain Node.
 */
export interface WorkerProcess {
  /** Sends a structured-clonable value. What arrives after its end is dropped. */
  post(message: unknown): void;
  /** One listener; parse what it gets. */
  onMessage(listener: (message: unknown) => void): void;
  /** Of the process, once it has one. */
  readonly pid: number | undefined;
  /** Settles once the process is gone, with its exit code (null: a signal); never rejects. */
  readonly exited: Promise<number | null>;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
}

export type StartWorker = () => WorkerProcess;
