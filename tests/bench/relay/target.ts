import net from 'node:net';
import { serveParent } from '../child.ts';

/**
 * What the streams lead to: one TCP server. The first line of a connection says what it is for:
 * `down <bytes>` sends so many and ends, `up <bytes>` reads so many and answers one byte, `echo` sends back
 * what comes, `hold` says one byte and then nothing.
 */
const filler = Buffer.alloc(256 * 1024, 0x5a);

const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  let line = '';
  const first = (chunk: Buffer): void => {
    const end = chunk.indexOf(0x0a);
    line += chunk.toString('latin1', 0, end < 0 ? chunk.length : end);
    if (end < 0) return;
    socket.off('data', first);
    serve(socket, line, chunk.subarray(end + 1));
  };
  socket.on('data', first);
});

function serve(socket: net.Socket, line: string, rest: Buffer): void {
  const [verb = '', count = '0'] = line.split(' ');
  const bytes = Number(count);
  if (verb === 'down') send(socket, bytes);
  else if (verb === 'up') take(socket, bytes - rest.length);
  else if (verb === 'echo') echo(socket, rest);
  else socket.write('k');
}

function echo(socket: net.Socket, rest: Buffer): void {
  socket.write(rest);
  socket.on('data', (chunk) => socket.write(chunk));
}

function send(socket: net.Socket, bytes: number): void {
  let left = bytes;
  const more = (): void => {
    while (left > 0) {
      const piece = filler.subarray(0, Math.min(left, filler.length));
      left -= piece.length;
      if (!socket.write(piece)) {
        socket.once('drain', more);
        return;
      }
    }
    socket.end();
  };
  more();
}

function take(socket: net.Socket, bytes: number): void {
  let left = bytes;
  socket.on('data', (chunk) => {
    left -= chunk.length;
    if (left === 0) socket.end('k');
  });
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  serveParent({ port: typeof address === 'object' && address ? address.port : 0 }, {});
});
