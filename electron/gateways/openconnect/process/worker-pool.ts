import { onAbort } from '../../../../shared/abort.ts';
import { fail, type CausewayError } from '../../../../shared/failure.ts';
import type { StartWorker } from '../../../worker/worker.ts';
import type { AnyQuestion, Done, FromWorker, OcAnswer, SignInOptions } from './messages.ts';
import { WorkerLink } from './worker-link.ts';

export interface WorkerPoolDeps {
  startWorker: StartWorker;
  /** Where to look for the library. The first that loads is used. */
  libraries: readonly string[];
  log: (line: string) => void;
  /** What the library reports during a sign-in: the formats of its lines, without their values. */
  debug?: (line: string) => void;
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
/** Two, because one may fail for no fault of the process: this computer may have slept in between. */
const mostUnanswered = 2;

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
  link: WorkerLink;
  listener: SignInListener | null;
  settle: ((outcome: Done | Error) => void) | null;
  attempt: number;
  /** Settled as soon as the process says whether the library loads. */
  loads: ((error: CausewayError | null) => void)[];
}

/**
 * Owns the process that calls the library for sign-ins. It starts before it is needed, serves one sign-in at a time, and exits
 * soon after nobody needs it. If it fails, the current sign-in ends and nothing else. A tunnel takes the process over.
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
    if (wanted) this.warm();
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
    this.live?.link.kill(fail('component-failed', { component: 'libopenconnect' }));
  }

  /**
   * Finds out whether the library loads, in the process that will need it next. Rejects with `component-missing`,
   * `component-failed` or `cancelled`.
   */
  async check(signal: AbortSignal): Promise<void> {
    const live = this.warm();
    const answer = await new Promise<CausewayError | null>((resolve) => {
      live.loads.push(resolve);
      onAbort(signal, () => resolve(fail('cancelled')));
    });
    this.scheduleIdleStop();
    if (answer) throw answer;
  }

  /** Hands a process over to a tunnel: the one that signed in, if it is free. The next sign-in gets another one. */
  handOver(): WorkerLink {
    if (this.live?.settle) return this.startLink();
    const { link } = this.take();
    this.live = null;
    clearTimeout(this.idle);
    if (this.wanted) this.setWanted(true);
    return link;
  }

  /** Starts a run of the library. There is one at a time: a run that is still being cancelled is killed. */
  signIn(options: SignInOptions, signal: AbortSignal, listener: SignInListener): Run {
    if (this.live?.settle) this.live.link.kill(fail('cancelled'));
    const live = this.take();
    const { link } = live;
    clearTimeout(this.idle);
    const attempt = ++this.attempts;
    live.attempt = attempt;
    live.listener = listener;
    const done = new Promise<Done>((resolve, reject) => {
      let killing: NodeJS.Timeout | undefined;
      const cancel = (): void => {
        link.send({ type: 'cancel', attempt });
        killing = setTimeout(() => {
          link.kill(fail('cancelled'));
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
      link.send({ type: 'sign-in', attempt, libraries: [...this.deps.libraries], options });
    });
    return { done, answer: (seq, answer) => link.send({ type: 'answer', attempt, seq, answer }) };
  }

  private warm(): Live {
    const live = this.take();
    live.link.send({ type: 'warm', libraries: [...this.deps.libraries] });
    return live;
  }

  private startLink(): WorkerLink {
    return new WorkerLink(this.deps.startWorker, this.deps.libraries, { everyMs: this.times.pingMs, mostUnanswered });
  }

  private take(): Live {
    if (this.live) return this.live;
    const live: Live = { link: this.startLink(), listener: null, settle: null, attempt: 0, loads: [] };
    this.live = live;
    live.link.listen({
      heard: (message) => this.handle(live, message),
      gone: (why) => {
        if (this.live === live) this.live = null;
        loaded(live, why);
        live.settle?.(why);
      },
    });
    return live;
  }

  private handle(live: Live, message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        loaded(live, null);
        return;
      case 'missing': {
        this.deps.log(`${message.part ?? 'libopenconnect'} does not load: ${message.detail}`);
        const missing = fail('component-missing', { component: message.part ?? 'libopenconnect' }, { detail: message.detail });
        loaded(live, missing);
        live.settle?.(missing);
        return;
      }
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
        this.deps.debug?.(`libopenconnect: ${message.format}`);
        if (message.attempt === live.attempt) live.listener?.progress(message.format, message.words ?? null, message.level);
        return;
      case 'done':
        if (message.attempt === live.attempt) live.settle?.(message);
        return;
      case 'fault':
        if (message.attempt === live.attempt) this.distrust(live, message.where);
        return;
      case 'pong':
        return;
      case 'up':
      case 'connecting':
      case 'readdressed':
      case 'probed':
      case 'note':
      case 'ended':
      case 'unfit':
        // A tunnel's messages. It has taken its process over
        return;
    }
  }

  /** One of our callbacks threw. Ends the process, because the library may ignore a refusal: it may wait for a browser that nobody opened. */
  private distrust({ link }: Live, fault: string): void {
    this.deps.log(`libopenconnect: ${fault}`);
    link.kill(fail('component-failed', { component: 'libopenconnect' }, { detail: fault }));
    if (this.wanted) this.setWanted(true);
  }

  private scheduleIdleStop(): void {
    clearTimeout(this.idle);
    if (this.wanted || !this.live || this.live.settle) return;
    this.idle = setTimeout(() => {
      if (this.live && !this.live.settle) this.live.link.kill(fail('cancelled'));
    }, this.times.idleMs);
    this.idle.unref();
  }
}

function loaded(live: Live, error: CausewayError | null): void {
  for (const settle of live.loads.splice(0)) settle(error);
}
