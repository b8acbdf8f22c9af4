import type { TLSSocket } from 'node:tls';
import { WireFault } from './byte-reader.ts';
import { firstRequest, replyBytes } from './http-wire.ts';
import type { Reply, Served } from './other-families.ts';

/** Takes over a connection that is no longer HTTP, paused. `head`: the bytes that came after the request. */
export type TakeOver = (socket: TLSSocket, head: Buffer) => void;
/** `hang-up`: the connection is closed without an answer. */
export type Outcome = Reply | 'hang-up' | TakeOver;

/**
 * Serves the HTTP requests of one connection, one after the other, until one of them takes it over. Node's own server
 * cannot hand a connection over after a plain `GET`, and OpenConnect begins its tunnel with one on the connection that
 * brought the configuration (`f5_connect`, `fortinet_connect`).
 *
 * @param onFault is told what no client sends, after which the connection is closed
 */
export function serveRequests(
  socket: TLSSocket,
  serve: (request: Served) => Outcome | Promise<Outcome>,
  onFault: (what: string) => void,
): void {
  let waiting: Buffer = Buffer.alloc(0);
  let isBusy = false;
  const next = async (): Promise<void> => {
    while (!isBusy) {
      const found = firstRequest(waiting);
      if (!found) return;
      waiting = found.rest;
      isBusy = true;
      const outcome = await serve(found.request);
      isBusy = false;
      if (outcome === 'hang-up') {
        socket.destroy();
        return;
      }
      if (typeof outcome === 'function') {
        socket.pause();
        socket.removeListener('data', onData);
        outcome(socket, waiting);
        return;
      }
      socket.write(replyBytes(outcome));
    }
  };
  const onData = (chunk: Buffer): void => {
    waiting = Buffer.concat([waiting, chunk]);
    next().catch((error: unknown) => {
      socket.destroy();
      if (!(error instanceof WireFault)) throw error;
      onFault(error.message);
    });
  };
  socket.on('error', () => socket.destroy()).on('data', onData);
}
