import type { Duplex } from 'node:stream';
import { onAbort } from '../../../shared/abort.ts';
import { fail, failureOf, type CausewayError, type Failure } from '../../../shared/failure.ts';
import type { OpenConnectGrant } from '../../gateways/gateway.ts';
import type { Pushed, TunnelOptions } from '../../gateways/openconnect/process/tunnel-messages.ts';
import type { WorkerLink } from '../../gateways/openconnect/process/worker-link.ts';
import { atMost, withDeadline } from '../../net/deadline.ts';
import { isLoopback } from '../../net/loopback.ts';
import type { FramedStream } from '../../net/stream-channel/framed-stream.ts';
import { plainHost } from '../../trust/host.ts';
import type { TrafficCount, Tunnel, TunnelEnding } from '../tunnel.ts';
import { Carrier, type CarrierEnd } from './carrier.ts';
import { CountedStreams } from './counted-streams.ts';
import { FarEnd, firstAnswerTimeoutMs } from './far-end.ts';
import { keepsAlive, LinkCheck, type Clock } from './keep-alive.ts';
import { openCarrier } from './open-carrier.ts';
import { bannerIn, endingOf, limitsFrom, type Limits } from './output.ts';
import { dialWithSplitNames } from './split-names.ts';
import { meansSilence, streamFailure } from './stream-failure.ts';

interface Parts {
  grant: OpenConnectGrant;
  /** What the library needs, by the network of this moment. */
  options: (signal: AbortSignal) => Promise<TunnelOptions>;
  start: () => WorkerLink;
  log: (line: string) => void;
  now: () => number;
  /** Whose minutes count for queries of the tunnel's own. Default: the system's. */
  clock?: Clock | undefined;
  /** Called once, when the tunnel has ended. */
  release: () => void;
}

/** How long a new stream waits for another process to be up. */
const restartTimeoutMs = 20_000;
const dialTimeoutMs = 15_000;
/** A stream that takes longer to open casts doubt on the link. */
const slowDialMs = 1_500;
/** If the library has not connected again by then, the link counts as silent. */
const reconnectTimeoutMs = 1_500;
const watchEveryMs = 1_000;
const goneTimeoutMs = 1_000;
const signOutTimeoutMs = 2_000;
/** A process that ends more often than this is not started again. */
const mostRestarts = { count: 4, withinMs: 60_000 } as const;

/** An app tunnel that is up. If its process crashes, it starts another one with the same ticket. */
export class AppTunnel implements Tunnel {
  readonly ended: Promise<TunnelEnding>;
  limits: Limits = { expiresAt: null, idleSeconds: null };
  banner: string | null = null;
  private carrier: Carrier;
  private settle: (ending: TunnelEnding) => void = () => undefined;
  private readonly stop = new AbortController();
  private readonly streams = new CountedStreams();
  private lastTraffic: TrafficCount = { received: 0, sent: 0 };
  private lastTrafficAt: number;
  private closing = false;
  private over = false;
  /** Settles when the tunnel is up again after its process ended, or is over. */
  private restarting: Promise<void> | null = null;
  private readonly restarts: number[] = [];
  /** The library has begun to connect and is not up yet. */
  private connecting = false;
  private silent: (() => void) | null = null;
  private watching: NodeJS.Timeout | undefined;
  private readonly farEnd = new FarEnd((timeoutMs) => this.carrier.probe(timeoutMs));
  private readonly linkCheck: LinkCheck;
  private pushed: Pick<Pushed, 'nameServers' | 'splitNames' | 'domains'> = { nameServers: [], splitNames: [], domains: [] };

  /** Opens it. Rejects as {@link openCarrier}, and as `options` does. */
  static async open(parts: Parts, signal: AbortSignal): Promise<AppTunnel> {
    try {
      const options = await parts.options(signal);
      const tunnel = new AppTunnel(parts);
      const pushed = await tunnel.openIn(tunnel.carrier, options, signal);
      tunnel.begin(pushed);
      return tunnel;
    } catch (error) {
      parts.release();
      throw error;
    }
  }

  private constructor(private readonly parts: Parts) {
    this.lastTrafficAt = parts.now();
    this.ended = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.carrier = this.newCarrier();
    this.linkCheck = new LinkCheck({
      // While it connects again, no query is needed: the link is known to be down
      ask: async (timeoutMs) => !this.isOpen() || this.connecting || this.farEnd.responds(timeoutMs),
      traffic: () => this.traffic(),
      onSilent: () => this.reportSilence(),
      clock: parts.clock,
    });
  }

  async dial(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    const name = plainHost(host);
    if (isLoopback(name)) throw fail('host-not-allowed', { host, port });
    await this.isUp(signal);
    const { carrier } = this;
    const stream = await this.dialThrough(carrier, name, port, signal).catch(async (error: unknown) => {
      // If its process is gone, this tunnel is told a moment later
      const isGone = failureOf(error).code === 'tunnel-down' && (await atMost(goneTimeoutMs, carrier.ended));
      if (!isGone || !this.restarting) throw error;
      await this.isUp(signal);
      return this.dialThrough(this.carrier, name, port, signal);
    });
    this.streams.add(stream);
    if (this.carrier.hasEnded || this.over) stream.destroy(this.interrupted());
    return stream;
  }

  private dialThrough(carrier: Carrier, host: string, port: number, signal: AbortSignal): Promise<FramedStream> {
    const stop = new AbortController();
    const bound = {
      signal: AbortSignal.any([signal, this.stop.signal]),
      ms: dialTimeoutMs,
      late: () => fail('host-unreachable', { host }, { detail: 'timed out' }),
      release: () => stop.abort(),
    };
    const { pushed } = this;
    // If the link is dead, nobody should have to wait until TCP gives up
    const slow = setTimeout(() => this.linkCheck.doubt(), slowDialMs);
    return withDeadline<FramedStream>(bound, (resolve, reject) => {
      dialWithSplitNames((...to) => carrier.dial(...to), pushed, { host, port }, stop.signal).then(resolve, (error: unknown) => {
        if (meansSilence(error)) this.linkCheck.doubt();
        reject(streamFailure(error, { host, port, hasNameServers: pushed.nameServers.length > 0 }));
      });
    }).finally(() => clearTimeout(slow));
  }

  traffic(): TrafficCount {
    return this.streams.traffic();
  }

  async answers(timeoutMs: number): Promise<boolean> {
    if (!this.isOpen() || this.connecting) return false;
    return (await this.farEnd.responds(timeoutMs)) && this.isOpen();
  }

  async roundTrip(timeoutMs: number): Promise<number | null> {
    return this.isOpen() && !this.connecting ? this.farEnd.roundTrip(timeoutMs) : null;
  }

  onSilent(listener: () => void): void {
    this.silent = listener;
  }

  recover(): void {
    if (!this.restarting) this.carrier.reconnect();
  }

  abandon(): void {
    const { host } = this.parts.grant.endpoint;
    this.end({ kind: 'dropped', failure: { code: 'tunnel-dropped', params: { host }, detail: 'given up' } });
    void this.carrier.leave('detach', 300);
  }

  async close({ signOut = false }: { signOut?: boolean } = {}): Promise<void> {
    // Only a tunnel that is up can sign out
    if (signOut && this.restarting) await atMost(signOutTimeoutMs, this.restarting);
    this.closing = true;
    this.stop.abort();
    await this.carrier.leave(signOut ? 'sign-out' : 'detach');
    this.end({ kind: 'closed' });
  }

  private begin(pushed: Pushed): void {
    this.learn(pushed);
    this.banner = bannerIn(pushed.options);
    this.watching = setInterval(() => this.noteTraffic(), watchEveryMs);
    this.watching.unref();
    void this.farEnd.responds(firstAnswerTimeoutMs);
    const { keepAlive, idleSeconds } = this.parts.grant;
    this.linkCheck.start({ keepAlive: keepsAlive(keepAlive, this.limits.idleSeconds ?? idleSeconds) });
    this.hold(this.carrier);
  }

  private learn(pushed: Pushed): void {
    const { options, idleSeconds, expiresAt } = pushed;
    this.pushed = pushed;
    const limits = limitsFrom({ idleTimeout: String(idleSeconds), options }, this.parts.now());
    this.limits = { ...limits, expiresAt: limits.expiresAt ?? (expiresAt > 0 ? expiresAt * 1000 : null) };
  }

  private newCarrier(): Carrier {
    const carrier: Carrier = new Carrier(this.parts.start(), {
      up: (pushed) => {
        if (carrier !== this.carrier) return;
        this.connecting = false;
        this.learn(pushed);
      },
      connecting: () => {
        if (carrier === this.carrier) this.noteConnecting();
      },
      note: (line) => this.parts.log(`app tunnel: ${line}`),
    });
    return carrier;
  }

  private async openIn(carrier: Carrier, options: TunnelOptions, signal: AbortSignal): Promise<Pushed> {
    const pushed = await openCarrier(carrier, options, this.parts.grant, signal);
    this.connecting = false;
    return pushed;
  }

  /** When the process ends, either ends the tunnel or starts another process. */
  private hold(carrier: Carrier): void {
    void carrier.ended.then((end) => {
      if (this.over || this.closing || carrier !== this.carrier) return;
      if (end.kind === 'returned') this.end(this.endingOf(carrier));
      else this.restart(end);
    });
  }

  private endingOf({ output }: Carrier): TunnelEnding {
    const { limits, lastTrafficAt, parts } = this;
    this.noteTraffic();
    const host = parts.grant.endpoint.host;
    return endingOf({ code: output.code, output, limits, at: parts.now(), lastTrafficAt, host });
  }

  /** Starts another process with the same ticket. Asks nobody anything. */
  private restart(end: Exclude<CarrierEnd, { kind: 'returned' }>): void {
    const { parts } = this;
    const why = end.kind === 'broken' ? (end.error.failure.detail ?? end.error.failure.code) : 'the gateway gave another address';
    parts.log(`app tunnel: ${why}`);
    this.breakStreams(why);
    const now = performance.now();
    this.restarts.push(now);
    const recent = this.restarts.filter((at) => now - at < mostRestarts.withinMs);
    if (recent.length > mostRestarts.count) {
      this.end(this.droppedFor({ code: 'component-failed', params: { component: 'libopenconnect' }, detail: why }));
      return;
    }
    this.carrier = this.newCarrier();
    this.restarting = this.startAgain(this.carrier).finally(() => {
      this.restarting = null;
    });
    // The screen shows for a moment that the connection is broken
    if (end.kind === 'broken') this.reportSilence();
  }

  /** Never rejects. */
  private async startAgain(carrier: Carrier): Promise<void> {
    const { signal } = this.stop;
    try {
      const pushed = await this.openIn(carrier, await this.parts.options(signal), signal);
      if (this.over) {
        await carrier.leave('detach');
        return;
      }
      this.learn(pushed);
      this.hold(carrier);
      this.parts.log('app tunnel: up again in another process');
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === 'ticket-rejected') this.end({ kind: 'rejected', failure });
      else this.end(this.droppedFor(failure));
    }
  }

  private droppedFor(failure: Failure): TunnelEnding {
    const { host } = this.parts.grant.endpoint;
    return { kind: 'dropped', failure: { code: 'tunnel-dropped', params: { host }, detail: `${failure.code} ${failure.detail ?? ''}` } };
  }

  private end(ending: TunnelEnding): void {
    if (this.over) return;
    this.over = true;
    this.stop.abort();
    this.linkCheck.stop();
    clearInterval(this.watching);
    this.noteTraffic();
    this.breakStreams('the tunnel has ended');
    this.parts.release();
    const actual: TunnelEnding = this.closing ? { kind: 'closed' } : ending;
    this.parts.log(`app tunnel ended: ${actual.kind}`);
    this.settle(actual);
  }

  private isOpen(): boolean {
    return !this.over && this.restarting === null;
  }

  /** Resolves when the tunnel is up. Rejects with `tunnel-down` if it is over, or with `cancelled`. */
  private async isUp(signal: AbortSignal): Promise<void> {
    if (this.restarting) {
      let off: () => void = () => undefined;
      const cancelled = new Promise<void>((resolve) => {
        off = onAbort(signal, resolve);
      });
      await atMost(restartTimeoutMs, Promise.race([this.restarting, cancelled]));
      off();
    }
    if (signal.aborted) throw fail('cancelled');
    if (this.over || this.closing) throw fail('tunnel-down');
  }

  private noteConnecting(): void {
    if (this.connecting) return;
    this.connecting = true;
    setTimeout(() => {
      if (this.connecting && this.isOpen()) this.reportSilence();
    }, reconnectTimeoutMs).unref();
  }

  private reportSilence(): void {
    if (!this.over && !this.closing) this.silent?.();
  }

  private interrupted(detail?: string): CausewayError {
    return fail('tunnel-dropped', { host: this.parts.grant.endpoint.host }, detail === undefined ? {} : { detail });
  }

  private breakStreams(why: string): void {
    this.streams.breakOff(this.closing ? undefined : this.interrupted(why));
  }

  /** Records when traffic last passed. */
  private noteTraffic(): void {
    const now = this.traffic();
    if (now.received !== this.lastTraffic.received || now.sent !== this.lastTraffic.sent) this.lastTrafficAt = this.parts.now();
    this.lastTraffic = now;
  }
}
