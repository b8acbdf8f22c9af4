import { delay } from '../../../shared/abort.ts';
import { waitForPort } from '../../net/wait-for-port.ts';
import type { Link } from './link.ts';

const askWithinMs = 1_000;
/** Once the gateway takes new connections, one that has outlived the silence is heard from so soon. */
const outlivedTimeoutMs = 150;
/** One that is made anew: TCP and TLS, on a slow line and a busy computer too. What runs over it is lost with a new one. */
const recoveredTimeoutMs = 6_000;
/** One that cannot be: TCP may be about to send its packets again. */
const resumedTimeoutMs = 700;
/** A tunnel that answers no at once is not asked in a circle. */
const betweenMs = 100;

/**
 * Waits for a link that went silent with its network: a train's tunnel, a lift, another Wi-Fi. Once the gateway can be
 * reached, the tunnel is asked, and recovered where it can be: what runs over it goes on where it was, which a new one
 * could not offer. False: it is not coming back, or `signal` was aborted. Never rejects.
 */
export async function waitForRecovery({ tunnel, session }: Link, signal: AbortSignal): Promise<boolean> {
  let ended = false;
  void tunnel.ended.then(() => (ended = true));
  const over = (): boolean => ended || signal.aborted;
  const ask = async (withinMs: number): Promise<boolean> => (await tunnel.answers(withinMs)) && !over();
  const pause = (): Promise<boolean> => delay(betweenMs);
  const stop = new AbortController();
  const port = waitForPort(session.grant.endpoint, AbortSignal.any([signal, stop.signal]));
  try {
    for (;;) {
      // In this order: a tunnel that says no at once must not hide that the door is open
      const first = await Promise.race([port, ask(askWithinMs)]);
      if (over()) return false;
      if (first === true) return true;
      if (first === 'open') break;
      await pause();
    }
    if (await ask(outlivedTimeoutMs)) return true;
    tunnel.recover?.();
    const withinMs = tunnel.recover ? recoveredTimeoutMs : resumedTimeoutMs;
    const until = performance.now() + withinMs;
    for (let left = withinMs; left > 0 && !over(); left = until - performance.now()) {
      if (await ask(Math.min(Math.ceil(left), askWithinMs))) return true;
      await pause();
    }
    return false;
  } finally {
    stop.abort();
  }
}
