import type { Session } from '../../gateways/gateway.ts';

/** The gateway's clock may differ a little from ours, so a session is over only this long after its end by our clock. */
const clockDifferenceMs = 5_000;
/** The warning comes when a tenth of the session is left, or this, whichever is less. */
const warnAtMostMs = 10 * 60_000;
/** Time servers correct a clock by less than this. */
const clockSetMs = 1_000;

/** When a session began and ends, by our clock as it is now. */
export interface SessionTimes {
  since: number;
  /** Null if the gateway does not say. */
  expiresAt: number | null;
}

/**
 * How long a session lasts, as the gateway last said. The rest is counted on the monotonic clock, which nobody can set. The
 * wall clock is for display, and its instants are corrected when somebody sets it.
 */
export class Lifetime {
  private since = 0;
  private lastReport: { expiresAt: number; left: number; at: number } | null = null;
  /** How far our wall clock was ahead of the gateway's at its last word (`ahead`), and of the monotonic clock (`lead`). */
  private ahead = 0;
  private lead = 0;

  constructor(private readonly now: () => number) {}

  get expiresAt(): number | null {
    return this.lastReport?.expiresAt ?? null;
  }

  /** Whether to warn the person now. */
  get isNear(): boolean {
    if (!this.lastReport) return false;
    const left = this.lastReport.left - (performance.now() - this.lastReport.at);
    return left <= Math.min(warnAtMostMs, (this.lastReport.expiresAt - this.since) / 10);
  }

  /** Whether the session is over by our own clock: all that we know while the gateway does not answer, for example after sleep. */
  get isOver(): boolean {
    return this.lastReport !== null && this.now() > this.lastReport.expiresAt + clockDifferenceMs;
  }

  /** The times as last heard. */
  current(): SessionTimes {
    return { since: this.since, expiresAt: this.expiresAt };
  }

  /** The session began now. */
  begin(session: Pick<Session, 'clockAhead'>, expiresAt: number | null): SessionTimes {
    this.since = this.now();
    this.ahead = session.clockAhead;
    this.lead = this.since - performance.now();
    return this.learn(session, expiresAt);
  }

  /**
   * Takes the gateway's word of when the session ends. If our clock was set, the beginning moves with it. It does not move
   * after a sleep, in which both wall clocks went on, or if the gateway's clock was set.
   */
  learn({ clockAhead }: Pick<Session, 'clockAhead'>, expiresAt: number | null): SessionTimes {
    const now = this.now();
    const lead = now - performance.now();
    if (Math.abs(lead - this.lead) > clockSetMs) this.since += clockAhead - this.ahead;
    this.ahead = clockAhead;
    this.lead = lead;
    this.lastReport = expiresAt === null ? null : { expiresAt, left: expiresAt - now, at: performance.now() };
    return { since: this.since, expiresAt };
  }
}
