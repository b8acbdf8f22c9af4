import type { Session } from '../../gateways/gateway.ts';

/** A gateway's clock may be a little off from ours: its word counts until then. */
const graceMs = 5_000;
/** The warning comes when a tenth of the session's life is left, or this, whichever is less. */
const warnAtMostMs = 10 * 60_000;
/** Clocks that are kept right are corrected by less than this. */
const setByMs = 1_000;

/** When a session began and ends, by our clock as it is now. */
export interface SessionTimes {
  since: number;
  /** Null: the gateway does not say. */
  expiresAt: number | null;
}

/**
 * How long a session has, by the gateway's last word. What is left is counted on a clock that nobody can set; the wall
 * clock is for showing, and moves with it when it was set.
 */
export class Lifetime {
  private since = 0;
  private heard: { expiresAt: number; left: number; at: number } | null = null;
  /** How far our clock was ahead of the gateway's when it was last heard, and of the one that nobody can set. */
  private ahead = 0;
  private lead = 0;

  constructor(private readonly now: () => number) {}

  get expiresAt(): number | null {
    return this.heard?.expiresAt ?? null;
  }

  /** Time to warn the person. */
  get isNear(): boolean {
    if (!this.heard) return false;
    const left = this.heard.left - (performance.now() - this.heard.at);
    return left <= Math.min(warnAtMostMs, (this.heard.expiresAt - this.since) / 10);
  }

  /** Whether our own clock says that the session is over: all there is to go by while the gateway is not heard, asleep above all. */
  get isOver(): boolean {
    return this.heard !== null && this.now() > this.heard.expiresAt + graceMs;
  }

  /** As last heard: nothing has been heard since. */
  again(): SessionTimes {
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
   * The gateway said when the session ends. A clock of ours that was set moves the beginning with it; not a sleep, in
   * which both wall clocks went on, nor a change of the gateway's.
   */
  learn({ clockAhead }: Pick<Session, 'clockAhead'>, expiresAt: number | null): SessionTimes {
    const now = this.now();
    const lead = now - performance.now();
    if (Math.abs(lead - this.lead) > setByMs) this.since += clockAhead - this.ahead;
    this.ahead = clockAhead;
    this.lead = lead;
    this.heard = expiresAt === null ? null : { expiresAt, left: expiresAt - now, at: performance.now() };
    return { since: this.since, expiresAt };
  }
}
