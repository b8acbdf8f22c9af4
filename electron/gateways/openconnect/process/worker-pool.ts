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
  /** Where to look for the library, first come first taken. */
  libraries: readonly string[];
  log: (line: string) => void;
  /** Other times than ours, for tests. */
  times?: Partial<Times>;
}

interface Times {
  /** It is gone so long after it is needed no more. */
  idleMs: number;
  /** After a cancel: what has not ended by then is killed. */
  obeyMs: number;
  /** How often it is asked whether it is there, and how long it may take to say so. */
  pingMs: number;
}

const ours: Times = { idleMs: 30_000, obeyMs: 400, pingMs: 5_000 };

/** What a sign-in does with what the worker says. */
export interface SignInListener {
  /** The answer goes in by {@link Run.answer}. */
  question(question: AnyQuestion): void;
  /** `words`: the gateway's own, where the line is nothing else. */
  progress(format: string, words: string | null, level: number): void;
}

/** One call of the library's that is under way. */
export interface Run {
  answer(seq: number, answer: OcAnswer): void;
  /**
   * How it ended. Rejects with `component-missing`, with `component-failed` when the worker died, hung or spoke in
   * tongues, and with `cancelled`, within half a second of an abort.
   */
  readonly done: Promise<Done>;
}

interface Live {
  process: WorkerProcess;
  listener: SignInListener | null;
  settle: ((outcome: Done | Error) => void) | null;
  attempt: number;
  /** Pings in a row that nothing came after. */
  unheard: number;
  ping: NodeJS.Timeout;
}

/**
 * The one process that calls the library: started before it is needed, used by one sign-in at a time, and gone soon
 * after nobody wants it. Whatever happens to it ends the sign-in that is under way, and nothing else.
 */
export class WorkerPool {
  private live: Live | null = null;
  private wanted = false;
  private attempts = 0;
  private idle: NodeJS.Timeout | undefined;
  private readonly times: Times;

  constructor(private readonly deps: WorkerPoolDeps) {
    this.times = { ...ours, ...deps.times };
  }

  /** Whether a sign-in may come soon: then the process is there already when it does. */
  setWanted(wanted: boolean): void {
    this.wanted = wanted;
    if (wanted) {
      const { process } = this.take();
      this.send(process, { type: 'warm', libraries: [...this.deps.libraries] });
    }
    this.rest();
  }

  /** Whether there is a process. */
  get isWarm(): boolean {
    return this.live !== null;
  }

  /** Ends the process, whatever it does. */
  stop(): void {
    this.wanted = false;
    clearTimeout(this.idle);
    if (this.live) this.drop(this.live, fail('component-failed', { component: 'libopenconnect' }));
  }

  /** Calls the library. One call at a time: a call that is still being cancelled gets out of the way. */
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
          // Who has just cancelled may try again at once
          if (this.wanted) this.setWanted(true);
        }, this.times.obeyMs);
      };
      live.settle = (outcome) => {
        clearTimeout(killing);
        off();
        live.settle = null;
        live.listener = null;
        this.rest();
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
    const live: Live = { process, listener: null, settle: null, attempt: 0, unheard: 0, ping: this.watch() };
    this.live = live;
    process.onMessage((raw) => {
      live.unheard = 0;
      const message = fromWorkerSchema.safeParse(raw);
      if (message.success) this.hear(live, message.data);
      else this.drop(live, fail('component-failed', { component: 'libopenconnect' }, { detail: 'a message of no known kind' }));
    });
    void process.exited.then((code) => {
      this.drop(live, fail('component-failed', { component: 'libopenconnect' }, { detail: `worker ended (${code ?? 'signal'})` }));
    });
    return live;
  }

  private hear(live: Live, message: FromWorker): void {
    switch (message.type) {
      case 'ready':
      case 'pong':
        return;
      case 'missing':
        this.deps.log(`${message.part ?? 'libopenconnect'} does not load: ${message.detail}`);
        live.settle?.(fail('component-missing', { component: message.part ?? 'libopenconnect' }, { detail: message.detail }));
        return;
      case 'refused':
        live.settle?.(fail('component-failed', { component: 'libopenconnect' }, { detail: 'the worker took no orders' }));
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
    }
  }

  /** A process whose own loop does not answer hangs, whatever the library waits for. */
  private watch(): NodeJS.Timeout {
    return setInterval(() => {
      const { live } = this;
      if (!live) return;
      // One may be on its way still: this computer may have slept in between
      if (live.unheard > 1) {
        this.drop(live, fail('component-failed', { component: 'libopenconnect' }, { detail: 'worker hung' }));
        return;
      }
      live.unheard += 1;
      this.send(live.process, { type: 'ping' });
    }, this.times.pingMs).unref();
  }

  /** Ends a process and whatever it was doing. */
  private drop(live: Live, why: Error): void {
    clearInterval(live.ping);
    live.process.kill();
    if (this.live === live) this.live = null;
    live.settle?.(why);
  }

  /** A process in which something of ours has thrown is ended: its library may not listen to a refusal (it waits for a browser that nobody opened). */
  private distrust(live: Live, fault: string): void {
    this.deps.log(`libopenconnect: ${fault}`);
    this.drop(live, fail('component-failed', { component: 'libopenconnect' }, { detail: fault }));
    if (this.wanted) this.setWanted(true);
  }

  private rest(): void {
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
