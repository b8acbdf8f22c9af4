import { createHash, randomBytes } from 'node:crypto';
import net, { type Server, type Socket } from 'node:net';
import { closable, createFront } from '../../../campus/front/front.ts';
import { createNcServer, ncPath, type NcSession } from '../../../campus/nc/server.ts';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { spkiSha256 } from '../../../electron/trust/verifier.ts';
import type { SessionEnd } from '../../../shared/access-protocol.ts';
import { agentFor } from '../../../shared/user-agent.ts';
import { issue } from '../../support/issuer.ts';

/** A gateway of the stand-in campus with its tunnel alone: sessions are given out without a sign-in. */
export interface NcGateway {
  readonly host: string;
  readonly port: number;
  readonly pin: string;
  readonly page: string;
  /** The 5 MB that `source` sends, with their SHA-256, and that of the first 100 kB, which `lessSource` sends. */
  readonly data: { bytes: Buffer; sha256: string; lessSha256: string };
  /** What came at `farewell` after it had ended its half. */
  heardAfterFarewell(): string;
  /** How many connections to targets are open. */
  openConnections(): number;
  /** Starts a session and returns what a tunnel needs. */
  grant(overrides?: Partial<OpenConnectGrant>): OpenConnectGrant;
  /** Ends a session for a reason. */
  end(grant: OpenConnectGrant, reason: SessionEnd): void;
  /** Knows a session no more, and tells nobody. */
  forget(grant: OpenConnectGrant): void;
  /** The sessions that are up. */
  readonly sessions: ReadonlySet<string>;
  /** Breaks every tunnel's connection. Sessions stay. */
  hangUp(): void;
  /** How many bytes each session's client sent. */
  touched(grant: OpenConnectGrant): number;
  stop(): Promise<void>;
}

const host = 'vpn.campus.test';
export const inside = {
  /** One HTTP page, over plain HTTP. */
  page: { host: '2fa.campus.test', port: 80 },
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

export async function startNcGateway(): Promise<NcGateway> {
  const root = await issue(null, { name: 'CN=Nc Test Root', authority: {} });
  const leaf = await issue(root, { dns: [host] });
  const page = `<h1>Devices ${randomBytes(4).toString('hex')}</h1>`;
  const bytes = randomBytes(5_000_000);
  let afterFarewell = '';
  const targets = {
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
  };
  const ports = new Map<string, number | null>([
    ...Object.entries(targets).map(([name, { port }]) => [keyOf(inside[name as keyof typeof targets]), port] as const),
    [keyOf(inside.nobody), 1],
  ]);

  const sessions = new Map<string, NcSession & { over: AbortController; bytes: number }>();
  const nc = createNcServer({
    sessionOf: (cookie) => sessions.get(cookie) ?? null,
    resolve: async (name, port) => {
      const found = ports.get(keyOf({ host: name, port }));
      return typeof found === 'number' ? { host: '127.0.0.1', port: found } : null;
    },
    searchDomain: 'campus.test',
  });
  const end = (cookie: string, reason: SessionEnd): void => {
    const session = sessions.get(cookie);
    sessions.delete(cookie);
    session?.over.abort(reason);
  };
  const front = createFront(
    { key: leaf.keyPem, cert: leaf.pem },
    new Map([
      [
        host,
        {
          request: (request, response) => {
            if (request.url === '/dana-na/auth/logout.cgi') end(/DSID=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? '', 'signed-out');
            response.end('<p>Goodbye.</p>');
          },
          raw: { [ncPath]: nc.handle },
        },
      ],
    ]),
  );
  const close = closable(front);
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const port = portOf(front);
  const pin = `pin-sha256:${spkiSha256(leaf.certificate)}`;
  const idOf = ({ cookie }: OpenConnectGrant): string => cookie.replace('DSID=', '');

  return {
    host,
    port,
    pin,
    page,
    data: { bytes, sha256: sha256(bytes), lessSha256: sha256(bytes.subarray(0, lessBytes)) },
    heardAfterFarewell: () => afterFarewell,
    openConnections: () => Object.values(targets).reduce((sum, { sockets }) => sum + sockets.size, 0),
    grant(overrides = {}) {
      const id = randomBytes(16).toString('hex');
      const over = new AbortController();
      const granted = new Map<string, number[]>();
      for (const each of Object.values(inside)) granted.set(each.host, [...(granted.get(each.host) ?? []), each.port]);
      const session = {
        id,
        targets: [...granted].map(([name, allowed]) => ({ host: name, ports: allowed })),
        bytes: 0,
        touch: (count: number) => void (session.bytes += count),
        over,
        ended: over.signal,
      };
      sessions.set(id, session);
      return {
        kind: 'openconnect',
        protocol: 'nc',
        endpoint: { host, port: 443, loopbackPort: port },
        cookie: `DSID=${id}`,
        connectUrl: `https://${host}/`,
        agent: agentFor('linux'),
        serverPin: pin,
        address: '127.0.0.1',
        idleSeconds: null,
        expiresAt: null,
        ...overrides,
      };
    },
    end: (grant, reason) => end(idOf(grant), reason),
    forget: (grant) => void sessions.delete(idOf(grant)),
    get sessions() {
      return new Set(sessions.keys());
    },
    touched: (grant) => sessions.get(idOf(grant))?.bytes ?? 0,
    hangUp: () => nc.hangUp(),
    async stop() {
      nc.close();
      await close();
      for (const { server } of Object.values(targets)) server.close();
    },
  };
}

const lessBytes = 100_000;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Reads to the end, then sends the SHA-256 of what it read. */
function sendDigest(socket: Socket): void {
  const hash = createHash('sha256');
  socket.on('data', (chunk) => hash.update(chunk)).on('end', () => socket.end(hash.digest('hex')));
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
  return { server, port: portOf(server), sockets };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
