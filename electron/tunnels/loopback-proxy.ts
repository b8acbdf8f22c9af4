import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { fail, failureOf, type Failure, type FailureCode } from '../../shared/failure.ts';
import { splitHost } from '../../shared/profile.ts';
import { plainHost } from '../trust/host.ts';
import type { Dial } from './tunnel.ts';

/**
 * The one door between the portal view and whichever tunnel is up: an HTTP proxy on loopback that knows
 * CONNECT with this run's secret, and nothing else. It lives as long as the app; its address never changes.
 */
export interface LoopbackProxy {
  readonly port: number;
  readonly username: string;
  /** Made anew in each run. Handed to the portal view's `login` event and to nobody else. */
  readonly secret: string;
  /** Carries new connections with `dial` from now on; null: nothing is up. Connections of the former one are cut. */
  carry(dial: Dial | null): void;
  /** Why the last connection to `host` failed, since it last worked. */
  failureFor(host: string): Failure | null;
  close(): Promise<void>;
}

/** What carries connections now: those being opened obey `stop`; a signal each for those that are up would cost too much memory. */
interface Carrier {
  dial: Dial;
  stop: AbortController;
  streams: Set<Duplex>;
}

const realm = 'Causeway';
/** As many as the relay has streams. */
const maxConnections = 1024;
/** Of these, so many at most may have not shown the secret yet: any program can open connections, and keep them. */
const maxStrangers = 64;

/**
 * @param port a loopback port, 0 for any. Rejects with the system's own error where it is taken.
 */
export async function startLoopbackProxy(port = 0): Promise<LoopbackProxy> {
  const username = 'causeway';
  const secret = randomBytes(24).toString('base64url');
  const expected = digest(`Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`);
  const failures = new Map<string, Failure>();
  let carrier: Carrier | null = null;
  const strangers = new Set<Duplex>();

  const server = http.createServer({ headersTimeout: 10_000, requestTimeout: 10_000, maxHeaderSize: 8_192 }, (request, response) => {
    request.resume();
    response.writeHead(405, { 'connection': 'close', 'content-type': 'text/plain' });
    response.end('This is the Causeway loopback proxy. It carries the device portal and nothing else.\n');
  });
  server.maxConnections = maxConnections;
  // The view shows the secret at once; whoever waits longest goes first
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

  /** One CONNECT. Never rejects: every failure is an answer, and is kept for the screen. */
  async function connect(request: http.IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', destroy);
    if (!timingSafeEqual(digest(request.headers['proxy-authorization'] ?? ''), expected)) {
      answer(socket, 407, `Proxy-Authenticate: Basic realm="${realm}", charset="UTF-8"\r\n`);
      return;
    }
    strangers.delete(socket);
    const { host, port } = targetOf(request.url ?? '');
    if (host === '' || !(port > 0 && port < 65_536)) {
      answer(socket, 400);
      return;
    }
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    socket.once('close', leave);
    try {
      const used = carrier;
      if (used === null) throw fail('tunnel-down', { host });
      const signal = AbortSignal.any([gone.signal, used.stop.signal]);
      const stream = await used.dial(host, port, signal);
      failures.delete(plainHost(host));
      if (signal.aborted) {
        stream.destroy();
        throw fail('cancelled');
      }
      // Opened and broken at once: its end has been told already, and will not be told again
      if (stream.destroyed) throw fail('tunnel-dropped', { host });
      hold(used.streams, stream);
      socket.off('close', leave);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) stream.write(head);
      join(socket, stream);
    } catch (error) {
      const failure = failureOf(error);
      if (!gone.signal.aborted)
        failures.set(plainHost(host), failure.code === 'cancelled' ? { code: 'tunnel-down', params: { host } } : failure);
      answer(socket, statusFor[failure.code] ?? 502);
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw fail('internal', undefined, { detail: 'no loopback port' });

  const carry = (dial: Dial | null): void => {
    carrier?.stop.abort();
    for (const stream of carrier?.streams ?? []) stream.destroy();
    carrier = dial ? { dial, stop: new AbortController(), streams: new Set() } : null;
  };
  return {
    port: address.port,
    username,
    secret,
    carry,
    failureFor: (host) => failures.get(plainHost(host)) ?? null,
    close() {
      carry(null);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** The host and port that a CONNECT names, an IPv6 address in brackets and without a zone; an empty host where it is none. */
function targetOf(authority: string): { host: string; port: number } {
  const { host, port } = splitHost(authority);
  const fits = authority.startsWith('[') ? isIP(host) === 6 && !host.includes('%') : /^[A-Za-z0-9.-]{1,253}$/.test(host);
  return { host: fits ? host : '', port };
}

const statusFor: Partial<Record<FailureCode, number>> = {
  'host-not-allowed': 403,
  'host-unreachable': 504,
  'local-network': 504,
  'tunnel-down': 503,
};

/** Compared as digests: equal lengths, and no hint from the time it takes. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function answer(socket: Duplex, status: number, headers = ''): void {
  if (!socket.writable) return;
  socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\n${headers}Content-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** Neither of these two is a closure of its caller: it would keep all that opening a connection took, for as long as that lasts. */
function destroy(this: Duplex): void {
  this.destroy();
}

function hold(streams: Set<Duplex>, stream: Duplex): void {
  streams.add(stream);
  stream.once('close', () => streams.delete(stream));
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
