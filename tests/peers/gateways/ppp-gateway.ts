import { randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { TunnelNetwork } from '../../../campus/tunnel-network/network.ts';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { spkiSha256 } from '../../../electron/trust/verifier.ts';
import type { Profile } from '../../../shared/profile.ts';
import { agentFor } from '../../../shared/user-agent.ts';
import { issue } from '../../support/issuer.ts';
import { PppLink } from '../ppp/link.ts';
import type { PppPlan } from '../ppp/peer.ts';
import { f5Tunnel } from './f5-tunnel.ts';
import { fortinetTunnel } from './fortinet-tunnel.ts';
import { serveRequests, type Outcome } from './http-requests.ts';
import { answerByIpv6, ipv6Bytes } from './names-by-ipv6.ts';
import { insidePlan, startInsideHosts, type InsideHosts } from './inside-hosts.ts';
import { pages, type Served } from './other-families.ts';
import { listenTls } from './tls-listener.ts';
import type { PppFamily, PppGatewayOptions, PppSession } from './ppp-family.ts';

export interface PppGateway {
  readonly host: string;
  readonly port: number;
  /** For `--servercert`. */
  readonly pin: string;
  readonly hosts: InsideHosts;
  readonly requests: readonly Served[];
  /** What clients did against the protocol. Empty unless a client is broken. */
  readonly violations: readonly string[];
  /** By ticket. */
  readonly sessions: ReadonlyMap<string, PppSession>;
  profile(overrides?: Partial<Profile>): Profile;
  /** Starts a session without a sign-in and returns what a tunnel needs. */
  grant(overrides?: Partial<OpenConnectGrant>): OpenConnectGrant;
  session(grant: OpenConnectGrant): PppSession;
  /** Knows a session no more, and tells nobody. */
  forget(grant: OpenConnectGrant): void;
  /** Gives the session another address from its next tunnel on. */
  readdress(grant: OpenConnectGrant): void;
  /** From now on hangs up before or after LCP is open, or, with null, no more. */
  breakOff(when: 'before-lcp' | 'after-lcp' | null): void;
  /** Breaks every tunnel's connection. Sessions stay. */
  hangUp(): void;
  /** Refuses connections, breaks those that are open, and listens again when `back` is called. */
  leave(): Promise<{ back(): Promise<void> }>;
  stop(): Promise<void>;
}

/** A gateway of F5 or Fortinet: sign-in pages, configuration, and a tunnel of PPP to the hosts inside. */
export async function startPppGateway(family: 'f5' | 'fortinet', options: PppGatewayOptions = {}): Promise<PppGateway> {
  const hosts = await startInsideHosts();
  const authority = await issue(null, { name: 'CN=PPP Test Authority', authority: {} });
  const host = `${family}.campus.test`;
  const leaf = await issue(authority, { dns: [host] });
  const requests: Served[] = [];
  const violations: string[] = [];
  const sessions = new Map<string, PppSession>();
  const wire: PppFamily = family === 'f5' ? f5Tunnel(options, (id) => byId(id)) : fortinetTunnel(options);
  const byId = (id: string): PppSession | null => [...sessions.values()].find((session) => session.id === id) ?? null;
  const networkFor = (client: string): TunnelNetwork => hosts.network(client, options.mru ?? insidePlan.mtu);

  const newSession = (): PppSession => {
    const session: PppSession = {
      ticket: randomBytes(16).toString('hex'),
      id: randomBytes(8).toString('hex'),
      address: insidePlan.client,
      network: networkFor(insidePlan.client),
      link: null,
      tunnels: 0,
      firstPacketMs: null,
      received: 0,
    };
    sessions.set(session.ticket, session);
    return session;
  };
  const drop = (session: PppSession): void => {
    sessions.delete(session.ticket);
    session.network.close();
  };
  const openTunnel = (session: PppSession) => (socket: TLSSocket, head: Buffer) => {
    const previous = session.link;
    let readyAt = 0;
    const plan = planOf(family, session.address, options);
    const link = new PppLink(socket, wire.kind, plan, {
      onAsked: () => {
        if (breaksOff === 'after-lcp') link.close();
      },
      onReady: (mtu) => {
        readyAt = performance.now();
        session.firstPacketMs = null;
        session.network.attach(link, mtu);
      },
      onPacket: (packet) => {
        session.firstPacketMs ??= performance.now() - readyAt;
        session.received += packet.length;
        const answer = plan.ipv6 && answerByIpv6(packet, nameServer6, (name) => hosts.addressOf(name));
        if (answer) link.send(answer);
        else session.network.receive(packet);
      },
      onWritable: () => session.network.onWritable(),
      onViolation: (violation) => void violations.push(violation),
      onClosed: () => {
        session.network.detach(link);
        if (session.link !== link) return;
        session.link = null;
        if (options.survivesDrop === false) drop(session);
      },
    });
    session.link = link;
    session.tunnels += 1;
    previous?.close();
    if (breaksOff === 'before-lcp') link.close();
    else link.start(head);
  };
  const serve = (request: Served): Outcome => {
    requests.push(request);
    const ticket = new RegExp(`(?:^|; )${wire.cookie.name}=([^;]*)`).exec(request.cookie)?.[1] ?? '';
    const session = sessions.get(ticket) ?? null;
    if (session && wire.isLogout(request.path)) drop(session);
    const own = wire.serve(request, session, openTunnel);
    if (own) return own;
    const reply = pages[family](request);
    const cookies = [reply.headers?.['set-cookie'] ?? []].flat();
    const first = `${wire.cookie.name}=${wire.cookie.value}`;
    if (!cookies.some((cookie) => cookie.startsWith(first))) return reply;
    const given = newSession();
    const renamed = cookies.map((cookie) => cookie.replace(first, `${wire.cookie.name}=${given.ticket}`));
    return { ...reply, headers: { ...reply.headers, 'set-cookie': renamed } };
  };

  let breaksOff: 'before-lcp' | 'after-lcp' | null = null;
  const listener = await listenTls(leaf, (socket) => serveRequests(socket, serve, (what) => void violations.push(what)));
  const { port } = listener;
  const pin = `pin-sha256:${spkiSha256(leaf.certificate)}`;
  const sessionOf = ({ cookie }: OpenConnectGrant): PppSession => {
    const found = sessions.get(new RegExp(`${wire.cookie.name}=(\\w+)`).exec(cookie)?.[1] ?? '');
    if (!found) throw new Error('no such session');
    return found;
  };

  return {
    host,
    port,
    pin,
    hosts,
    requests,
    violations,
    sessions,
    profile: (overrides = {}) => ({
      version: 1,
      id: family,
      name: `Campus with ${family}`,
      gateways: [host],
      protocol: family,
      tunnel: 'app',
      labels: { userId: 'User ID', password: 'Password' },
      portal: { address: 'http://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
      trust: { kind: 'authority', pem: authority.pem },
      connectTo: [{ host, port: 443, loopbackPort: port }],
      ...overrides,
    }),
    grant: (overrides = {}) => ({
      kind: 'openconnect',
      protocol: family,
      endpoint: { host, port: 443, loopbackPort: port },
      cookie: `${wire.cookie.name}=${newSession().ticket}`,
      connectUrl: `https://${host}/`,
      agent: agentFor('linux'),
      serverPin: pin,
      address: '127.0.0.1',
      idleSeconds: null,
      expiresAt: null,
      udp: true,
      keepAlive: 'without-limit',
      ...overrides,
    }),
    session: sessionOf,
    forget: (grant) => void sessions.delete(sessionOf(grant).ticket),
    readdress(grant) {
      const session = sessionOf(grant);
      session.network.close();
      session.address = '10.80.128.77';
      session.network = networkFor(session.address);
    },
    breakOff: (when) => (breaksOff = when),
    hangUp() {
      for (const { link } of sessions.values()) link?.close();
    },
    async leave() {
      await listener.close();
      return { back: () => listener.reopen() };
    },
    async stop() {
      for (const session of [...sessions.values()]) session.network.close();
      await listener.close();
      hosts.stop();
    },
  };
}

function planOf(family: 'f5' | 'fortinet', client: string, options: PppGatewayOptions): PppPlan {
  const {
    hdlc = false,
    compression = true,
    ipv6 = false,
    namesByPpp = false,
    mru = insidePlan.mtu,
    offersCompression = false,
    addressless = false,
  } = options;
  return {
    mru,
    hdlc: family === 'f5' && hdlc,
    compression: family === 'f5' && compression,
    ipv4: addressless
      ? null
      : {
          client: ipv4Bytes(client),
          gateway: ipv4Bytes('10.80.0.1'),
          nameServers: namesByPpp ? [ipv4Bytes(insidePlan.nameServer)] : [],
        },
    ipv6: ipv6 ? { client: interfaceId(insidePlan.ipv6.client), gateway: interfaceId(insidePlan.ipv6.gateway) } : null,
    offersCompression,
  };
}

const ipv4Bytes = (address: string): Buffer => Buffer.from(address.split('.').map(Number));
const interfaceId = (address: string): Buffer => ipv6Bytes(address).subarray(8);
const nameServer6 = ipv6Bytes(insidePlan.ipv6.nameServer);
