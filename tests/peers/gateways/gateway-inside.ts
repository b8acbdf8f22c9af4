import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import * as z from 'zod';
import { answerName } from '../name-answer.ts';

/**
 * Runs inside a gateway's namespace beside ocserv: the campus behind the gateway (pages, an echo, a name server), and the
 * way in from the root namespace. A socket stays in the namespace that created it, so the parent accepts connections on
 * loopback and passes the sockets in, where they are connected to ocserv.
 */
const settings = z
  .object({
    gateway: z.string(),
    campus: z.string(),
    campus6: z.nullable(z.string()),
    nameServer: z.string(),
    mute: z.boolean(),
    names: z.record(z.string(), z.string()),
    page: z.string(),
    cert: z.string(),
    key: z.string(),
  })
  .parse(JSON.parse(process.env['GATEWAY_INSIDE'] ?? '{}'));

const chunk = randomBytes(64 * 1024);

/** `/` is the page that only the tunnel reaches. `/bytes/<count>` returns that many bytes, for measurements. */
function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  const count = /^\/bytes\/(\d{1,10})$/.exec(request.url ?? '/')?.[1];
  if (count === undefined) {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(settings.page);
    return;
  }
  let left = Number(count);
  response.setHeader('content-length', left);
  const more = (): void => {
    while (left > 0) {
      const part = chunk.subarray(0, Math.min(left, chunk.length));
      left -= part.length;
      if (!response.write(part)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}

/** Takes as many bytes as the first line says, and then answers with `.`, for measurements. */
function takeBytes(socket: net.Socket): void {
  let head = '';
  let left = -1;
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    if (left < 0) {
      head += bytes.toString('latin1');
      const end = head.indexOf('\n');
      if (end < 0) return;
      left = Number(head.slice(0, end)) - (head.length - end - 1);
    } else left -= bytes.length;
    if (left <= 0) socket.write('.');
  });
}

const listening = [settings.campus, ...(settings.campus6 === null ? [] : [settings.campus6])].flatMap((host) => [
  http.createServer(answer).listen(80, host),
  https.createServer({ cert: settings.cert, key: settings.key }, answer).listen(443, host),
  net
    .createServer((socket) => {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.pipe(socket);
    })
    .listen(7, host),
  net.createServer(takeBytes).listen(9, host),
]);

const names = dgram.createSocket('udp4');
names.on('message', (message, from) => {
  const reply = settings.mute ? null : answerName(message, (name) => settings.names[name]);
  if (reply) names.send(reply, from.port, from.address);
});
names.bind(53, settings.nameServer);

process.on('message', (_message, handle) => {
  if (!(handle instanceof net.Socket)) return;
  const gateway = net.connect({ host: settings.gateway, port: 443, allowHalfOpen: true });
  handle.allowHalfOpen = true;
  handle.setNoDelay(true);
  gateway.setNoDelay(true);
  handle.on('error', () => gateway.destroy()).on('close', () => gateway.destroy());
  gateway.on('error', () => handle.resetAndDestroy()).on('close', () => handle.destroy());
  handle.pipe(gateway);
  gateway.pipe(handle);
});
process.on('disconnect', () => process.exit());

await Promise.all([
  ...listening.map((server) => new Promise((done) => server.once('listening', () => done(null)))),
  new Promise((done) => names.once('listening', () => done(null))),
]);
process.send?.('ready');
