import { CausewayError, fail, failureOf } from '../../../../shared/failure.ts';
import { plainLine, plainText } from '../../../../shared/plain-text.ts';
import { shownAs } from '../../../net/endpoint.ts';
import { sameHost } from '../../../trust/host.ts';
import { findOldTls } from '../../../net/old-tls.ts';
import { liveAddress, connectTimeoutMs } from '../../../net/tcp.ts';
import type { GatewayTarget } from '../../gateway.ts';
import {
  logLevels,
  passwordDays,
  wouldSendOn,
  type AnyQuestion,
  type Done,
  type FromWorker,
  type OcAnswer,
  type Question,
  type SignInOptions,
} from './messages.ts';
import type { Run, WorkerPool } from './worker-pool.ts';

/** The library's verdict on a page that it was given. */
export type Page = Extract<FromWorker, { type: 'page' }>;

interface CallDeps {
  worker: WorkerPool;
  silentAfterMs: number;
}

const maxLines = 200;
/** How long the administrator's host check program may take. The library waits for it. */
const checkLastsMs = 180_000;

/** One run of the library, read as a series of events with a time limit for each. */
export class LibraryCall {
  readonly lines: string[] = [];
  /** The gateway's last message outside a form. */
  gatewayMessage = '';
  /** The same message, if it was not an error: a form without fields, which the library treats as a refusal. */
  information = '';
  /** Days until the password expires, if the gateway says so. */
  passwordDays: number | null = null;
  private readonly queue: (Question | Done)[] = [];
  private readonly stop = new AbortController();
  private readonly run: Run;
  private readonly gone = new AbortController();
  private failure: Error | null = null;
  private wake: (() => void) | null = null;
  private awaitedPage: ((page: Page) => void) | null = null;
  private silentAt: number;
  /** The current answer may be sent to the gateway only once. */
  private once = false;
  /** A connection is up, to the gateway or to the proxy. */
  connected = false;
  /** The TLS handshake with the gateway has succeeded. */
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
      progress: (format, gatewayMessage, level) => {
        const days = gatewayMessage?.startsWith(`${passwordDays}=`) ? gatewayMessage.slice(passwordDays.length + 1) : null;
        if (days !== null) this.passwordDays = /^\d{1,4}$/.test(days) ? Number(days) : null;
        else if (gatewayMessage !== null && gatewayMessage.trim() !== '') {
          this.gatewayMessage = plainLine(gatewayMessage).trim();
          this.information = level === logLevels.error ? '' : plainText(gatewayMessage).trim();
        }
        const line = format.replaceAll(/\s+/g, ' ').trim();
        if (line.startsWith('Connected to')) this.connected = true;
        if (line.startsWith('Connected to HTTPS')) this.secured = true;
        if (this.lines.length < maxLines) this.lines.push(line);
        this.expectWithin(line.startsWith('Trying to run') ? checkLastsMs : deps.silentAfterMs);
        // The gateway hung up after the answer. It may have received it, so the library must not send it again
        if (this.once && !signal.aborted && line.startsWith('Retrying failed'))
          this.lose(fail('gateway-closed', { host: shownAs(target) }));
        // A password goes only to the gateway that asked for it, and only once
        if (format === wouldSendOn)
          this.lose(fail('gateway-protocol', { host: shownAs(target) }, { detail: 'the gateway redirected after a secret was sent' }));
      },
    });
    this.run.done.then(
      (done) => this.arrive(done),
      (error: unknown) => this.lose(error instanceof Error ? error : fail('component-failed', { component: 'libopenconnect' })),
    );
  }

  /** Aborted when the run is lost, so that open questions are withdrawn. */
  get lost(): AbortSignal {
    return this.gone.signal;
  }

  /** Throws the reason if the run is lost. */
  throwIfLost(): void {
    if (this.failure !== null) throw this.failure;
  }

  /** The next question, or how the run ended. Fails with `gateway-silent` if neither comes in time. */
  async next(): Promise<Question | Done> {
    await this.peek();
    const news = this.queue.shift();
    if (!news) throw fail('internal');
    return news;
  }

  /** Waits for the next event without taking it. */
  async peek(): Promise<void> {
    while (this.queue.length === 0) {
      this.throwIfLost();
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
    this.gatewayMessage = '';
    this.information = '';
    // A certificate comes up while the answer is still being sent, so it does not end `once`
    if (answer.kind !== 'certificate') this.once = answer.kind === 'form' && answer.once === true;
    this.expectWithin(this.deps.silentAfterMs);
    this.run.answer(seq, answer);
  }

  expectWithin(ms: number): void {
    this.silentAt = Math.max(this.silentAt, performance.now() + ms);
  }

  /** Resolves with the library's verdict on the next page. Call it before the answer with that page. */
  nextPageVerdict(): Promise<Page> {
    return new Promise((resolve) => {
      this.awaitedPage = resolve;
    });
  }

  /** Ends the run, whatever it waits for. */
  async end(): Promise<void> {
    this.stop.abort();
    await this.run.done.catch(() => undefined);
  }

  /** Finds a reachable address for the library to connect to. An unreachable proxy is left for the library to report. */
  private async findAddress({ seq, host, port }: Extract<AnyQuestion, { type: 'address' }>): Promise<void> {
    const signal = AbortSignal.any([this.stop.signal, this.gone.signal]);
    try {
      const address = await liveAddress({ host, port }, { signal, timeoutMs: connectTimeoutMs });
      // For the gateway's own name this was checked before. After a redirect to another host the library accepts any TLS
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
