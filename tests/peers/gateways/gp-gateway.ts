import { randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { spkiSha256 } from '../../../electron/trust/verifier.ts';
import type { Profile } from '../../../shared/profile.ts';
import { agentFor } from '../../../shared/user-agent.ts';
import { issue } from '../../support/issuer.ts';
import { ByteReader, checkedPacket, WireFault } from './byte-reader.ts';
import { EspPort, newEspKeys, type EspLink } from './esp.ts';
import { inside, insidePlan, startInsideHosts, type InsideHosts } from './inside-hosts.ts';
import * as wire from './gp-wire.ts';
import { readRequest, replyBytes, type HttpRequest } from './http-wire.ts';
import { globalProtectWith, type Reply } from './other-families.ts';
import { PacketSessions, type PacketSession } from './packet-sessions.ts';
import { PacketWriter } from './packet-writer.ts';
import { listenTls } from './tls-listener.ts';

export interface GpGatewayOptions {
  /** The MTU that it pushes. Default: the tunnel's own. 0, as most gateways: none. */
  mtu?: number;
  /** Offers ESP on a UDP port where nobody answers, or where it does. */
  esp?: 'silent' | 'answers';
  /** How it refuses a cookie: in words, or as a status alone. */
  refuses?: 'in-words' | 'by-status';
  /** Wants a report about the computer, which nobody sends. */
  wantsReport?: boolean;
  /** Seconds after which a client connects anew. */
  rekeySeconds?: number;
}

/** A stand-in for a GlobalProtect portal with its gateway: it signs people in by their password and a code, and carries their tunnels. */
export interface GpGateway {
  readonly host: string;
  readonly port: number;
  readonly inside: InsideHosts;
  /** The valid tickets, oldest first. */
  tickets(): ReadonlySet<string>;
  /** How many tunnels are open. */
  tunnels(): number;
  sessionOf(grant: OpenConnectGrant): PacketSession | null;
  /** How many keep-alives came, and how many packets by ESP. */
  keepAlives(): number;
  espPackets(): number;
  /** ESP is not let through any more. */
  muteEsp(): void;
  /** The addresses that clients asked for when they connected again. */
  readonly preferred: readonly string[];
  profile(overrides?: Partial<Profile>): Profile;
  /** Starts a session without a sign-in. */
  grant(overrides?: Partial<OpenConnectGrant>): OpenConnectGrant;
  /** Knows a session no more, and tells nobody. */
  forget(grant: OpenConnectGrant): void;
  /** The same for every session. */
  forgetAll(): void;
  /** Breaks a tunnel's connection. Its next one gets another address, and what was open inside is gone. */
  readdress(grant: OpenConnectGrant): void;
  /** Breaks every tunnel's connection. Sessions stay. */
  hangUp(): void;
  /** Is gone, with every connection. Sessions stay. `back`: listens on the same port again. */
  leave(): Promise<{ back(): Promise<void> }>;
  /** Closes everything. Rejects when a client broke the wire's rules, with what it sent. */
  stop(): Promise<void>;
}

const host = 'gp.campus.test';
const lifetimeSeconds = 36_000;
const idleSeconds = 10_800;
/** Discard (RFC 863): nobody listens there. */
const silentPort = 9;

export async function startGpGateway(options: GpGatewayOptions = {}): Promise<GpGateway> {
  const authority = await issue(null, { name: 'CN=GlobalProtect Tunnel Root', authority: {} });
  const leaf = await issue(authority, { dns: [host, inside.portal.host] });
  const hosts = await startInsideHosts({ cert: leaf.pem, key: leaf.keyPem });
  const sessions = new PacketSessions(hosts);
  const faults: string[] = [];
  const preferred: string[] = [];
  const esp = await EspPort.open((fault) => void faults.push(fault.message));
  const espLinks = new Map<PacketSession, EspLink>();
  let keepAlives = 0;

  const newTicket = (): string => {
    const ticket = randomBytes(16).toString('hex');
    sessions.start(ticket);
    return ticket;
  };
  const signIn = globalProtectWith(undefined, undefined, undefined, newTicket);
  const configurationOf = (session: PacketSession): string => {
    const keys = { incoming: newEspKeys(), outgoing: newEspKeys() };
    if (options.esp === 'answers') openEsp(session, keys);
    return wire.configuration({
      address: session.address,
      netmask: '255.255.255.255',
      mtu: options.mtu ?? insidePlan.mtu,
      nameServers: [insidePlan.nameServer],
      searchDomains: [insidePlan.searchDomain],
      routes: [`${insidePlan.route.network}/${insidePlan.route.prefix}`],
      lifetime: lifetimeSeconds,
      idleSeconds,
      rekeySeconds: options.rekeySeconds ?? 10_800,
      ...(options.esp ? { esp: { port: options.esp === 'answers' ? esp.port : silentPort, ...keys } } : {}),
    });
  };

  /** Keys are good until the next configuration, or until the tunnel is opened by TLS (`gpst_connect`). */
  function closeEsp(session: PacketSession): void {
    const link = espLinks.get(session);
    if (!link) return;
    espLinks.delete(session);
    esp.remove(link);
    session.network.detach(link);
  }
  function openEsp(session: PacketSession, keys: EspLink['keys']): void {
    closeEsp(session);
    let isOpen = false;
    const link = esp.add(keys, (packet) => {
      const pong = wire.answerMagicPing(packet);
      if (!pong) {
        session.receive(packet);
        return;
      }
      link.send(pong);
      if (!isOpen) session.network.attach(link);
      isOpen = true;
    });
    espLinks.set(session, link);
  }

  function answer(request: HttpRequest): Reply {
    if (request.path === '/ssl-vpn/getconfig.esp') return configure(request);
    if (request.path === '/ssl-vpn/hipreportcheck.esp') {
      return sessions.find(wire.requestTicket(request, 'report')) ? { body: wire.reportCheck(options.wantsReport === true) } : refusal();
    }
    if (request.path === '/ssl-vpn/logout.esp') sessions.forget(request.form.get('authcookie') ?? '')?.link?.destroy();
    return signIn(request);
  }

  function configure(request: HttpRequest): Reply {
    const session = sessions.find(wire.requestTicket(request, 'configuration'));
    if (!session) return refusal();
    const wanted = request.form.get('preferred-ip');
    if (wanted !== null) preferred.push(wanted);
    return { body: configurationOf(session) };
  }

  const refusal = (): Reply => (options.refuses === 'by-status' ? { status: wire.invalidCookieStatus } : { body: wire.invalidCookie });

  /** Requests, one after the other, of which the last may be for a tunnel. */
  async function serve(socket: TLSSocket): Promise<void> {
    const reader = new ByteReader(socket);
    for (;;) {
      const request = await readRequest(reader);
      if (request.path.startsWith(wire.tunnelPath)) {
        const session = sessions.find(wire.tunnelTicket(request));
        if (session) return carry(socket, reader, session);
        socket.end(wire.tunnelRefused);
        return;
      }
      socket.write(replyBytes(answer(request)));
    }
  }

  async function carry(socket: TLSSocket, reader: ByteReader, session: PacketSession): Promise<void> {
    closeEsp(session);
    const writer = new PacketWriter(socket, wire.packetFrame, () => session.network.onWritable());
    writer.write(wire.startTunnel);
    session.attach(writer);
    try {
      for (;;) {
        const frame = wire.readFrameHeader(await reader.exactly(wire.headerBytes));
        if (frame.kind === 'keep-alive') {
          keepAlives += 1;
          writer.write(wire.keepAlive);
        } else session.receive(checkedPacket(await reader.exactly(frame.bytes), frame.version));
      }
    } finally {
      session.detach(writer);
    }
  }

  const listener = await listenTls(leaf, (socket) => {
    socket.setNoDelay(true);
    serve(socket).catch((error: unknown) => {
      if (error instanceof WireFault) faults.push(error.message);
      socket.destroy();
    });
  });
  const { port } = listener;
  const ticketOf = ({ cookie }: OpenConnectGrant): string => new URLSearchParams(cookie).get('authcookie') ?? '';

  return {
    host,
    port,
    inside: hosts,
    preferred,
    tickets: () => sessions.tickets,
    tunnels: () => sessions.open,
    sessionOf: (grant) => sessions.find(ticketOf(grant)),
    keepAlives: () => keepAlives,
    espPackets: () => esp.received,
    muteEsp: () => esp.mute(),
    profile: (overrides = {}) => ({
      version: 1,
      id: 'gp-tunnel',
      name: 'Campus with GlobalProtect',
      gateways: [host],
      protocol: 'gp',
      tunnel: 'app',
      labels: { userId: 'NetID', password: 'Password' },
      portal: { address: `https://${inside.portal.host}/`, hosts: [inside.portal.host], pages: 'other' },
      trust: { kind: 'authority', pem: authority.pem },
      connectTo: [{ host, port: 443, loopbackPort: port }],
      ...overrides,
    }),
    grant: (overrides = {}) => ({
      kind: 'openconnect',
      protocol: 'gp',
      endpoint: { host, port: 443, loopbackPort: port },
      cookie: `authcookie=${newTicket()}&portal=portal&user=mei&domain=campus&computer=laptop`,
      connectUrl: `https://${host}/`,
      agent: agentFor('linux'),
      serverPin: `pin-sha256:${spkiSha256(leaf.certificate)}`,
      address: '127.0.0.1',
      idleSeconds: null,
      expiresAt: null,
      udp: true,
      keepAlive: 'without-limit',
      ...overrides,
    }),
    forget: (grant) => void sessions.forget(ticketOf(grant)),
    forgetAll() {
      for (const ticket of sessions.tickets) sessions.forget(ticket);
    },
    readdress: (grant) => sessions.readdress(ticketOf(grant)),
    hangUp: () => sessions.hangUp(),
    async leave() {
      await listener.close();
      return { back: () => listener.reopen() };
    },
    async stop() {
      sessions.close();
      hosts.stop();
      esp.close();
      await listener.close();
      if (faults.length > 0) throw new Error(`the client broke GlobalProtect's wire: ${faults.join('; ')}`);
    },
  };
}
