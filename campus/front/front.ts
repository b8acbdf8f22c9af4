import type { IncomingMessage, RequestListener } from 'node:http';
import { Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { ServerCredential } from '../authority.ts';
import { nameIn, readBeginning, type RawHandler } from './raw-request.ts';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** The site of one name: its request handler, and its handlers for upgraded connections and raw requests by path. */
export interface Site {
  request: RequestListener;
  upgrades?: Readonly<Record<string, UpgradeHandler>>;
  /**
   * Handlers for requests after which a connection is no longer HTTP, without an `Upgrade` header. Such a request is
   * recognised only as the first one of a connection, so the site answers every other request with `Connection: close`.
   */
  raw?: Readonly<Record<string, RawHandler>>;
}

/** An HTTPS server that chooses the site by the Host header. It answers an unknown name with 421 (Misdirected Request). */
export function createFront(credential: ServerCredential, sites: ReadonlyMap<string, Site>): Server {
  const siteOf = (request: IncomingMessage): Site | undefined => sites.get(nameIn(request.headers.host));
  const server = new Front(credential, sites, (request, response) => {
    const site = siteOf(request);
    if (site?.raw) response.setHeader('Connection', 'close');
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

/** The server with raw requests: it looks at a connection's first bytes before HTTP does. */
class Front extends Server {
  private readonly undecided = new Set<TLSSocket>();

  constructor(credential: ServerCredential, sites: ReadonlyMap<string, Site>, listener: RequestListener) {
    super(credential, listener);
    const serveHttp = this.listeners('secureConnection');
    this.removeAllListeners('secureConnection');
    const paths = (): string[] => [...sites.values()].flatMap(({ raw = {} }) => Object.keys(raw));
    this.on('secureConnection', (socket) => {
      this.undecided.add(socket);
      socket.on('error', () => socket.destroy());
      void readBeginning(socket, paths).then((beginning) => {
        this.undecided.delete(socket);
        if (!beginning || socket.destroyed) return;
        if (beginning.kind === 'http') {
          for (const serve of serveHttp) Reflect.apply(serve, this, [socket]);
          socket.resume();
          return;
        }
        const { request, head } = beginning;
        const handler = sites.get(request.host)?.raw?.[request.path];
        if (handler) handler(request, socket, head);
        else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      });
    });
  }

  /** Node calls it from `close` too. A connection that has sent nothing is idle. */
  override closeIdleConnections(): void {
    super.closeIdleConnections();
    for (const socket of this.undecided) socket.destroy();
  }
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
