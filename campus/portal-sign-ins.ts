import { accessProtocol } from '../shared/access-protocol.ts';
import type { Now } from './clock.ts';
import { OneTimeTokens } from './one-time-tokens.ts';
import type { PortalSignIns } from './services.ts';

/** The portal's path for one-time sign-ins, by POST with the form field `token`. */
export const portalSignInPath = '/one-time';

/** One-time portal sign-ins, in memory. Each is valid for 60 s and one use. */
export function createPortalSignIns({ portalAddress, now }: { portalAddress: string; now: Now }): PortalSignIns {
  const tokens = new OneTimeTokens<string>(now, accessProtocol.portalSignInMs);
  const action = new URL(portalSignInPath, portalAddress).href;
  return {
    mint: (userId) => ({ action, ...tokens.mint(userId) }),
    redeem: (token) => tokens.redeem(token),
  };
}
