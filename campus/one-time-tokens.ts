import type { Now } from './clock.ts';
import { fastHash, newToken } from './secrets.ts';

/** Secrets that stand for a value, each valid once and for a short time. They are in memory only, as hashes. */
export class OneTimeTokens<Value> {
  readonly #open = new Map<string, { value: Value; expiresAt: number }>();

  constructor(
    private readonly now: Now,
    private readonly lifetimeMs: number,
  ) {}

  mint(value: Value): { token: string; expiresAt: number } {
    // They are in the order of expiry, so stop at the first valid one
    for (const [hash, { expiresAt }] of this.#open) {
      if (expiresAt > this.now()) break;
      this.#open.delete(hash);
    }
    const token = newToken();
    const expiresAt = this.now() + this.lifetimeMs;
    this.#open.set(fastHash(token), { value, expiresAt });
    return { token, expiresAt };
  }

  /** The value of a token. Null when it is unknown, used or too old. */
  redeem(token: string): Value | null {
    const hash = fastHash(token);
    const found = this.#open.get(hash);
    this.#open.delete(hash);
    return found && found.expiresAt > this.now() ? found.value : null;
  }
}
