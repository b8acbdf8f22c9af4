import type { Socket } from 'node:net';
import { Lines } from '../../../shared/lines.ts';
import { control } from './control-protocol.ts';

/**
 * Reads a socket line by line and parses each line as JSON. Closes the connection when a line is too long or not JSON:
 * the other end is not one of our programs.
 */
export function readLines(socket: Socket, onMessage: (message: unknown) => void): void {
  const lines = new Lines(control.maxLineBytes);
  socket.on('data', (data: Buffer) => {
    for (const line of lines.add(data) ?? [null]) {
      const message = line === null ? undefined : parsed(line);
      if (message === undefined) socket.destroy();
      if (socket.destroyed) return;
      onMessage(message);
    }
  });
}

/** Writes one message as a line. Closes the connection when the other end does not read, so that nothing piles up in memory. */
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
