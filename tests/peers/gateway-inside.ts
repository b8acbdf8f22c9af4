import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import * as z from 'zod';

/**
 * What runs inside a gateway's namespace beside ocserv: the campus behind it (pages, an echo, a name server), and
 * the door for the root namespace. A socket that the parent accepted on loopback is handed in and joined to ocserv
 * here; a socket stays in the namespace that it was made in.
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

/** `/` is the page that only the tunnel reaches; `/bytes/<count>` is so many bytes, for measuring. */
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
]);

/** Answers A questions for the campus's names; every other name does not exist. */
function answerName(question: Buffer): Buffer | null {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at]; length !== undefined && length > 0; length = question[at]) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const end = at + 5;
  if (question.length < end) return null;
  const address = settings.names[labels.join('.').toLowerCase()];
  const isA = question.readUInt16BE(at + 1) === 1;
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(address === undefined ? 0x8583 : 0x8580, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(address !== undefined && isA ? 1 : 0, 6);
  header.writeUInt32BE(0, 8);
  const asked = question.subarray(12, end);
  if (address === undefined || !isA) return Buffer.concat([header, asked]);
  return Buffer.concat([header, asked, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, ...address.split('.').map(Number)])]);
}
const names = dgram.createSocket('udp4');
names.on('message', (message, from) => {
  const reply = settings.mute ? null : answerName(message);
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
