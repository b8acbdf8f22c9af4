import type { WebSocket } from 'ws';

/**
 * Pings a peer and cuts the connection when it has sent nothing, not even a pong, for `deadAfterMs`. A link
 * that broke without a word (sleep, a pulled cable) is noticed by nothing else.
 */
export function watchPeer(socket: WebSocket, { pingEveryMs, deadAfterMs }: { pingEveryMs: number; deadAfterMs: number }): void {
  let heardAt = performance.now();
  const heard = (): void => {
    heardAt = performance.now();
  };
  const timer = setInterval(() => {
    if (performance.now() - heardAt >= deadAfterMs - pingEveryMs) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.ping();
  }, pingEveryMs);
  timer.unref();
  socket.on('message', heard);
  socket.on('ping', heard);
  socket.on('pong', heard);
  socket.once('close', () => clearInterval(timer));
}
