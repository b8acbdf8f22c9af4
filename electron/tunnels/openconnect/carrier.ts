import { onAbort } from '../../../shared/abort.ts';
import { fail, type CausewayError } from '../../../shared/failure.ts';
import type { FromWorker } from '../../gateways/openconnect/process/messages.ts';
import type { Pushed, TunnelOptions } from '../../gateways/openconnect/process/tunnel-messages.ts';
import type { WorkerLink } from '../../gateways/openconnect/process/worker-link.ts';
import { atMost } from '../../net/deadline.ts';
import { dialStream } from '../../net/stream-channel/dial-stream.ts';
import type { FramedStream } from '../../net/stream-channel/framed-stream.ts';
import { newStreamPath, type StreamPath } from '../../net/stream-channel/stream-path.ts';
import { newToken } from '../../net/stream-channel/token.ts';
import { streamError } from '../../net/stream-error.ts';
import { LibraryOutput } from './library-output.ts';

/** How a process that carried a tunnel came to its end. */
export type CarrierEnd =
  /** The library returned: see {@link LibraryOutput}. */
  | { kind: 'returned' }
  /** The process crashed, hung or was killed. */
  | { kind: 'broken'; error: CausewayError }
  /** The gateway gave other addresses after a break. */
  | { kind: 'readdressed' };

export interface CarrierListener {
  /** Open again after a break. */
  up(pushed: Pushed): void;
  /** It begins to connect to the gateway. `up` follows if it succeeds. */
  connecting(): void;
  note(line: string): void;
}

/** One tunnel in one process. */
const attempt = 1;
/** People miss a tunnel at once, so its process is pinged more often than one that signs in. Not before it is up: a start may be slow. */
const pings = { everyMs: 500, mostUnanswered: 3 } as const;
const leaveTimeoutMs = 1_500;
const cancelTimeoutMs = 400;
/** RFC 1035, 2.3.4. The process would not understand a longer one. */
const longestHost = 253;
/** More than these are too many. The library tries a gateway that does not accept at most once a second. */
const mostConnects = { count: 20, withinMs: 10_000 } as const;

/** One process that carries one tunnel. It is never used for anything else afterwards. */
export class Carrier {
  readonly output = new LibraryOutput();
  /** Settles once, never rejects. The process is gone then. */
  readonly ended: Promise<CarrierEnd>;
  /** Settles when the library first begins to connect: the process has started. Never rejects. */
  readonly begun: Promise<void>;
  private begin: () => void = () => undefined;
  private place: StreamPath | null = null;
  private readonly probes = new Map<number, (answered: boolean) => void>();
  private settleEnd: (end: CarrierEnd) => void = () => undefined;
  private settleOpen: ((pushed: Pushed) => void) | null = null;
  private asked = 0;
  private over = false;
  private readonly connects: number[] = [];
  /** Told to detach, the library ends PPP in order (`ppp.c`), and most gateways then end the session too. So its process is killed instead. */
  private isPpp = false;

  constructor(
    private readonly link: WorkerLink,
    private readonly listener: CarrierListener,
  ) {
    this.begun = new Promise((resolve) => (this.begin = resolve));
    this.ended = new Promise((resolve) => {
      this.settleEnd = (end) => {
        if (this.over) return;
        this.over = true;
        for (const settle of this.probes.values()) settle(false);
        void this.place?.remove();
        link.kill(fail('cancelled'));
        resolve(end);
      };
    });
    link.listen({
      heard: (message) => this.handle(message),
      gone: (error) => this.settleEnd({ kind: 'broken', error }),
    });
  }

  get hasEnded(): boolean {
    return this.over;
  }

  /**
   * Opens the tunnel. Resolves with what the gateway pushed, or with null if the library returned without a tunnel, which
   * {@link output} explains. Rejects with `temporary-folder`, `component-missing`, `component-failed`, or `cancelled` within a second of an abort.
   */
  async open(options: TunnelOptions, signal: AbortSignal): Promise<Pushed | null> {
    const opened = new Promise<Pushed>((resolve) => {
      this.settleOpen = resolve;
    });
    const off = onAbort(signal, () => void this.leave('detach', cancelTimeoutMs));
    this.isPpp = options.protocol === 'f5' || options.protocol === 'fortinet';
    try {
      this.place = await newStreamPath();
      this.link.send({ type: 'tunnel', attempt, libraries: [...this.link.libraries], options, streams: this.place.path });
      if (this.over) await this.place.remove();
      return await Promise.race([opened, this.ended.then((end) => (end.kind === 'broken' ? Promise.reject(end.error) : null))]);
    } finally {
      off();
      this.settleOpen = null;
    }
  }

  /** A stream to a host behind the gateway. Fails as Node's own sockets do, by `code`. */
  async dial(host: string, port: number, signal: AbortSignal): Promise<FramedStream> {
    if (!this.place) throw fail('internal');
    if (host === '' || host.length > longestHost) throw streamError('ENOTFOUND', 'no host has such a name');
    const token = newToken();
    this.link.send({ type: 'expect', attempt, token, host, port });
    const stream = await dialStream(this.place.path, token, signal);
    stream.once('close', () => {
      if (!stream.readableEnded || !stream.writableFinished) this.link.send({ type: 'drop', attempt, token });
    });
    return stream;
  }

  /** Whether the far end answers in time. Never rejects. */
  async probe(timeoutMs: number): Promise<boolean> {
    if (this.over) return false;
    const probe = ++this.asked;
    const answer = new Promise<boolean>((resolve) => this.probes.set(probe, resolve));
    this.link.send({ type: 'probe', attempt, probe, timeoutMs });
    const inTime = await atMost(timeoutMs, answer);
    this.probes.delete(probe);
    return inTime && (await answer);
  }

  /** Makes the library connect anew. Its streams go on. */
  reconnect(): void {
    this.link.send({ type: 'command', attempt, command: 'reconnect' });
  }

  /** Asks the library to end, then ends the process, within a time limit. `detach` keeps the session at the gateway. */
  async leave(how: 'detach' | 'sign-out', withinMs = leaveTimeoutMs): Promise<void> {
    const isKilled = how === 'detach' && this.isPpp;
    if (!isKilled) this.link.send({ type: 'command', attempt, command: how });
    if (isKilled || !(await atMost(withinMs, this.ended))) this.link.kill(fail('cancelled'));
    await this.ended;
  }

  /** Whether the gateway accepts connections and breaks them off: the library connects again at once each time (`ssl_reconnect` in `ssl.c`). */
  private connectsTooOften(): boolean {
    const now = performance.now();
    this.connects.push(now);
    if (this.connects.length > mostConnects.count) this.connects.shift();
    return this.connects.length === mostConnects.count && now - (this.connects[0] ?? 0) < mostConnects.withinMs;
  }

  private handle(message: FromWorker): void {
    if ('attempt' in message && message.attempt !== attempt) return;
    switch (message.type) {
      case 'up':
        if (this.settleOpen) this.settleOpen(message.pushed);
        else this.listener.up(message.pushed);
        return;
      case 'connecting':
        if (this.connects.length === 0) {
          this.link.setPings(pings);
          this.begin();
        }
        if (this.connectsTooOften()) {
          this.output.add('The gateway breaks off again and again', null);
          this.settleEnd({ kind: 'returned' });
        } else this.listener.connecting();
        return;
      case 'progress':
        this.output.add(message.format, message.words ?? null);
        return;
      case 'probed':
        this.probes.get(message.probe)?.(message.answered);
        return;
      case 'note':
        this.listener.note(message.line);
        return;
      case 'ended':
        this.output.end(message.result);
        this.settleEnd({ kind: 'returned' });
        return;
      case 'readdressed':
        this.settleEnd({ kind: 'readdressed' });
        return;
      case 'missing':
        this.link.kill(fail('component-missing', { component: message.part ?? 'libopenconnect' }, { detail: message.detail }));
        return;
      case 'unfit':
        this.link.kill(fail(message.code, { component: message.part }, { detail: message.detail }));
        return;
      case 'fault':
        this.link.kill(fail('component-failed', { component: 'libopenconnect' }, { detail: message.where }));
        return;
      case 'unreadable':
      case 'busy':
        this.link.kill(fail('component-failed', { component: 'libopenconnect' }, { detail: `the worker says ${message.type}` }));
        return;
      case 'ready':
      case 'pong':
        return;
      case 'form':
      case 'certificate':
      case 'address':
      case 'web':
      case 'page':
      case 'done':
        // Left over from the sign-in
        return;
    }
  }
}
