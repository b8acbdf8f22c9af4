import { accessProtocol } from '../shared/access-protocol.ts';
import type { Now } from './clock.ts';
import { fastHash, newToken } from './secrets.ts';
import type { PortalSignIns } from './services.ts';

/** The portal's path for one-time sign-ins, by POST with the form field `token`. */
export const portalSignInPath = '/one-time';

/** One-time portal sign-ins, in memory. Each is valid for 60 s and one use. */
export function createPortalSignIns({ portalAddress, now }: { portalAddress: string; now: Now }): PortalSignIns {
  const open = new Map<string, { userId: string; expiresAt: number }>();
  const action = new URL(portalSignInPath, portalAddress).href;
  return {
    mint(userId) {
      for (const [hash, signIn] of open) if (signIn.expiresAt <= now()) open.delete(hash);
      const token = newToken();
      const expiresAt = now() + accessProtocol.portalSignInMs;
      open.set(fastHash(token), { userId, expiresAt });
      return { action, token, expiresAt };
    },
    redeem(token) {
      const hash = fastHash(token);
      const signIn = open.get(hash);
      open.delete(hash);
      return signIn && signIn.expiresAt > now() ? signIn.userId : null;
    },
  };
}
