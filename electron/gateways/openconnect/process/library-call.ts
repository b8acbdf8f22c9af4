import { CausewayError, fail, failureOf } from '../../../../shared/failure.ts';
import { plainLine, plainText } from '../../../../shared/plain-text.ts';
import { shownAs } from '../../../net/endpoint.ts';
import { sameHost } from '../../../trust/host.ts';
import { findOldTls } from '../../../net/old-tls.ts';
import { liveAddress, reachesWithinMs } from '../../../net/tcp.ts';
import type { GatewayTarget } from '../../gateway.ts';
import {
  logLevels,
  passwordDays,
  type AnyQuestion,
  type Done,
  type FromWorker,
  type OcAnswer,
  type Question,
  type SignInOptions,
} from './messages.ts';
import type { Run, WorkerPool } from './worker-pool.ts';

/** What the library thought of a page that it was told of. */
export type Page = Extract<FromWorker, { type: 'page' }>;

interface CallDeps {
  worker: WorkerPool;
  silentAfterMs: number;
}

const maxLines = 200;
/** The administrator's program that looks at this computer takes its time, and the library waits. */
const checkLastsMs = 180_000;

/** One call of the library's as a series of news, each of which has to come in time. */
export class LibraryCall {
  readonly lines: string[] = [];
  /** What the gateway said last that no form held. */
  words = '';
  /** The same, where the gateway did not mean it as an error: a form without fields, of which the library makes a refusal. */
  told = '';
  /** In how many days the password ends, where the gateway says so. */
  passwordDays: number | null = null;
  private readonly queue: (Question | Done)[] = [];
  private readonly stop = new AbortController();
  private readonly run: Run;
  private readonly gone = new AbortController();
  private failure: Error | null = null;
  private wake: (() => void) | null = null;
  private awaitedPage: ((page: Page) => void) | null = null;
  private silentAt: number;
  /** What the gateway may get once only is on its way. */
  private once = false;
  /** Somebody has taken the call: the gateway, or the proxy on the way to it. */
  connected = false;
  /** The gateway has begun TLS and got through it. */
  secured = false;

  constructor(
    private readonly deps: CallDeps,
    private readonly target: GatewayTarget,
    signal: AbortSignal,
    options: SignInOptions,
  ) {
    this.silentAt = performance.now() + deps.silentAfterMs;
    this.run = deps.worker.signIn(options, AbortSignal.any([signal, this.stop.signal]), {
      question: (question) => {
        if (question.type === 'address') {
          void this.findAddress(question);
          return;
        }
        if (question.type === 'page') {
          this.awaitedPage?.(question);
          if (!question.done) return;
        }
        this.arrive(question);
      },
      progress: (format, words, level) => {
        const days = words?.startsWith(`${passwordDays}=`) ? words.slice(passwordDays.length + 1) : null;
        if (days !== null) this.passwordDays = /^\d{1,4}$/.test(days) ? Number(days) : null;
        else if (words !== null && words.trim() !== '') {
          this.words = plainLine(words).trim();
          this.told = level === logLevels.error ? '' : plainText(words).trim();
        }
        const line = format.replaceAll(/\s+/g, ' ').trim();
        if (line.startsWith('Connected to')) this.connected = true;
        if (line.startsWith('Connected to HTTPS')) this.secured = true;
        if (this.lines.length < maxLines) this.lines.push(line);
        this.expectWithin(line.startsWith('Trying to run') ? checkLastsMs : deps.silentAfterMs);
        // The gateway hung up on it. Whether it came of anything nobody knows, and it must not come twice
        if (this.once && !signal.aborted && line.startsWith('Retrying failed'))
          this.lose(fail('gateway-closed', { host: shownAs(target) }));
      },
    });
    this.run.done.then(
      (done) => this.arrive(done),
      (error: unknown) => this.lose(error instanceof Error ? error : fail('component-failed', { component: 'libopenconnect' })),
    );
  }

  /** Aborted when the call is lost: nobody waits for an answer any more. */
  get lost(): AbortSignal {
    return this.gone.signal;
  }

  /** Throws why the call is lost, if it is. */
  orLost(): void {
    if (this.failure !== null) throw this.failure;
  }

  /** The next question, or how it ended. Fails with `gateway-silent` where neither comes in time. */
  async next(): Promise<Question | Done> {
    await this.peek();
    const news = this.queue.shift();
    if (!news) throw fail('internal');
    return news;
  }

  /** Waits for the next without taking it. */
  async peek(): Promise<void> {
    while (this.queue.length === 0) {
      this.orLost();
      const left = this.silentAt - performance.now();
      if (left <= 0) throw fail(this.connected ? 'gateway-silent' : 'gateway-unreachable', { host: shownAs(this.target) });
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = null;
    }
  }

  answer(seq: number, answer: OcAnswer): void {
    this.lines.length = 0;
    this.words = '';
    this.told = '';
    // A certificate is looked at on the way there
    if (answer.kind !== 'certificate') this.once = answer.kind === 'form' && answer.once === true;
    this.expectWithin(this.deps.silentAfterMs);
    this.run.answer(seq, answer);
  }

  expectWithin(ms: number): void {
    this.silentAt = Math.max(this.silentAt, performance.now() + ms);
  }

  /** What the library thinks of the page that it is told next. */
  page(): Promise<Page> {
    return new Promise((resolve) => {
      this.awaitedPage = resolve;
    });
  }

  /** Ends the call, whatever it waits for. */
  async end(): Promise<void> {
    this.stop.abort();
    await this.run.done.catch(() => undefined);
  }

  /** Which of a name's addresses the library is to connect to. A proxy that cannot be reached is told of as the library finds it. */
  private async findAddress({ seq, host, port }: Extract<AnyQuestion, { type: 'address' }>): Promise<void> {
    const signal = AbortSignal.any([this.stop.signal, this.gone.signal]);
    try {
      const address = await liveAddress({ host, port }, { signal, timeoutMs: reachesWithinMs });
      // Of the gateway's own name that is known by now; sent on to another host, the library takes any TLS there
      const isOther = !this.target.via && !this.target.oldTls && !sameHost(host, this.target.host);
      const old = isOther ? await findOldTls({ host, port }, signal) : null;
      if (old) throw new CausewayError(old);
      this.run.answer(seq, { kind: 'address', address });
    } catch (error) {
      if (this.target.via) this.run.answer(seq, { kind: 'address', address: null });
      else this.lose(new CausewayError(failureOf(error)));
    }
  }

  private lose(failure: Error): void {
    this.failure ??= failure;
    this.gone.abort();
    this.wake?.();
  }

  private arrive(news: Question | Done): void {
    this.queue.push(news);
    this.wake?.();
  }
}
