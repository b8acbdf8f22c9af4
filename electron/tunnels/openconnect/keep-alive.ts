import type { KeepAlive } from '../../gateways/gateway.ts';

/** Time as {@link LinkCheck} needs it; tests have their own. */
export interface Clock {
  /** Milliseconds of a clock that nobody sets. */
  now(): number;
  /** Calls back again and again. Returns what stops it. */
  every(ms: number, callback: () => void): () => void;
}

export interface LinkCheckOptions {
  /** Asks one small query through this tunnel. Resolves with whether an answer came in time; never rejects. */
  ask: (timeoutMs: number) => Promise<boolean>;
  /** A number that grows whenever something goes through the tunnel in either direction. Queries of `ask` may count. */
  traffic: () => number;
  /** Two queries in a row had no answer. */
  onSilent: () => void;
  clock?: Clock;
}

/** With {@link checkEveryMs} this comes to one query in each minute without traffic. Some routers forget a connection after two minutes. */
const quietMs = 55_000;
const checkEveryMs = 5_000;
/** Long enough for a query that is lost once and sent again. */
const answerTimeoutMs = 5_000;
/** The same for a link that has just failed somebody. They are waiting. */
const doubtTimeoutMs = 2_000;

const systemClock: Clock = {
  now: () => performance.now(),
  every(ms, callback) {
    const timer = setInterval(callback, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

/**
 * Whether a tunnel sends queries of its own. If the gateway ends idle sessions, a query would count as use, and the session
 * would outlive the limit that the campus chose.
 *
 * @param idleSeconds the limit that the gateway stated, or null
 */
export function keepsAlive(when: KeepAlive, idleSeconds: number | null): boolean {
  return when === 'always' || (when === 'without-limit' && idleSeconds === null);
}

/**
 * Finds out whether a link still answers, by small queries through it, one at a time. It asks in each minute without traffic
 * once {@link keepAlive} was called: so that nothing on the way forgets the connection, and so that a link that was forgotten
 * is noticed before the person needs it. And it asks when {@link doubt} says that something had no answer.
 */
export class LinkCheck {
  readonly #options: LinkCheckOptions;
  readonly #clock: Clock;
  #stop: (() => void) | null = null;
  #seen = 0;
  #seenAt = 0;
  #asking = false;
  #over = false;

  constructor(options: LinkCheckOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Asks in each minute without traffic from now on. */
  keepAlive(): void {
    if (this.#over || this.#stop) return;
    this.#note();
    this.#stop = this.#clock.every(checkEveryMs, () => {
      if (this.#options.traffic() !== this.#seen) this.#note();
      else if (this.#clock.now() - this.#seenAt >= quietMs) void this.#check(answerTimeoutMs);
    });
  }

  /** Somebody got no answer through the link: asks at once whether anything does. */
  doubt(): void {
    void this.#check(doubtTimeoutMs);
  }

  /** The tunnel has ended. */
  stop(): void {
    this.#over = true;
    this.#stop?.();
    this.#stop = null;
  }

  /** A single query may get lost. Two in a row mean that the link is dead, or as good as dead. */
  async #check(timeoutMs: number): Promise<void> {
    if (this.#asking || this.#over) return;
    this.#asking = true;
    const { ask, onSilent } = this.#options;
    const answered = (await ask(timeoutMs)) || this.#over || (await ask(timeoutMs)) || this.#over;
    this.#asking = false;
    this.#note();
    if (!answered) onSilent();
  }

  #note(): void {
    this.#seen = this.#options.traffic();
    this.#seenAt = this.#clock.now();
  }
}
