import http from 'node:http';
import type { Duplex } from 'node:stream';
import { fail, failureOf } from '../../../shared/failure.ts';
import { splitHost } from '../../../shared/profile.ts';
import type { OpenConnectGrant } from '../../gateways/gateway.ts';
import type { WebProxy } from '../../trust/endpoint.ts';
import { connectVia } from '../../trust/proxy.ts';

/** The proxy that openconnect is sent through. */
export interface ProxyHop {
  readonly proxy: Pick<WebProxy, 'kind' | 'host' | 'port'>;
  close(): void;
}

const connectsWithinMs = 10_000;

/**
 * The grant's proxy as openconnect may be told of it; null where there is none. One that wants a password is reached by
 * a hop of ours on loopback, which knows it and leads to the grant's gateway only: a command's words can be read by everybody.
 */
export async function proxyFor({ endpoint, connectUrl }: OpenConnectGrant): Promise<ProxyHop | null> {
  const { via, loopbackPort } = endpoint;
  if (!via || loopbackPort !== undefined) return null;
  if (!via.signIn) return { proxy: { kind: via.kind, host: via.host, port: via.port }, close: () => undefined };
  const url = new URL(connectUrl);
  const gateway = { host: url.hostname, port: url.port === '' ? 443 : Number(url.port) };
  const stop = new AbortController();
  const server = http.createServer((request, response) => {
    request.resume();
    response.writeHead(405, { connection: 'close' }).end();
  });
  server.maxConnections = 8;
  server.on('connect', (request, socket, head) => void connect(request.url ?? '', socket, head));
  server.on('clientError', (_error, socket) => socket.destroy());

  /** Never rejects: what fails is an answer. */
  async function connect(asked: string, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const { host, port } = splitHost(asked);
      if (!via || host.toLowerCase() !== gateway.host || port !== gateway.port) throw fail('host-not-allowed', { host });
      const beyond = await connectVia(via, gateway, { signal: stop.signal, timeoutMs: connectsWithinMs });
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) beyond.write(head);
      socket.once('close', () => beyond.destroy());
      beyond.on('error', () => socket.destroy()).once('close', () => socket.destroy());
      socket.pipe(beyond).pipe(socket);
    } catch (error) {
      const status = failureOf(error).code === 'proxy-rejected' ? '407 Proxy Authentication Required' : '502 Bad Gateway';
      socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw fail('internal', undefined, { detail: 'no loopback port' });
  return {
    proxy: { kind: 'http', host: '127.0.0.1', port: address.port },
    close() {
      stop.abort();
      server.close();
      server.closeAllConnections();
    },
  };
}
