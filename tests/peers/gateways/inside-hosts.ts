import { createHash, randomBytes } from 'node:crypto';
import net, { type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { addressNumber } from '../../../campus/tunnel-network/ip.ts';
import { TunnelNetwork } from '../../../campus/tunnel-network/network.ts';
import type { Target } from '../../../campus/tunnel-network/tcp-connection.ts';

/** The hosts behind a tunnel, by name and port. */
export const inside = {
  /** One HTTP page, over plain HTTP. */
  page: { host: '2fa.campus.test', port: 80 },
  /** The same over HTTPS, for those who gave a certificate. */
  portal: { host: '2fa.campus.test', port: 443 },
  /** Sends back what it gets, and ends when the client has. */
  echo: { host: 'files.campus.test', port: 7 },
  /** Sends 5 MB and ends. */
  source: { host: 'files.campus.test', port: 19 },
  /** Reads to the end, then sends the SHA-256 of what it read. */
  digest: { host: 'files.campus.test', port: 9 },
  lessSource: { host: 'files.campus.test', port: 20 },
  /** As `digest`, but reads nothing for two seconds. */
  slow: { host: 'files.campus.test', port: 10 },
  /** Says "bye" and ends its half, then reads. */
  farewell: { host: 'files.campus.test', port: 11 },
  /** Resets the connection once it gets something. */
  reset: { host: 'files.campus.test', port: 12 },
  /** Granted, and nobody listens. */
  nobody: { host: 'files.campus.test', port: 81 },
} as const;

/** What a gateway tells its clients about the network of {@link InsideHosts.network}. */
export const insidePlan = {
  nameServer: '10.80.0.53',
  searchDomain: 'campus.test',
  route: { network: '10.80.0.0', netmask: '255.255.0.0', prefix: 16 },
  /** A client's address. */
  client: '10.80.128.1',
  mtu: 1_400,
  ipv6: { client: 'fd80::2', gateway: 'fd80::1', nameServer: 'fd80::53', route: 'fd80::/64' },
} as const;

/** Running servers for {@link inside}, on loopback ports. */
export interface InsideHosts {
  readonly page: string;
  /** The 5 MB that `source` sends, with their SHA-256, and that of the first 100 kB, which `lessSource` sends. */
  readonly data: { bytes: Buffer; sha256: string; lessSha256: string };
  /** What came at `farewell` after it had ended its half. */
  heardAfterFarewell(): string;
  /** How many connections to these hosts are open. */
  openConnections(): number;
  /** The loopback port behind a host and a port. Null: nothing. */
  resolve(host: string, port: number): Target | null;
  /** The address of a name in lower case, or null. */
  addressOf(name: string): number | null;
  /** The network of {@link insidePlan} as one client sees it. `client`: its address. */
  network(client?: string, mtu?: number): TunnelNetwork;
  stop(): void;
}

/** @param certificate of `portal`'s host, with its key; both PEM */
export async function startInsideHosts(certificate?: { cert: string; key: string }): Promise<InsideHosts> {
  const page = `<h1>Devices ${randomBytes(4).toString('hex')}</h1>`;
  const bytes = randomBytes(5_000_000);
  let afterFarewell = '';
  const servers = {
    page: await listen((socket) => socket.once('data', () => socket.end(`HTTP/1.0 200 OK\r\n\r\n${page}`))),
    echo: await listen((socket) => socket.pipe(socket)),
    source: await listen((socket) => socket.end(bytes)),
    lessSource: await listen((socket) => socket.end(bytes.subarray(0, lessBytes))),
    digest: await listen(sendDigest),
    slow: await listen((socket) => {
      sendDigest(socket);
      socket.pause();
      setTimeout(() => socket.resume(), 2_000);
    }),
    farewell: await listen((socket) => {
      socket.on('data', (chunk) => (afterFarewell += String(chunk))).end('bye');
    }),
    reset: await listen((socket) => socket.once('data', () => socket.resetAndDestroy())),
    ...(certificate ? { portal: await listen((socket) => sendPage(new TLSSocket(socket, { isServer: true, ...certificate }), page)) } : {}),
  };
  const ports = new Map<string, number>([
    ...Object.entries(servers).map(([name, { port }]) => [keyOf(inside[name as keyof typeof servers]), port] as const),
    [keyOf(inside.nobody), 1],
  ]);
  const resolve = (host: string, port: number): Target | null => {
    const found = ports.get(keyOf({ host, port }));
    return found === undefined ? null : { host: '127.0.0.1', port: found };
  };

  const names = [...new Set(Object.values(inside).map(({ host }) => host as string))];
  const nameOf = (address: number): string | undefined => names[address - firstName];
  const addressOf = (name: string): number | null => (names.includes(name) ? firstName + names.indexOf(name) : null);

  return {
    page,
    data: { bytes, sha256: sha256(bytes), lessSha256: sha256(bytes.subarray(0, lessBytes)) },
    heardAfterFarewell: () => afterFarewell,
    openConnections: () => Object.values(servers).reduce((sum, { sockets }) => sum + sockets.size, 0),
    resolve,
    addressOf,
    network(client = insidePlan.client, mtu = insidePlan.mtu) {
      const nameServer = addressNumber(insidePlan.nameServer);
      return new TunnelNetwork({
        client: addressNumber(client),
        nameServer,
        mtu,
        addressOf,
        isHost: (address) => address === nameServer || nameOf(address) !== undefined,
        find: (address, port) => Promise.resolve(resolve(nameOf(address) ?? '', port)),
      });
    },
    stop() {
      for (const { server } of Object.values(servers)) server.close();
    },
  };
}

const firstName = addressNumber('10.80.0.80');
const lessBytes = 100_000;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Reads to the end, then sends the SHA-256 of what it read. */
function sendDigest(socket: Socket): void {
  const hash = createHash('sha256');
  socket.on('data', (chunk) => hash.update(chunk)).on('end', () => socket.end(hash.digest('hex')));
}

/** Answers one request with a page, whatever it asks for. */
function sendPage(socket: Socket, page: string): void {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\nConnection: close\r\n\r\n`;
  socket.on('error', () => socket.destroy()).once('data', () => socket.end(`${head}${page}`));
}

const keyOf = (target: { host: string; port: number }): string => `${target.host}:${target.port}`;

async function listen(serve: (socket: Socket) => void): Promise<{ server: Server; port: number; sockets: ReadonlySet<Socket> }> {
  const sockets = new Set<Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port, sockets };
}
