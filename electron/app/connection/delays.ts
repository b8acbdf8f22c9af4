import type { Delay, ConnectionVerdict } from '../../../shared/connection.ts';
import { failureOf } from '../../../shared/failure.ts';
import type { TrafficCount } from '../../tunnels/tunnel.ts';

/** What {@link Delays} measures with. */
export interface DelaySource {
  /** The session's bytes so far. */
  traffic(): TrafficCount;
  /** One small question through the tunnel, in ms; null without an answer. It counts as use of the session. */
  roundTrip(timeoutMs: number): Promise<number | null>;
  /** A bare TCP connection to the gateway, past the tunnel, in ms; null if none came about. */
  gatewayDelay(timeoutMs: number): Promise<number | null>;
}

const answerTimeoutMs = 5_000;
/** While somebody looks, and while nobody does. */
const lookedAtEveryMs = 10_000;
const everyMs = 60_000;
/** Some gateways count connections against an address (ocserv: `ban-points-connection`), so there are few. */
const networkEveryMs = 60_000;
/** The first one may include a slow name lookup. */
const networkAtLeast = 2;
/** A look counts for so long. */
const lookMs = 3_000;
/** What still comes after our own question was answered is ours. */
const settleMs = 2_000;
/** The newest measurements, from which the usual delay is taken. */
const most = 360;
/** Slow means twice the usual delay and at least so much more, in ms. */
const noticeableMs = 100;

/**
 * Measures the delay of a session that is in use. A session that is not in use is not asked: the question would count as use,
 * and the session would outlive the idle limit that its campus chose.
 */
export class Delays {
  private readonly campusSeries = new Series();
  private readonly networkSeries = new Series();
  private lookedAt = -Infinity;
  private campusAt = -Infinity;
  private networkAt = -Infinity;
  /** The session's bytes when our own last question had settled. Null: it has not yet. */
  private ours: TrafficCount | null = null;
  /** When the question was asked that showed the campus slow. Null: it is not. */
  private slowSince: number | null = null;
  /** When the last measurement of the network was begun that has ended. */
  private networkKnownAt = -Infinity;
  private campusBusy = false;
  private networkBusy = false;

  constructor(
    private readonly source: DelaySource,
    private readonly told: { campus: (ms: number) => void; log: (line: string) => void },
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Somebody looks at the connection. */
  looked(): void {
    this.lookedAt = this.now();
  }

  /** Once a second while the connection is up. */
  tick(): void {
    const now = this.now();
    const isLookedAt = now - this.lookedAt < lookMs;
    if (this.isDue(now, isLookedAt ? lookedAtEveryMs : everyMs)) this.background(this.askCampus());
    const isWanted = this.networkSeries.count < networkAtLeast || isSlow(this.campus);
    if (isWanted && !this.networkBusy && now - this.networkAt >= networkEveryMs) this.background(this.askNetwork());
  }

  get campus(): Delay {
    return this.campusSeries.delay;
  }

  get network(): Delay {
    return this.networkSeries.delay;
  }

  /** A measurement of the network from before the slow time blames nobody: it may be hours old. */
  get verdict(): ConnectionVerdict {
    const isOld = this.slowSince !== null && this.networkKnownAt < this.slowSince;
    return verdictOf(this.campus, isOld ? { nowMs: null, usualMs: null } : this.network);
  }

  private isDue(now: number, interval: number): boolean {
    if (this.campusBusy) return false;
    if (this.campusAt === -Infinity) return true;
    if (this.ours === null) {
      if (now - this.campusAt < settleMs) return false;
      this.ours = this.source.traffic();
    }
    if (now - this.campusAt < interval) return false;
    const { received, sent } = this.source.traffic();
    return received !== this.ours.received || sent !== this.ours.sent;
  }

  private async askCampus(): Promise<void> {
    this.campusBusy = true;
    const askedAt = this.now();
    try {
      const ms = await this.source.roundTrip(answerTimeoutMs);
      this.campusSeries.add(ms);
      this.slowSince = isSlow(this.campus) ? (this.slowSince ?? askedAt) : null;
      if (ms !== null) this.told.campus(ms);
    } finally {
      this.campusBusy = false;
      this.campusAt = this.now();
      this.ours = null;
    }
  }

  private async askNetwork(): Promise<void> {
    this.networkBusy = true;
    const askedAt = this.now();
    this.networkAt = askedAt;
    try {
      this.networkSeries.add(await this.source.gatewayDelay(answerTimeoutMs));
      this.networkKnownAt = askedAt;
    } finally {
      this.networkBusy = false;
    }
  }

  private background(work: Promise<void>): void {
    work.catch((error: unknown) => this.told.log(`measuring the delay failed: ${failureOf(error).code}`));
  }
}

/** Measurements of one delay. */
class Series {
  private readonly all: number[] = [];
  private last: number | null = null;

  get count(): number {
    return this.all.length;
  }

  add(ms: number | null): void {
    this.last = ms;
    if (ms === null) return;
    this.all.push(ms);
    if (this.all.length > most) this.all.shift();
  }

  /** The usual delay is the one that a quarter of all measurements stay below: a bad hour does not become the rule. */
  get delay(): Delay {
    const sorted = this.all.toSorted((a, b) => a - b);
    return { nowMs: this.last, usualMs: sorted[Math.floor((sorted.length - 1) / 4)] ?? null };
  }
}

/** Whether a delay is well above the usual one, or no answer came where answers had come before. */
export function isSlow({ nowMs, usualMs }: Delay): boolean {
  if (usualMs === null) return false;
  return nowMs === null || nowMs > Math.max(2 * usualMs, usualMs + noticeableMs);
}

/** Whose the delay is. The way to the gateway is part of the way to the campus: if it is slow too, the cause is on this side. */
export function verdictOf(campus: Delay, network: Delay): ConnectionVerdict {
  if (campus.usualMs === null) return 'not-measured';
  if (!isSlow(campus)) return 'as-usual';
  if (network.usualMs === null) return 'slow';
  return isSlow(network) ? 'your-network' : 'your-campus';
}
