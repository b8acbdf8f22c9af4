import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { onAbort } from '../../shared/abort.ts';
import type { Endpoint } from './endpoint.ts';
import { connectPlain } from './tcp.ts';
import { connectVia } from './proxy/proxy.ts';

/** The system sends a lost first packet again after one second, then two, four …: a try of its own is sooner (RFC 6298, 2.4 and 5.5). */
const everyMs = 250;
const eachWithinMs = 4_000;

/**
 * Resolves once somebody at the endpoint takes a TCP connection, which is hung up at once; null when aborted. For the
 * moment when a network is back: it knocks four times a second, so who calls it bounds it. Never rejects.
 */
export function waitForPort(endpoint: Endpoint, signal: AbortSignal): Promise<'open' | null> {
  return new Promise((resolve) => {
    const over = new AbortController();
    // One for each knock that still waits: more than Node takes for a leak
    setMaxListeners(0, over.signal);
    const settle = (answer: 'open' | null): void => {
      clearInterval(timer);
      off();
      resolve(answer);
      over.abort();
    };
    const stop = (): void => settle(null);
    const knock = (): void => {
      connect(endpoint, over.signal).then(
        (socket) => {
          socket.on('error', () => undefined).destroy();
          settle('open');
        },
        () => undefined, // the next one may get through
      );
    };
    const timer = setInterval(knock, everyMs);
    const off = onAbort(signal, stop);
    if (!signal.aborted) knock();
  });
}

function connect(endpoint: Endpoint, signal: AbortSignal): Promise<Socket> {
  const { via, loopbackPort } = endpoint;
  const options = { signal, timeoutMs: eachWithinMs };
  return via && loopbackPort === undefined ? connectVia(via, endpoint, options) : connectPlain(endpoint, options);
}
