import { doorOpens } from '../trust/door.ts';
import type { Link } from './link.ts';

const askWithinMs = 1_000;
/** Once the gateway takes new connections, the one that we have is heard from so soon, or its far end has forgotten it. */
const lastAskWithinMs = 800;
/** A tunnel that answers no at once is not asked in a circle. */
const betweenMs = 250;

/**
 * Waits for a link that went silent with its network: a train's tunnel, a lift, a cable that was pulled. What runs over
 * it goes on where it was, which a new link could not offer. False: it is not coming back, or `signal` was aborted.
 * Never rejects.
 */
export async function heardAgain(link: Link, signal: AbortSignal): Promise<boolean> {
  let ended = false;
  void link.tunnel.ended.then(() => (ended = true));
  const over = (): boolean => ended || signal.aborted;
  const stop = new AbortController();
  const door = doorOpens(link.session.grant.endpoint, AbortSignal.any([signal, stop.signal]));
  try {
    for (;;) {
      // In this order: a tunnel that says no at once must not hide that the door is open
      const first = await Promise.race([door, link.tunnel.answers(askWithinMs)]);
      if (over()) return false;
      if (first === true) return true;
      if (first === 'open') return (await link.tunnel.answers(lastAskWithinMs)) && !over();
      await new Promise((resolve) => setTimeout(resolve, betweenMs));
    }
  } finally {
    stop.abort();
  }
}
