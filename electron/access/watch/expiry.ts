import type { AccessEvent } from '../../../shared/access-state.ts';
import { failureOf } from '../../../shared/failure.ts';
import type { Lifetime } from './lifetime.ts';
import type { Link } from './link.ts';

/** Somebody may set either clock at any time, and we cannot notice when it is the campus's. */
const askEveryMs = 60_000;
const checkEveryMs = 1_000;

/** What the watch over a session's end works with. */
export interface Expiring {
  lifetime: Lifetime;
  link(): Link | null;
  isAsleep(): boolean;
  /** Returns whether the state machine took the event. */
  apply: (event: AccessEvent) => boolean;
  log: (line: string) => void;
}

/** Warns before the session's end, even if the gateway sends no warning, and asks the gateway now and then when the end is. Returns a function that stops the watch. */
export function watchExpiry(watched: Expiring, signal: AbortSignal): () => void {
  let warnedFor: number | null = null;
  const warning = setInterval(() => {
    const { expiresAt, isNear } = watched.lifetime;
    if (!isNear || warnedFor === expiresAt || !watched.link()) return;
    // While the link is silent the state takes no warning; it comes when the link answers again
    if (watched.apply({ type: 'expiring' })) warnedFor = expiresAt;
  }, checkEveryMs);
  const asking = setInterval(() => {
    const link = watched.link();
    if (link && !watched.isAsleep()) void askForTime(watched, link, signal);
  }, askEveryMs);
  return () => {
    clearInterval(warning);
    clearInterval(asking);
  };
}

/** Asks the gateway when the session ends. Never rejects: others notice a gateway that does not answer. */
export async function askForTime(watched: Expiring, link: Link, signal: AbortSignal): Promise<void> {
  try {
    const expiresAt = await link.session.expiry(signal);
    // Many gateways say it only when a tunnel opens; what they said then still holds
    if (expiresAt === null || watched.link() !== link) return;
    watched.apply({ type: 'retimed', ...watched.lifetime.learn(link.session, expiresAt) });
  } catch (error) {
    watched.log(`the gateway did not say when the session ends: ${failureOf(error).code}`);
  }
}
