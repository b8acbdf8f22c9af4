import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { onAbort } from '../../shared/abort.ts';
import type { Endpoint } from './endpoint.ts';
import { connectPlain } from './tcp.ts';
import { connectVia } from './proxy/proxy.ts';

/** The system resends a lost first packet only after 1, 2, 4 … seconds (RFC 6298, 2.4 and 5.5). A new attempt is faster. */
const everyMs = 250;
const attemptTimeoutMs = 4_000;

/**
 * Resolves once the endpoint accepts a TCP connection, which is closed at once. Null when aborted. Used when a network comes
 * back. It tries four times a second, so the caller must set a time limit. Never rejects.
 */
export function waitForPort(endpoint: Endpoint, signal: AbortSignal): Promise<'open' | null> {
  return new Promise((resolve) => {
    const over = new AbortController();
    // Each pending attempt adds a listener, more than Node's warning limit
    setMaxListeners(0, over.signal);
    const settle = (answer: 'open' | null): void => {
      clearInterval(timer);
      off();
      resolve(answer);
      over.abort();
    };
    const stop = (): void => settle(null);
    const attempt = (): void => {
      connect(endpoint, over.signal).then(
        (socket) => {
          socket.on('error', () => undefined).destroy();
          settle('open');
        },
        () => undefined, // the next attempt may succeed
      );
    };
    const timer = setInterval(attempt, everyMs);
    const off = onAbort(signal, stop);
    if (!signal.aborted) attempt();
  });
}

function connect(endpoint: Endpoint, signal: AbortSignal): Promise<Socket> {
  const { via, loopbackPort } = endpoint;
  const options = { signal, timeoutMs: attemptTimeoutMs };
  return via && loopbackPort === undefined ? connectVia(via, endpoint, options) : connectPlain(endpoint, options);
}
