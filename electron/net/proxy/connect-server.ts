import { createHash, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { fail, failureOf, type FailureCode } from '../../../shared/failure.ts';
import { splitHost } from '../../../shared/profile.ts';

/** Where a CONNECT wants to go; a host's name or address, without brackets. */
export interface ConnectTarget {
  host: string;
  port: number;
}

export interface ConnectServerOptions {
  /** A loopback port; 0 for any. */
  port: number;
  /** What a client has to show, by Basic (RFC 7617); null: nothing. */
  signIn: { user: string; password: string } | null;
  /** As many connections at once, all together. */
  maxConnections: number;
  /**
   * Opens the way on. `signal` aborts when the client has gone. What it fails with is answered: 400 for
   * `request-invalid`, 403 for `host-not-allowed`, 407 for `proxy-rejected`, 502 to 504 for the rest.
   */
  open: (target: ConnectTarget, signal: AbortSignal) => Promise<Duplex>;
}

export interface ConnectServer {
  readonly port: number;
  /** Cuts what is open. Never rejects. */
  close(): Promise<void>;
}

/** So many at most may have shown nothing yet: any program can open connections, and keep them. */
const maxStrangers = 64;

/** An HTTP proxy of ours on loopback that knows CONNECT (RFC 9110, 9.3.6) and nothing else. Rejects where the port is taken. */
export async function startConnectServer(options: ConnectServerOptions): Promise<ConnectServer> {
  const { signIn } = options;
  const expected = signIn && digest(`Basic ${Buffer.from(`${signIn.user}:${signIn.password}`).toString('base64')}`);
  const challenge = signIn ? 'Proxy-Authenticate: Basic realm="Causeway", charset="UTF-8"\r\n' : '';
  const strangers = new Set<Duplex>();

  const server = http.createServer({ headersTimeout: 10_000, requestTimeout: 10_000, maxHeaderSize: 8_192 }, (request, response) => {
    request.resume();
    response.writeHead(405, { 'connection': 'close', 'content-type': 'text/plain' });
    response.end('This is a proxy of Causeway’s own. It takes CONNECT and nothing else.\n');
  });
  server.maxConnections = options.maxConnections;
  // Whoever may come in shows it at once; whoever waits longest goes first
  server.on('connection', (socket) => {
    strangers.add(socket);
    socket.once('close', () => strangers.delete(socket));
    const [oldest] = strangers;
    if (strangers.size > maxStrangers) oldest?.destroy();
  });
  // Without this, Node accepts an Upgrade on its own terms
  server.on('upgrade', (_request, socket) => answer(socket, 405));
  server.on('clientError', (_error, socket) => answer(socket, 400));
  server.on('connect', (request, socket, head) => void connect(request, socket, head));

  /** One CONNECT. Never rejects: every failure is an answer. */
  async function connect(request: http.IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', destroy);
    if (expected && !timingSafeEqual(digest(request.headers['proxy-authorization'] ?? ''), expected)) {
      answer(socket, 407, challenge);
      return;
    }
    strangers.delete(socket);
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
  if (address === null || typeof address === 'string') throw fail('internal', undefined, { detail: 'no loopback port' });
  return {
    port: address.port,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** What a CONNECT names, an IPv6 address in brackets and without a zone; null where it is none. */
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

/** Compared as digests: equal lengths, and no hint from the time it takes. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function answer(socket: Duplex, status: number, headers = ''): void {
  if (!socket.writable) return;
  socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\n${headers}Content-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** Not a closure of its caller: it would keep all that opening a connection took, for as long as that lasts. */
function destroy(this: Duplex): void {
  this.destroy();
}

/**
 * Both directions, each ending on its own; a break in one ends both. By hand and not by `pipeline`, which costs
 * 16 KiB of memory for each idle pair.
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
