import type { AccessEvent } from '../../../shared/access-state.ts';
import { failureOf } from '../../../shared/failure.ts';
import type { Lifetime } from './lifetime.ts';
import type { Link } from './link.ts';

/** Either clock may be set at any time, and the campus's without our noticing. */
const askEveryMs = 60_000;
const lookEveryMs = 1_000;

/** The connection whose end is watched. */
export interface Expiring {
  lifetime: Lifetime;
  link(): Link | null;
  isAsleep(): boolean;
  /** Returns whether the state took it. */
  apply: (event: AccessEvent) => boolean;
  log: (line: string) => void;
}

/** Warns before the session's end, whatever the gateway says of it, and asks the gateway now and then when that end is. Returns how to stop. */
export function watchExpiry(watched: Expiring, signal: AbortSignal): () => void {
  let warnedFor: number | null = null;
  const warning = setInterval(() => {
    const { expiresAt, isNear } = watched.lifetime;
    if (!isNear || warnedFor === expiresAt || !watched.link()) return;
    // A link that is silent just now is warned of when it answers again
    if (watched.apply({ type: 'expiring' })) warnedFor = expiresAt;
  }, lookEveryMs);
  const asking = setInterval(() => {
    const link = watched.link();
    if (link && !watched.isAsleep()) void askForTime(watched, link, signal);
  }, askEveryMs);
  return () => {
    clearInterval(warning);
    clearInterval(asking);
  };
}

/** Has the gateway say when the session ends. Never rejects: a gateway that does not answer is noticed elsewhere. */
export async function askForTime(watched: Expiring, link: Link, signal: AbortSignal): Promise<void> {
  try {
    const expiresAt = await link.session.expiry(signal);
    if (watched.link() === link) watched.apply({ type: 'retimed', ...watched.lifetime.learn(link.session, expiresAt) });
  } catch (error) {
    watched.log(`no word on the session's end: ${failureOf(error).code}`);
  }
}
