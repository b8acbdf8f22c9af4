/** What {@link keepAlive} needs of a WebSocket. The `ws` package's fits. */
export interface PeerSocket {
  readonly readyState: number;
  readonly OPEN: number;
  ping(): void;
  terminate(): void;
  on(event: 'message' | 'ping' | 'pong', listener: () => void): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Pings a peer, and terminates the socket once the peer has been silent, pongs included, for `deadAfterMs`. Any message
 * counts as life. Stops by itself when the socket closes.
 *
 * @param onSilent called just before that, to tell a silent peer from one that hung up
 */
export function keepAlive(
  socket: PeerSocket,
  { pingEveryMs, deadAfterMs }: { pingEveryMs: number; deadAfterMs: number },
  onSilent: () => void = () => undefined,
): void {
  let lastLifeAt = performance.now();
  const noteLife = (): void => {
    lastLifeAt = performance.now();
  };
  const timer = setInterval(() => {
    // One more period of grace: the answer to the newest ping may be in transit
    if (performance.now() - lastLifeAt > deadAfterMs - pingEveryMs) {
      onSilent();
      socket.terminate();
    } else if (socket.readyState === socket.OPEN) socket.ping();
  }, pingEveryMs);
  socket.on('pong', noteLife);
  socket.on('ping', noteLife);
  socket.on('message', noteLife);
  socket.once('close', () => clearInterval(timer));
}
