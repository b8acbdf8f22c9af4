/**
 * A process that does one risky job, so that a crash or a hang ends only that job. The composition root provides how to start
 * one: `utilityProcess` in Electron, `fork` under plain Node.
 */
export interface WorkerProcess {
  /** Sends a structured-clonable value. After the process's end it is dropped. */
  post(message: unknown): void;
  /** Sets the one listener. Parse what it gets. */
  onMessage(listener: (message: unknown) => void): void;
  /** The process's id, once it has one. */
  readonly pid: number | undefined;
  /** Settles once the process is gone, with its exit code (null: a signal); never rejects. */
  readonly exited: Promise<number | null>;
  /** Kills it at once, whatever it is doing. */
  kill(): void;
}

export type StartWorker = () => WorkerProcess;
