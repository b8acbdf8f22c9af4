import { randomBytes } from 'node:crypto';
import type { Server } from 'node:net';
import { closable, createFront } from '../../../campus/front/front.ts';
import { createNcServer, ncPath, type NcSession } from '../../../campus/nc/server.ts';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { spkiSha256 } from '../../../electron/trust/verifier.ts';
import type { SessionEnd } from '../../../shared/access-protocol.ts';
import { agentFor } from '../../../shared/user-agent.ts';
import { issue } from '../../support/issuer.ts';
import { inside, insidePlan, startInsideHosts, type InsideHosts } from './inside-hosts.ts';

export { inside };

/** A gateway of the stand-in campus with its tunnel alone: sessions are given out without a sign-in. */
export interface NcGateway extends Pick<InsideHosts, 'page' | 'data' | 'heardAfterFarewell' | 'openConnections'> {
  readonly host: string;
  readonly port: number;
  readonly pin: string;
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
export async function startNcGateway(): Promise<NcGateway> {
  const root = await issue(null, { name: 'CN=Nc Test Root', authority: {} });
  const leaf = await issue(root, { dns: [host] });
  const hosts = await startInsideHosts();
  const sessions = new Map<string, NcSession & { over: AbortController; bytes: number }>();
  const nc = createNcServer({
    sessionOf: (cookie) => sessions.get(cookie) ?? null,
    resolve: async (name, port) => hosts.resolve(name, port),
    searchDomain: insidePlan.searchDomain,
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
    page: hosts.page,
    data: hosts.data,
    heardAfterFarewell: () => hosts.heardAfterFarewell(),
    openConnections: () => hosts.openConnections(),
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
        udp: false,
        keepAlive: 'without-limit',
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
      hosts.stop();
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
