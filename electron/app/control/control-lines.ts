import type { Socket } from 'node:net';
import { Lines } from '../../net/lines.ts';
import { control } from './control-protocol.ts';

/**
 * Reads a socket line by line, each as parsed JSON. Ends the connection where a line is too long or no JSON: who speaks
 * something else is not one of us.
 */
export function readLines(socket: Socket, take: (message: unknown) => void): void {
  const lines = new Lines(control.maxLineBytes);
  socket.on('data', (data: Buffer) => {
    for (const line of lines.add(data) ?? [null]) {
      const message = line === null ? undefined : parsed(line);
      if (message === undefined) socket.destroy();
      if (socket.destroyed) return;
      take(message);
    }
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
