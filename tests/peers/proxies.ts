import { once } from 'node:events';
import net, { type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import type { WebProxy } from '../../electron/net/endpoint.ts';

/** A web proxy for tests, on loopback. It resolves names with `routes`. */
export interface TestProxy {
  /** The route through it. */
  via: WebProxy;
  /** `host:port` of every requested connection, including refused ones. */
  asked: string[];
  /** Breaks every open connection. */
  cut(): void;
  stop(): Promise<void>;
}

export interface ProxyOptions {
  kind: WebProxy['kind'];
  /** `host:port` → loopback port. */
  routes: Readonly<Record<string, number>>;
  signIn?: { user: string; password: string };
  /** For a proxy inside TLS. */
  identity?: { pem: string; keyPem: string };
  /** The schemes in its 407, instead of Basic. */
  challenges?: readonly string[];
}

export async function startProxy(wishes: ProxyOptions): Promise<TestProxy> {
  const { kind, routes, signIn, identity } = wishes;
  const asked: string[] = [];
  const open = new Set<Socket>();
  const serve = (socket: Socket): void => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => open.delete(socket));
    const through = (target: string, accepted: Buffer | string, refused: Buffer | string): void => {
      const port = routes[target];
      if (port === undefined) {
        socket.end(refused);
        return;
      }
      const onward = net.connect(port, '127.0.0.1', () => {
        socket.write(accepted);
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      socket.once('close', () => onward.destroy());
    };
    if (kind === 'http' || kind === 'https') void serveHttp(socket, asked, wishes, through);
    else void (kind === 'socks5' ? serveSocks(socket, asked, signIn, through) : serveSocks4(socket, asked, through));
  };
  const server = identity ? tls.createServer({ cert: identity.pem, key: identity.keyPem }, serve) : net.createServer(serve);
  server.on('tlsClientError', () => undefined);
  const port = await listen(server);
  return {
    via: { kind, host: '127.0.0.1', port, ...(signIn ? { signIn } : {}) },
    asked,
    cut: () => open.forEach((socket) => socket.destroy()),
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

type Through = (target: string, accepted: Buffer | string, refused: Buffer | string) => void;

async function serveHttp(socket: Socket, asked: string[], { signIn, challenges }: ProxyOptions, through: Through): Promise<void> {
  const wanted = (challenges ?? ['Basic realm="network"']).map((each) => `Proxy-Authenticate: ${each}\r\n`).join('');
  for (;;) {
    const head = await read(socket, (all) => all.includes('\r\n\r\n'));
    if (head === null) return;
    const text = head.toString();
    const target = /^CONNECT (\S+) HTTP/.exec(text)?.[1] ?? '';
    asked.push(target);
    const basic = signIn && `Basic ${Buffer.from(`${signIn.user}:${signIn.password}`).toString('base64')}`;
    // Header names are case-insensitive
    if (basic === undefined || basic === /^proxy-authorization: (.+)\r$/im.exec(text)?.[1]) {
      through(target, 'HTTP/1.1 200 Connected\r\n\r\n', 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    socket.write(`HTTP/1.1 407 Who are you\r\n${wanted}Content-Length: 0\r\n\r\n`);
  }
}

/** RFC 1928 with names, and RFC 1929. */
async function serveSocks(socket: Socket, asked: string[], signIn: ProxyOptions['signIn'], through: Through): Promise<void> {
  const hello = await read(socket, (all) => all.length >= 2 && all.length >= 2 + (all[1] ?? 0));
  if (hello === null) return;
  const method = signIn ? 2 : 0;
  if (!hello.subarray(2).includes(method)) {
    socket.end(Buffer.from([5, 0xff]));
    return;
  }
  socket.write(Buffer.from([5, method]));
  if (signIn) {
    const greeting = await read(socket, (all) => all.length > 2 && all.length > 2 + (all[1] ?? 0) + (all[2 + (all[1] ?? 0)] ?? 0));
    if (greeting === null) return;
    const nameLength = greeting[1] ?? 0;
    const user = greeting.subarray(2, 2 + nameLength).toString();
    const password = greeting.subarray(3 + nameLength).toString();
    const right = user === signIn.user && password === signIn.password;
    socket.write(Buffer.from([1, right ? 0 : 1]));
    if (!right) {
      socket.end();
      return;
    }
  }
  const wish = await read(socket, (all) => all.length > 4 && all.length >= 6 + lengthOf(all));
  if (wish === null) return;
  const at = 4 + lengthOf(wish);
  const target = `${hostOf(wish)}:${wish.readUInt16BE(at)}`;
  asked.push(target);
  through(target, Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]), Buffer.from([5, 4, 0, 1, 0, 0, 0, 0, 0, 0]));
}

/** The length of the address in a SOCKS5 request, including its length byte if it has one. */
const lengthOf = (wish: Buffer): number => (wish[3] === 3 ? 1 + (wish[4] ?? 0) : wish[3] === 4 ? 16 : 4);

function hostOf(wish: Buffer): string {
  const address = wish.subarray(4, 4 + lengthOf(wish));
  if (wish[3] === 3) return address.subarray(1).toString();
  if (wish[3] === 1) return address.join('.');
  const groups = Array.from({ length: 8 }, (_, at) => address.readUInt16BE(2 * at).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname;
}

/** SOCKS4, names included (4a). */
async function serveSocks4(socket: Socket, asked: string[], through: Through): Promise<void> {
  const isNamed = (all: Buffer): boolean => all[4] === 0 && all[5] === 0 && all[6] === 0 && all[7] !== 0;
  const zeros = (all: Buffer): number => all.subarray(8).filter((byte) => byte === 0).length;
  const wish = await read(socket, (all) => all.length > 8 && zeros(all) >= (isNamed(all) ? 2 : 1));
  if (wish === null) return;
  const [, name = ''] = wish.subarray(8).toString().split('\0');
  const target = `${isNamed(wish) ? name : wish.subarray(4, 8).join('.')}:${wish.readUInt16BE(2)}`;
  asked.push(target);
  through(target, Buffer.from([0, 90, 0, 0, 0, 0, 0, 0]), Buffer.from([0, 91, 0, 0, 0, 0, 0, 0]));
}

/** Reads bytes until there are enough. Null: the peer has closed. */
function read(socket: Socket, enough: (all: Buffer) => boolean): Promise<Buffer | null> {
  return new Promise((resolve) => {
    let all = Buffer.alloc(0);
    const settle = (value: Buffer | null): void => {
      socket.removeListener('data', take);
      socket.removeListener('close', gone);
      resolve(value);
    };
    const take = (chunk: Buffer): void => {
      all = Buffer.concat([all, chunk]);
      if (enough(all)) settle(all);
    };
    const gone = (): void => settle(null);
    socket.on('data', take);
    socket.once('close', gone);
  });
}

/** Listens on loopback and resolves with the port. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address.port;
}
