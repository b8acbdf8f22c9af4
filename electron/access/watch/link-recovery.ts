import { delay } from '../../../shared/abort.ts';
import { waitForPort } from '../../net/wait-for-port.ts';
import type { Link } from './link.ts';

const answerTimeoutMs = 1_000;
/** Once the gateway accepts new connections, a link that survived answers within this time. */
const survivorTimeoutMs = 150;
/** A link that the tunnel re-establishes needs TCP and TLS, maybe on a slow line and a busy computer. Giving up sooner would lose what runs over it. */
const recoveryTimeoutMs = 6_000;
/** A tunnel that cannot re-establish its link: TCP may be about to send its packets again. */
const retransmitTimeoutMs = 700;
/** Wait between two questions, so that a tunnel that says no at once is not asked in a tight loop. */
const pauseMs = 100;

/**
 * Waits for a link that fell silent with its network: a train in a tunnel, a lift, another Wi-Fi. Once the gateway can be
 * reached, asks the tunnel and lets it recover. What runs over the link then goes on, which a new tunnel could not offer.
 * False if the link does not come back or `signal` aborts. Never rejects.
 */
export async function waitForRecovery({ tunnel, session }: Link, signal: AbortSignal): Promise<boolean> {
  let ended = false;
  void tunnel.ended.then(() => (ended = true));
  const over = (): boolean => ended || signal.aborted;
  const ask = async (withinMs: number): Promise<boolean> => (await tunnel.answers(withinMs)) && !over();
  const pause = (): Promise<boolean> => delay(pauseMs);
  const stop = new AbortController();
  const port = waitForPort(session.grant.endpoint, AbortSignal.any([signal, stop.signal]));
  try {
    for (;;) {
      // In this order, so that a tunnel that says no at once does not hide that the port is open
      const first = await Promise.race([port, ask(answerTimeoutMs)]);
      if (over()) return false;
      if (first === true) return true;
      if (first === 'open') break;
      await pause();
    }
    if (await ask(survivorTimeoutMs)) return true;
    tunnel.recover?.();
    const withinMs = tunnel.recover ? recoveryTimeoutMs : retransmitTimeoutMs;
    const until = performance.now() + withinMs;
    for (let left = withinMs; left > 0 && !over(); left = until - performance.now()) {
      if (await ask(Math.min(Math.ceil(left), answerTimeoutMs))) return true;
      await pause();
    }
    return false;
  } finally {
    stop.abort();
  }
}
