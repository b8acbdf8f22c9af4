import { fail } from '../../shared/failure.ts';

/** How many attempts are allowed in how much time. */
export interface LimitRules {
  tries: number;
  /** Milliseconds from the first counted attempt. */
  windowMs: number;
}

interface Count {
  tries: number;
  since: number;
}

/** Counts attempts for each name. An attempt is counted before its result is known and given back if it was right, so that many at once gain nothing. */
export class TryLimit {
  readonly #counts = new Map<string, Count>();

  constructor(
    private readonly rules: LimitRules,
    private readonly now: () => number,
  ) {}

  /** Counts one attempt. Throws `recovery-limited` (params: untilAt) when none is left. */
  take(name: string): void {
    const count = this.#current(name);
    if (count.tries >= this.rules.tries) throw fail('recovery-limited', { untilAt: count.since + this.rules.windowMs });
    count.tries += 1;
    this.#counts.set(name, count);
  }

  giveBack(name: string): void {
    const count = this.#current(name);
    count.tries = Math.max(0, count.tries - 1);
  }

  #current(name: string): Count {
    const at = this.now();
    for (const [other, { since }] of this.#counts) {
      if (since + this.rules.windowMs > at) break;
      this.#counts.delete(other);
    }
    return this.#counts.get(name) ?? { tries: 0, since: at };
  }
}
