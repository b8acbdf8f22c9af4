import type { Socket } from 'node:net';
import { control } from './control-protocol.ts';

/**
 * Reads a socket line by line, each as parsed JSON. Ends the connection where a line is too long or no JSON: who speaks
 * something else is not one of us.
 */
export function readLines(socket: Socket, take: (message: unknown) => void): void {
  let chunks: Buffer[] = [];
  let length = 0;
  socket.on('data', (data: Buffer) => {
    let rest = data;
    for (let end = rest.indexOf(0x0a); end >= 0 && !socket.destroyed; end = rest.indexOf(0x0a)) {
      chunks.push(rest.subarray(0, end));
      length += end;
      rest = rest.subarray(end + 1);
      const line = length > control.maxLineBytes ? null : Buffer.concat(chunks, length).toString('utf8');
      chunks = [];
      length = 0;
      const message = line === null ? undefined : parsed(line);
      if (message === undefined) socket.destroy();
      else take(message);
    }
    if (rest.length > 0) chunks.push(rest);
    length += rest.length;
    if (length > control.maxLineBytes) socket.destroy();
  });
}

/** Who does not read what it asked for is hung up on: it would all pile up here. */
export function writeLine(socket: Socket, message: unknown): void {
  if (socket.writableLength > control.maxUnreadBytes) socket.destroy();
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
