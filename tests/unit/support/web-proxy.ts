import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import net, { type Socket } from 'node:net';
import type { WebProxy } from '../../../electron/trust/endpoint.ts';

/** A small web proxy on loopback, which leads the names that it knows to loopback ports. */
export interface TestProxy {
  readonly proxy: WebProxy;
  /** `host:port` of every connection that it opened, and `sign-in` for every one that it did not for want of one. */
  readonly asked: string[];
  /** Breaks every connection that is open. */
  cut(): void;
  stop(): Promise<void>;
}

export interface TestProxyOptions {
  /** host:port → loopback port. Others are unreachable. */
  routes: ReadonlyMap<string, number>;
  signIn?: { user: string; password: string };
}

function track(): { sockets: Set<Socket>; add: (socket: Socket) => void } {
  const sockets = new Set<Socket>();
  return {
    sockets,
    add(socket) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    },
  };
}

async function listening(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function stopped(server: net.Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  return done;
}

/** HTTP CONNECT, with Basic sign-in where it wants one. */
export async function startHttpProxy({ routes, signIn }: TestProxyOptions): Promise<TestProxy> {
  const asked: string[] = [];
  const { sockets, add } = track();
  const wanted = signIn && `Basic ${Buffer.from(`${signIn.user}:${signIn.password}`).toString('base64')}`;
  const server = createHttpServer((_request, response) => response.writeHead(405).end());
  server.on('connection', add);
  server.on('connect', (request, socket) => {
    const target = request.url ?? '';
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) {
      asked.push('sign-in');
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="test"\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const port = routes.get(target);
    if (port === undefined) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    asked.push(target);
    const far = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(socket).pipe(far);
    });
    add(far);
    socket.on('close', () => far.destroy());
    far.on('close', () => socket.destroy());
  });
  const port = await listening(server);
  return {
    proxy: { kind: 'http', host: '127.0.0.1', port },
    asked,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    stop: () => stopped(server, sockets),
  };
}

/** SOCKS5, with a user name and password where it wants them. */
export async function startSocksProxy({ routes, signIn }: TestProxyOptions): Promise<TestProxy> {
  const asked: string[] = [];
  const { sockets, add } = track();
  const server = net.createServer((socket) => {
    add(socket);
    let heard = Buffer.alloc(0);
    let step: 'greeting' | 'sign-in' | 'request' | 'done' = 'greeting';
    socket.on('data', (bytes) => {
      if (step === 'done') return;
      heard = Buffer.concat([heard, bytes]);
      if (step === 'greeting' && heard.length >= 2 && heard.length >= 2 + (heard[1] ?? 0)) {
        const methods = [...heard.subarray(2, 2 + (heard[1] ?? 0))];
        heard = heard.subarray(2 + (heard[1] ?? 0));
        const method = signIn ? (methods.includes(2) ? 2 : 0xff) : 0;
        if (method === 0xff) asked.push('sign-in');
        socket.write(Buffer.from([5, method]));
        step = method === 2 ? 'sign-in' : 'request';
      }
      if (step === 'sign-in' && heard.length >= 2) {
        const users = heard[1] ?? 0;
        const passwords = heard[2 + users] ?? 0;
        if (heard.length < 3 + users + passwords) return;
        const user = heard.subarray(2, 2 + users).toString();
        const password = heard.subarray(3 + users, 3 + users + passwords).toString();
        heard = heard.subarray(3 + users + passwords);
        const right = user === signIn?.user && password === signIn.password;
        if (!right) asked.push('sign-in');
        socket.write(Buffer.from([1, right ? 0 : 1]));
        if (!right) socket.end();
        step = 'request';
      }
      if (step === 'request' && heard.length >= 5) {
        const length = heard[4] ?? 0;
        if (heard[3] !== 3 || heard.length < 7 + length) return;
        const host = heard.subarray(5, 5 + length).toString();
        const target = `${host}:${heard.readUInt16BE(5 + length)}`;
        const port = routes.get(target);
        step = 'done';
        if (port === undefined) {
          socket.end(Buffer.from([5, 4, 0, 1, 0, 0, 0, 0, 0, 0]));
          return;
        }
        asked.push(target);
        const far = net.connect(port, '127.0.0.1', () => {
          socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 80]));
          far.pipe(socket).pipe(far);
        });
        add(far);
        socket.on('close', () => far.destroy());
        far.on('close', () => socket.destroy());
      }
    });
  });
  const port = await listening(server);
  return {
    proxy: { kind: 'socks5', host: '127.0.0.1', port },
    asked,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    stop: () => stopped(server, sockets),
  };
}
