import dgram from 'node:dgram';
import http from 'node:http';
import * as z from 'zod';
import { answerName } from './name-answer.ts';

/** Runs inside a namespace as the network that a client has joined: its name server and a web server on plain HTTP. */
const settings = z
  .object({
    nameServer: z.string(),
    /** Every other name resolves to `otherwise`, or does not exist. */
    names: z.record(z.string(), z.string()),
    otherwise: z.nullable(z.string()),
    web: z.object({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.string() }),
  })
  .parse(JSON.parse(process.env['NETWORK_INSIDE'] ?? '{}'));

const { status, headers, body } = settings.web;
const web = http.createServer((_request, response) => response.writeHead(status, headers).end(body));
const names = dgram.createSocket('udp4');
names.on('message', (message, from) => {
  const reply = answerName(message, (name) => settings.names[name] ?? settings.otherwise ?? undefined);
  if (reply) names.send(reply, from.port, from.address);
});
process.on('disconnect', () => process.exit());
await new Promise<void>((done) => web.listen(80, '0.0.0.0', done));
await new Promise<void>((done) => names.bind(53, settings.nameServer, done));
process.send?.('ready');
