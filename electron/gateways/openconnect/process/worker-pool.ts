import { onAbort } from '../../../../shared/abort.ts';
import { fail } from '../../../../shared/failure.ts';
import type { StartWorker, WorkerProcess } from '../../../worker/worker.ts';
import {
  fromWorkerSchema,
  type AnyQuestion,
  type Done,
  type FromWorker,
  type OcAnswer,
  type SignInOptions,
  type ToWorker,
} from './messages.ts';

export interface WorkerPoolDeps {
  startWorker: StartWorker;
  /** Where to look for the library. The first that loads is used. */
  libraries: readonly string[];
  log: (line: string) => void;
  /** Other times, for tests. */
  times?: Partial<Times>;
}

interface Times {
  /** An unneeded process exits after this time. */
  idleMs: number;
  /** A process that does not obey a cancel in this time is killed. */
  cancelTimeoutMs: number;
  /** Interval between pings. */
  pingMs: number;
}

const defaultTimes: Times = { idleMs: 30_000, cancelTimeoutMs: 400, pingMs: 5_000 };

/** Receives what the worker reports during a sign-in. */
export interface SignInListener {
  /** Answer with {@link Run.answer}. */
  question(question: AnyQuestion): void;
  /** `words`: the gateway's own message, if the line holds nothing else. */
  progress(format: string, words: string | null, level: number): void;
}

/** One run of the library in progress. */
export interface Run {
  answer(seq: number, answer: OcAnswer): void;
  /**
   * How the run ended. Rejects with `component-missing`; with `component-failed` if the worker died, hung or sent nonsense;
   * and with `cancelled` within half a second of an abort.
   */
  readonly done: Promise<Done>;
}

interface Live {
  process: WorkerProcess;
  listener: SignInListener | null;
  settle: ((outcome: Done | Error) => void) | null;
  attempt: number;
  /** Pings in a row without any message after them. */
  unansweredPings: number;
  ping: NodeJS.Timeout;
}

/**
 * Owns the one process that calls the library. It starts before it is needed, serves one sign-in at a time, and exits soon
 * after nobody needs it. If it fails, the current sign-in ends and nothing else.
 */
export class WorkerPool {
  private live: Live | null = null;
  private wanted = false;
  private attempts = 0;
  private idle: NodeJS.Timeout | undefined;
  private readonly times: Times;

  constructor(private readonly deps: WorkerPoolDeps) {
    this.times = { ...defaultTimes, ...deps.times };
  }

  /** Says whether a sign-in may come soon. True starts the process ahead of time. */
  setWanted(wanted: boolean): void {
    this.wanted = wanted;
    if (wanted) {
      const { process } = this.take();
      this.send(process, { type: 'warm', libraries: [...this.deps.libraries] });
    }
    this.scheduleIdleStop();
  }

  /** Whether a process is running. */
  get isWarm(): boolean {
    return this.live !== null;
  }

  /** Kills the process, whatever it is doing. */
  stop(): void {
    this.wanted = false;
    clearTimeout(this.idle);
    if (this.live) this.drop(this.live, fail('component-failed', { component: 'libopenconnect' }));
  }

  /** Starts a run of the library. There is one at a time: a run that is still being cancelled is killed. */
  signIn(options: SignInOptions, signal: AbortSignal, listener: SignInListener): Run {
    if (this.live?.settle) this.drop(this.live, fail('cancelled'));
    const live = this.take();
    clearTimeout(this.idle);
    const attempt = ++this.attempts;
    live.attempt = attempt;
    live.listener = listener;
    const done = new Promise<Done>((resolve, reject) => {
      let killing: NodeJS.Timeout | undefined;
      const cancel = (): void => {
        this.send(live.process, { type: 'cancel', attempt });
        killing = setTimeout(() => {
          this.drop(live, fail('cancelled'));
          // The person may try again at once after a cancel
          if (this.wanted) this.setWanted(true);
        }, this.times.cancelTimeoutMs);
      };
      live.settle = (outcome) => {
        clearTimeout(killing);
        off();
        live.settle = null;
        live.listener = null;
        this.scheduleIdleStop();
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      const off = onAbort(signal, cancel);
      this.send(live.process, { type: 'sign-in', attempt, libraries: [...this.deps.libraries], options });
    });
    return { done, answer: (seq, answer) => this.send(live.process, { type: 'answer', attempt, seq, answer }) };
  }

  private take(): Live {
    if (this.live) return this.live;
    const process = this.deps.startWorker();
    const live: Live = { process, listener: null, settle: null, attempt: 0, unansweredPings: 0, ping: this.watch() };
    this.live = live;
    process.onMessage((raw) => {
      live.unansweredPings = 0;
      const message = fromWorkerSchema.safeParse(raw);
      if (message.success) this.handle(live, message.data);
      else this.drop(live, fail('component-failed', { component: 'libopenconnect' }, { detail: 'the worker sent an unknown message' }));
    });
    void process.exited.then((code) => {
      this.drop(live, fail('component-failed', { component: 'libopenconnect' }, { detail: `the worker ended (${code ?? 'signal'})` }));
    });
    return live;
  }

  private handle(live: Live, message: FromWorker): void {
    switch (message.type) {
      case 'ready':
      case 'pong':
        return;
      case 'missing':
        this.deps.log(`${message.part ?? 'libopenconnect'} does not load: ${message.detail}`);
        live.settle?.(fail('component-missing', { component: message.part ?? 'libopenconnect' }, { detail: message.detail }));
        return;
      case 'unreadable':
        live.settle?.(fail('component-failed', { component: 'libopenconnect' }, { detail: 'the worker could not read a message' }));
        return;
      case 'busy':
        live.settle?.(fail('component-failed', { component: 'libopenconnect' }, { detail: 'the worker has another sign-in in progress' }));
        return;
      case 'form':
      case 'certificate':
      case 'address':
      case 'web':
      case 'page':
        if (message.attempt === live.attempt) live.listener?.question(message);
        return;
      case 'progress':
        if (message.attempt === live.attempt) live.listener?.progress(message.format, message.words ?? null, message.level);
        return;
      case 'done':
        if (message.attempt === live.attempt) live.settle?.(message);
        return;
      case 'fault':
        if (message.attempt === live.attempt) this.distrust(live, message.where);
        return;
      case 'up':
      case 'connecting':
      case 'probed':
      case 'note':
      case 'ended':
      case 'unfit':
        // Of a tunnel, which owns its process
        return;
    }
  }

  /** Pings the process. If its event loop does not answer, it hangs, whatever the library waits for. */
  private watch(): NodeJS.Timeout {
    return setInterval(() => {
      const { live } = this;
      if (!live) return;
      // Allow one unanswered ping: this computer may have slept in between
      if (live.unansweredPings > 1) {
        this.drop(live, fail('component-failed', { component: 'libopenconnect' }, { detail: 'the worker did not answer pings' }));
        return;
      }
      live.unansweredPings += 1;
      this.send(live.process, { type: 'ping' });
    }, this.times.pingMs).unref();
  }

  /** Kills a process and ends its sign-in with `why`. */
  private drop(live: Live, why: Error): void {
    clearInterval(live.ping);
    live.process.kill();
    if (this.live === live) this.live = null;
    live.settle?.(why);
  }

  /** One of our callbacks threw. Ends the process, because the library may ignore a refusal: it may wait for a browser that nobody opened. */
  private distrust(live: Live, fault: string): void {
    this.deps.log(`libopenconnect: ${fault}`);
    this.drop(live, fail('component-failed', { component: 'libopenconnect' }, { detail: fault }));
    if (this.wanted) this.setWanted(true);
  }

  private scheduleIdleStop(): void {
    clearTimeout(this.idle);
    if (this.wanted || !this.live || this.live.settle) return;
    this.idle = setTimeout(() => {
      if (this.live && !this.live.settle) this.drop(this.live, fail('cancelled'));
    }, this.times.idleMs);
    this.idle.unref();
  }

  private send(process: WorkerProcess, message: ToWorker): void {
    process.post(message);
  }
}
