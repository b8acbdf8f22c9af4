import net from 'node:net';
import * as z from 'zod';
import { serveStreams } from '../../electron/net/stream-channel/serve-streams.ts';
import { streamError } from '../../electron/net/stream-error.ts';

/**
 * A process that serves streams: to loopback ports, by the name `here`. `nowhere` is a name that nobody knows, `silent` a host
 * that never answers. Its arguments are the path, and times in JSON. Sends `ready`, its log lines, `aborted <host>`, and how each
 * stream's connection was left: `ended <port>` or `reset <port>`. Takes the messages below.
 */
const messageSchema = z.discriminatedUnion('verb', [
  z.object({ verb: z.literal('expect'), token: z.string(), host: z.string(), port: z.number() }),
  z.object({ verb: z.literal('close') }),
]);

const timesSchema = z.partialRecord(z.enum(['expectTimeoutMs', 'tokenGoodMs']), z.number());

const tell = (line: string): void => void process.send?.(line);

/** Like a stream of the stack, it resets the connection if it is destroyed before both sides have ended. */
function breaking(socket: net.Socket, port: number): net.Socket {
  const destroy = socket.destroy.bind(socket);
  socket.once('finish', () => tell(`ended ${port}`));
  socket.destroy = (error) => {
    const inOrder = socket.readableEnded && socket.writableFinished;
    // What `resetAndDestroy` sets (`lib/net.js`), which itself first sends what waits, and then an end
    if (!socket.destroyed && !inOrder) tell(`reset ${port}`);
    if (!error && !inOrder) Reflect.set(socket, 'resetAndClosing', true);
    return destroy(error);
  };
  return socket;
}

const server = await serveStreams({
  path: process.argv[2] ?? '',
  log: (line) => tell(`log ${line}`),
  times: timesSchema.parse(JSON.parse(process.argv[3] ?? '{}')),
  dial: (host, port, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        tell(`aborted ${host}`);
        reject(streamError('ABORT_ERR', 'aborted'));
      });
      if (host === 'nowhere') reject(streamError('ENOTFOUND', 'the campus does not know nowhere'));
      if (host !== 'here') return;
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(breaking(socket, port)));
    }),
});
process.on('message', (raw) => {
  const message = messageSchema.parse(raw);
  if (message.verb === 'expect') server.expect(message.token, message.host, message.port);
  else server.close();
});
process.on('disconnect', () => process.exit());
tell('ready');
