import type { Now } from '../clock.ts';
import { fastHash, newToken } from '../secrets.ts';
import type { Store } from '../store.ts';

/** How long a trusted browser needs no second factor. */
export const trustDays = 30;
const trustMs = trustDays * 86_400_000;

/** Browsers that people trust ("remembered devices"). They are still trusted after a restart. Only hashes of their tokens are stored. */
export interface TrustedBrowsers {
  /** Trusts a browser. The token goes into its cookie. */
  trust(userId: string): Promise<{ token: string; expiresAt: number }>;
  /** Whether a token makes this person's second factor unnecessary. */
  isTrusted(userId: string, token: string): boolean;
}

export function createTrustedBrowsers({ store, now }: { store: Store; now: Now }): TrustedBrowsers {
  return {
    async trust(userId) {
      const token = newToken();
      const expiresAt = now() + trustMs;
      await store.update((draft) => {
        const current = draft.trustedBrowsers.filter((browser) => browser.expiresAt > now());
        draft.trustedBrowsers = [...current, { userId, tokenHash: fastHash(token), expiresAt }];
      });
      return { token, expiresAt };
    },
    isTrusted(userId, token) {
      const tokenHash = fastHash(token);
      return store.document.trustedBrowsers.some(
        (browser) => browser.userId === userId && browser.tokenHash === tokenHash && browser.expiresAt > now(),
      );
    },
  };
}
