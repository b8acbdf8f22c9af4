import type { KeepAlive } from '../../gateways/gateway.ts';
import type { TrafficCount } from '../tunnel.ts';

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
  /** What went through the tunnel so far. Queries of `ask` may count. */
  traffic: () => TrafficCount;
  /** Two queries in a row had no answer. */
  onSilent: () => void;
  clock?: Clock | undefined;
}

const lookEveryMs = 1_000;
/** One query in each minute without traffic. Some routers forget a connection after two. */
const quietMs = 60_000 - lookEveryMs;
/** Something was sent, and nothing has come back for so long. */
const owedMs = 8_000;
/** Long enough for a query that is lost once and sent again. */
const answerTimeoutMs = 5_000;
/** The same for a link that has just failed somebody. They are waiting. */
const doubtTimeoutMs = 1_500;

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
 * Finds out whether a link still answers, by small queries through it, one at a time: in each minute without traffic, if the
 * tunnel is kept alive, so that nothing on the way forgets the connection; and whenever something had no answer, so that the
 * person does not wait for TCP to give up.
 */
export class LinkCheck {
  readonly #options: LinkCheckOptions;
  readonly #clock: Clock;
  #stop: (() => void) | null = null;
  #seen: TrafficCount = { received: 0, sent: 0 };
  #seenAt = 0;
  /** Since when something is under way that nothing has answered. */
  #owedSince: number | null = null;
  #asking = false;
  #over = false;

  constructor(options: LinkCheckOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Begins to watch the traffic. */
  start({ keepAlive }: { keepAlive: boolean }): void {
    if (this.#over || this.#stop) return;
    this.#settle();
    this.#stop = this.#clock.every(lookEveryMs, () => {
      this.#note();
      const now = this.#clock.now();
      if (this.#owedSince !== null && now - this.#owedSince >= owedMs) this.doubt();
      else if (keepAlive && now - this.#seenAt >= quietMs) void this.#check(answerTimeoutMs);
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
    this.#settle();
    if (!answered) onSilent();
  }

  /** Looks at the traffic since the last look. */
  #note(): void {
    const { received, sent } = this.#options.traffic();
    const { received: before, sent: sentBefore } = this.#seen;
    if (received === before && sent === sentBefore) return;
    const now = this.#clock.now();
    if (received !== before) this.#owedSince = null;
    else this.#owedSince ??= now;
    this.#seen = { received, sent };
    this.#seenAt = now;
  }

  /** Whatever went through until now is settled. */
  #settle(): void {
    this.#seen = this.#options.traffic();
    this.#seenAt = this.#clock.now();
    this.#owedSince = null;
  }
}
