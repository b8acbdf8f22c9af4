import { readFileSync } from 'node:fs';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { serveParent } from '../child.ts';

/**
 * The least that a tunnel in Node can do: one end of a TLS connection with plain TCP on its other side, no
 * framing and no streams. `server <port> <pem>` leads to a port; `client <port> <certificate>` to the server.
 * What it carries is the limit of what any relay in Node can.
 */
const [mode, port, file] = process.argv.slice(2);
if (port === undefined || file === undefined) throw new Error('server|client port file');
const pem = readFileSync(file);

function join(a: Duplex, b: Duplex): void {
  a.pipe(b);
  b.pipe(a);
  a.on('error', () => b.destroy());
  b.on('error', () => a.destroy());
}

const common = { noDelay: true, allowHalfOpen: true };
const server =
  mode === 'server'
    ? tls.createServer({ ...common, key: pem, cert: pem }, (socket) => join(socket, net.connect({ ...common, port: Number(port) })))
    : net.createServer(common, (socket) => join(socket, tls.connect({ ...common, port: Number(port), ca: pem, servername: 'localhost' })));

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  serveParent({ port: typeof address === 'object' && address ? address.port : 0 }, {});
});
