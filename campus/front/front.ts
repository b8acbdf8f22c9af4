import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ServerCredential } from '../authority.ts';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** The site of one name: its request handler, and its handlers for upgraded connections by path. */
export interface Site {
  request: RequestListener;
  upgrades?: Readonly<Record<string, UpgradeHandler>>;
}

/** An HTTPS server that chooses the site by the Host header. It answers an unknown name with 421 (Misdirected Request). */
export function createFront(credential: ServerCredential, sites: ReadonlyMap<string, Site>): Server {
  const siteOf = (request: IncomingMessage): Site | undefined => sites.get(hostOf(request));
  const server = createServer(credential, (request, response) => {
    const site = siteOf(request);
    if (site) site.request(request, response);
    else response.writeHead(421, { 'Content-Type': 'text/plain', 'Connection': 'close' }).end('No such site here.\n');
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Nothing else listens during the handshake, and an error without a listener would end the process
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const handler = siteOf(request)?.upgrades?.[path];
    if (handler) handler(request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return server;
}

/** The name in the Host header, without its port. */
function hostOf({ headers }: IncomingMessage): string {
  return (headers.host ?? '').replace(/:\d*$/, '').toLowerCase();
}

/** How long connections may take to end once the server is closing. */
const graceMs = 300;

/** Tracks a server's connections, including upgraded ones. Returns a function that closes the server in a bounded time. */
export function closable(server: Server): () => Promise<void> {
  const open = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        for (const socket of open) socket.destroy();
      }, graceMs);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      server.closeIdleConnections();
    });
}
