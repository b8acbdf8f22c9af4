import { createHash, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { fail, failureOf, type FailureCode } from '../../../shared/failure.ts';
import { splitHost } from '../../../shared/profile.ts';

/** The target of a CONNECT. The host is a name or an address without brackets. */
export interface ConnectTarget {
  host: string;
  port: number;
}

export interface ConnectServerOptions {
  /** A loopback port; 0 for any. */
  port: number;
  /** The credentials that a client must send with Basic (RFC 7617). Null: none. */
  signIn: { user: string; password: string } | null;
  /** Most connections at once. */
  maxConnections: number;
  /**
   * Opens the connection to the target. `signal` aborts when the client disconnects. A failure becomes the response: 400 for
   * `request-invalid`, 403 for `host-not-allowed`, 407 for `proxy-rejected`, 502 to 504 for the rest.
   */
  open: (target: ConnectTarget, signal: AbortSignal) => Promise<Duplex>;
}

export interface ConnectServer {
  readonly port: number;
  /** Closes the server and all its connections. Never rejects. */
  close(): Promise<void>;
}

/** Most connections that have not authenticated yet. Any program can open connections and keep them open. */
const maxUnauthenticated = 64;

/** Starts an HTTP proxy on loopback that accepts only CONNECT (RFC 9110, 9.3.6). Rejects if the port is taken. */
export async function startConnectServer(options: ConnectServerOptions): Promise<ConnectServer> {
  const { signIn } = options;
  const expected = signIn && digest(`Basic ${Buffer.from(`${signIn.user}:${signIn.password}`).toString('base64')}`);
  const challenge = signIn ? 'Proxy-Authenticate: Basic realm="Causeway", charset="UTF-8"\r\n' : '';
  const unauthenticated = new Set<Duplex>();

  const server = http.createServer({ headersTimeout: 10_000, requestTimeout: 10_000, maxHeaderSize: 8_192 }, (request, response) => {
    request.resume();
    response.writeHead(405, { 'connection': 'close', 'content-type': 'text/plain' });
    response.end('This is a proxy of Causeway’s own. It takes CONNECT and nothing else.\n');
  });
  server.maxConnections = options.maxConnections;
  // A legitimate client authenticates at once, so drop the connection that has waited longest
  server.on('connection', (socket) => {
    unauthenticated.add(socket);
    socket.once('close', () => unauthenticated.delete(socket));
    const [oldest] = unauthenticated;
    if (unauthenticated.size > maxUnauthenticated) oldest?.destroy();
  });
  // Without this handler Node accepts an Upgrade by itself
  server.on('upgrade', (_request, socket) => {
    socket.on('error', destroy);
    answer(socket, 405);
  });
  server.on('clientError', (_error, socket) => answer(socket, 400));
  server.on('connect', (request, socket, head) => void connect(request, socket, head));

  /** Handles one CONNECT. Never rejects: every failure becomes a response. */
  async function connect(request: http.IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', destroy);
    if (expected && !timingSafeEqual(digest(request.headers['proxy-authorization'] ?? ''), expected)) {
      answer(socket, 407, challenge);
      return;
    }
    unauthenticated.delete(socket);
    const target = targetOf(request.url ?? '');
    if (!target) {
      answer(socket, 400);
      return;
    }
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    socket.once('close', leave);
    try {
      const stream = await options.open(target, gone.signal);
      socket.off('close', leave);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) stream.write(head);
      join(socket, stream);
    } catch (error) {
      const status = statusFor[failureOf(error).code] ?? 502;
      answer(socket, status, status === 407 ? challenge : '');
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw fail('internal', undefined, { detail: 'got no loopback port' });
  return {
    port: address.port,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** Parses the target of a CONNECT. An IPv6 address must be in brackets and have no zone. Null: invalid. */
function targetOf(authority: string): ConnectTarget | null {
  const { host, port } = splitHost(authority);
  const fits = authority.startsWith('[') ? isIP(host) === 6 && !host.includes('%') : /^[A-Za-z0-9._-]{1,253}$/.test(host);
  return fits && port > 0 && port < 65_536 ? { host, port } : null;
}

const statusFor: Partial<Record<FailureCode, number>> = {
  'proxy-rejected': 407,
  'request-invalid': 400,
  'host-not-allowed': 403,
  'host-unreachable': 504,
  'local-network': 504,
  'tunnel-down': 503,
};

/** Secrets are compared as digests: they have equal length, and the comparison takes constant time. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function answer(socket: Duplex, status: number, headers = ''): void {
  if (!socket.writable) return;
  socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\n${headers}Content-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** A separate function, because a closure would keep everything from opening the connection in memory. */
function destroy(this: Duplex): void {
  this.destroy();
}

/**
 * Connects two streams in both directions. Each direction ends on its own; an error in one ends both. Does not use
 * `pipeline`, which costs 16 KiB of memory for each idle pair.
 */
function join(a: Duplex, b: Duplex): void {
  const broken = (): void => {
    a.destroy();
    b.destroy();
  };
  const closed = function (this: Duplex): void {
    if (!this.readableEnded || !this.writableFinished) broken();
  };
  a.pipe(b);
  b.pipe(a);
  for (const end of [a, b]) end.once('error', broken).once('close', closed);
}
