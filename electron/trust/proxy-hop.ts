import { createHash, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import type { Duplex } from 'node:stream';
import { fail, failureOf } from '../../shared/failure.ts';
import { splitHost } from '../../shared/profile.ts';
import type { Via } from './endpoint.ts';
import { sameHost } from './host.ts';
import { connectVia } from './proxy.ts';

/** An HTTP proxy of ours on loopback, for programs that cannot go the network's own way. */
export interface Hop {
  readonly kind: 'http';
  readonly host: '127.0.0.1';
  readonly port: number;
  close(): void;
}

/** Whom a hop lets through: anybody, to one place; or whoever knows a sign-in, to wherever. */
export type HopRules = { to: { host: string; port: number } } | { signIn: { user: string; password: string } };

const connectsWithinMs = 10_000;

/** Opens a hop that leads through the network's proxies: it knows their passwords and their kinds, whoever uses it does not. */
export async function openHop(via: Via, rules: HopRules): Promise<Hop> {
  const stop = new AbortController();
  const server = http.createServer((request, response) => {
    request.resume();
    response.writeHead(405, { connection: 'close' }).end();
  });
  server.maxConnections = 8;
  server.on('connect', (request, socket, head) => void connect(request, socket, head));
  server.on('clientError', (_error, socket) => socket.destroy());

  /** Never rejects: what fails is an answer. */
  async function connect({ url = '', headers }: http.IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const target = splitHost(url);
      if (!isAllowed(rules, target, headers['proxy-authorization'] ?? '')) throw refusalBy(rules, target.host);
      const beyond = await connectVia(via, target, { signal: stop.signal, timeoutMs: connectsWithinMs });
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) beyond.write(head);
      socket.once('close', () => beyond.destroy());
      beyond.on('error', () => socket.destroy()).once('close', () => socket.destroy());
      socket.pipe(beyond).pipe(socket);
    } catch (error) {
      const isSignIn = failureOf(error).code === 'proxy-rejected';
      const wants = isSignIn && 'signIn' in rules ? 'Proxy-Authenticate: Basic realm="Causeway"\r\n' : '';
      const status = isSignIn ? '407 Proxy Authentication Required' : '502 Bad Gateway';
      socket.end(`HTTP/1.1 ${status}\r\n${wants}Content-Length: 0\r\nConnection: close\r\n\r\n`);
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw fail('internal', undefined, { detail: 'no loopback port' });
  return {
    kind: 'http',
    host: '127.0.0.1',
    port: address.port,
    close() {
      stop.abort();
      server.close();
      server.closeAllConnections();
    },
  };
}

function isAllowed(rules: HopRules, { host, port }: { host: string; port: number }, shown: string): boolean {
  if ('to' in rules) return sameHost(host, rules.to.host) && port === rules.to.port;
  const { user, password } = rules.signIn;
  return timingSafeEqual(digest(shown), digest(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`));
}

const refusalBy = (rules: HopRules, host: string): Error =>
  'to' in rules ? fail('host-not-allowed', { host }) : fail('proxy-rejected', { host: '127.0.0.1' });

/** Compared as digests: equal lengths, and no hint from the time it takes. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
