import { fail } from '../../shared/failure.ts';

/** How many tries in how long. */
export interface LimitRules {
  tries: number;
  /** From the first try that counts, milliseconds. */
  windowMs: number;
}

interface Count {
  tries: number;
  since: number;
}

/** Counts tries under a name. One is taken before the answer is known and given back when it was right, so that a burst gains nothing. */
export class TryLimit {
  readonly #counts = new Map<string, Count>();

  constructor(
    private readonly rules: LimitRules,
    private readonly now: () => number,
  ) {}

  /** Takes one try. Throws `recovery-limited` (params: untilAt) when none is left. */
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
