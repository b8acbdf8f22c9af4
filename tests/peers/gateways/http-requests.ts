import { STATUS_CODES } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Reply, Served } from './other-families.ts';

/** Takes over a connection that is no longer HTTP, paused. `head`: the bytes that came after the request. */
export type TakeOver = (socket: TLSSocket, head: Buffer) => void;
/** `hang-up`: the connection is closed without an answer. */
export type Outcome = Reply | 'hang-up' | TakeOver;

const maxHeaderBytes = 16 * 1024;

/**
 * Serves the HTTP requests of one connection, one after the other, until one of them takes it over. Node's own server
 * cannot hand a connection over after a plain `GET`, and OpenConnect begins its tunnel with one on the connection that
 * brought the configuration (`f5_connect`, `fortinet_connect`).
 */
export function serveRequests(socket: TLSSocket, serve: (request: Served) => Outcome | Promise<Outcome>): void {
  let waiting: Buffer = Buffer.alloc(0);
  let isBusy = false;
  const next = async (): Promise<void> => {
    while (!isBusy) {
      const found = readRequest(waiting);
      if (!found) {
        if (waiting.length > maxHeaderBytes) socket.destroy();
        return;
      }
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
      socket.write(answer(outcome));
    }
  };
  const onData = (chunk: Buffer): void => {
    waiting = Buffer.concat([waiting, chunk]);
    void next();
  };
  socket.on('error', () => socket.destroy()).on('data', onData);
}

/** The first whole request in these bytes, and what follows it. */
function readRequest(bytes: Buffer): { request: Served; rest: Buffer } | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  const bodyEnd = end + 4 + Number(headers.get('content-length') ?? 0);
  if (bytes.length < bodyEnd) return null;
  const [method = '', path = ''] = first.split(' ');
  const form = new URLSearchParams(bytes.toString('utf8', end + 4, bodyEnd));
  return { request: { method, path, form, cookie: headers.get('cookie') ?? '' }, rest: bytes.subarray(bodyEnd) };
}

function answer({ status = 200, headers = {}, body = '' }: Reply): string {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}\r\n`));
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${lines.join('')}\r\n${body}`;
}
