import { fail, type CausewayError } from '../../../../shared/failure.ts';
import type { StartWorker, WorkerProcess } from '../../../worker/worker.ts';
import { fromWorkerSchema, type FromWorker, type ToWorker } from './messages.ts';

/** How often the process is pinged, and how many pings may have no answer before it counts as hung. */
export interface Pings {
  everyMs: number;
  mostUnanswered: number;
}

/** Receives every message of a process, except its answers to pings. */
interface LinkListener {
  heard(message: FromWorker): void;
  /** Called once. No message comes after it. */
  gone(why: CausewayError): void;
}

/** A process may take this long to send its first message: its start is slow on a busy computer, or where a scanner looks at it first. */
const startTimeoutMs = 15_000;

const broken = (detail: string): CausewayError => fail('component-failed', { component: 'libopenconnect' }, { detail });

/** One process that calls the library. Its owner may change: from the pool of sign-ins to a tunnel. */
export class WorkerLink {
  private readonly process: WorkerProcess;
  private listener: LinkListener | null = null;
  private unanswered = 0;
  private hasSentAny = false;
  private pinging: NodeJS.Timeout | undefined;
  private over: CausewayError | null = null;

  constructor(
    start: StartWorker,
    /** Where to look for the library. */
    readonly libraries: readonly string[],
    pings: Pings,
  ) {
    this.process = start();
    this.process.onMessage((raw) => this.take(raw));
    void this.process.exited.then((code) => this.end(broken(`the worker ended (${code ?? 'signal'})`)));
    this.setPings(pings);
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Sets its one listener. If the process is gone already, the listener is told soon after this call. */
  listen(listener: LinkListener): void {
    this.listener = listener;
    const { over } = this;
    if (over) queueMicrotask(() => listener.gone(over));
  }

  send(message: ToWorker): void {
    if (!this.over) this.process.post(message);
  }

  setPings({ everyMs, mostUnanswered }: Pings): void {
    clearInterval(this.pinging);
    this.unanswered = 0;
    // The library blocks another thread, so this one answers unless it hangs
    this.pinging = setInterval(() => {
      if (this.unanswered >= (this.hasSentAny ? mostUnanswered : Math.max(mostUnanswered, startTimeoutMs / everyMs))) {
        this.kill(broken('the worker did not answer pings'));
        return;
      }
      this.unanswered += 1;
      this.send({ type: 'ping' });
    }, everyMs).unref();
  }

  /** Ends the process at once, whatever it is doing. Its listener is told why. */
  kill(why: CausewayError): void {
    this.process.kill();
    this.end(why);
  }

  private take(raw: unknown): void {
    this.unanswered = 0;
    this.hasSentAny = true;
    if (this.over) return;
    const message = fromWorkerSchema.safeParse(raw);
    if (!message.success) this.kill(broken('the worker sent an unknown message'));
    else if (message.data.type !== 'pong') this.listener?.heard(message.data);
  }

  private end(why: CausewayError): void {
    if (this.over) return;
    this.over = why;
    clearInterval(this.pinging);
    this.listener?.gone(why);
  }
}
