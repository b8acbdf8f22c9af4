import { randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Profile } from '../../../shared/profile.ts';
import { issue } from '../../support/issuer.ts';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { spkiSha256 } from '../../../electron/trust/verifier.ts';
import { agentFor } from '../../../shared/user-agent.ts';
import { WireFault } from './byte-reader.ts';
import { EspPort, newEspKeys, type EspLink } from './esp.ts';
import { inside, insidePlan, startInsideHosts, type InsideHosts } from './inside-hosts.ts';
import { PacketSessions, type PacketSession } from './packet-sessions.ts';
import { PacketWriter } from './packet-writer.ts';
import { configEnd, espConfig, espKeysIn, mainConfig, type ConfigVersion } from './pulse-config.ts';
import { PulseConnection } from './pulse-connection.ts';
import { listenTls } from './tls-listener.ts';
import {
  asksHostCheck,
  asksPassword,
  asksToken,
  avp,
  avpCode,
  endings,
  fatalBody,
  packet,
  passwordsIn,
  readTunnelInput,
  refusesPassword,
  session,
  tokenIn,
  vendor,
  type Reply,
} from './pulse-wire.ts';

export interface PulseOptions {
  /** Realms to choose from. */
  realms?: readonly string[];
  /** Asks for a token after the password, in these words. */
  token?: string;
  /** The password has expired, and a new one is asked for. New passwords shorter than this are refused. */
  change?: number;
  hostCheck?: boolean;
  /** Refuses every client for what it says about itself, before any question. */
  refusesClient?: boolean;
  /** Ends the sign-in with this code of Juniper's instead of asking. */
  failure?: number;
  /** The same, after a password was sent. */
  failureAfterPassword?: number;
  /** Answers the upgrade with bytes that are no packets, with nothing, or by closing the connection. */
  instead?: 'garbage' | 'silence' | 'break';
  /** Existing sessions, of which one has to end. */
  sessions?: readonly string[];
  /** Runs after a password was typed, before the answer. If it rejects, the connection is closed. */
  afterPassword?: () => Promise<void>;
  /** How it writes its configuration. Default: as before 9.1R14. */
  version?: ConfigVersion;
  /** Offers ESP on a UDP port where nobody answers, or where it does. */
  esp?: 'silent' | 'answers';
}

/** A stand-in for a Pulse Connect Secure gateway over IF-T/TLS: it signs people in, recognizes its cookies, and carries their tunnels. */
export interface Pulse {
  readonly user: { name: string; password: string; token: string };
  /** Everything typed, in order: realms, passwords, tokens. */
  readonly typed: readonly string[];
  /** The valid cookies. */
  readonly cookies: ReadonlySet<string>;
  /** The number of open tunnels. */
  tunnels(): number;
  readonly host: string;
  readonly port: number;
  readonly inside: InsideHosts;
  sessionOf(grant: OpenConnectGrant): PacketSession | null;
  /** How many packets came by ESP. */
  espPackets(): number;
  /** ESP is not let through any more. */
  muteEsp(): void;
  profile(overrides?: Partial<Profile>): Profile;
  /** Starts a session without a sign-in. */
  grant(overrides?: Partial<OpenConnectGrant>): OpenConnectGrant;
  /** Ends a session and tells its client why. */
  end(grant: OpenConnectGrant, why: keyof typeof endings): void;
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

const host = 'pulse.campus.test';
const tokenTries = 3;
/** Discard (RFC 863): nobody listens there. */
const silentPort = 9;
/** A packet of one byte, sent back as it is (`oncp_esp_send_probes`). */
const espProbe = Buffer.from([0]);

export async function startPulse(options: PulseOptions = {}): Promise<Pulse> {
  const authority = await issue(null, { name: 'CN=Pulse Test Root', authority: {} });
  const leaf = await issue(authority, { dns: [host, inside.portal.host] });
  const user = { name: 'mei.chan', password: 'harbour-lantern-42', token: '287082' };
  const typed: string[] = [];
  const hosts = await startInsideHosts({ cert: leaf.pem, key: leaf.keyPem });
  const sessions = new PacketSessions(hosts);
  const faults: string[] = [];
  const esp = await EspPort.open((fault) => void faults.push(fault.message));
  /** The connection of each open tunnel, whose packets count. */
  const open = new Map<PacketSession, PulseConnection>();

  async function serve(socket: TLSSocket): Promise<void> {
    const wire = new PulseConnection(socket, socket);
    const [request = '', ...headers] = await wire.head();
    if (!headers.some((line) => /^upgrade: IF-T/i.test(line))) return signOut(wire, request, headers);
    await wire.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    if (options.instead === 'break') throw new Error('as asked');
    if (options.instead === 'garbage') await wire.write(randomBytes(64));
    if (options.instead !== undefined) return hold(wire);
    await wire.greet();
    if (options.refusesClient === true) {
      await wire.send(
        vendor.juniper,
        packet.fatal,
        Buffer.from('errorType=6 errorString=clientCapabilities%20key%20or%20value%20not%20present\n\0'),
      );
      return;
    }
    await wire.begin();
    await wire.challenge();
    const { avps } = await wire.reply();
    const known = avps.get(avpCode.cookie);
    const cookie = known !== undefined && sessions.find(known) ? known : await signIn(wire);
    if (cookie === null) return;
    await wire.challenge(avp(avpCode.cookie, cookie));
    await wire.reply();
    await wire.succeed();
    const session = sessions.find(cookie);
    if (session) await carry(socket, wire, session);
    if (session && !session.link) sessions.forget(cookie);
  }

  /** Null: the sign-in has failed, and the client has been told. */
  async function signIn(wire: PulseConnection): Promise<string | null> {
    if (options.failure !== undefined) {
      await wire.challenge(avp(avpCode.failure, options.failure));
      return null;
    }
    if (options.hostCheck === true) {
      await wire.challenge(asksHostCheck());
      return null;
    }
    if (options.realms) {
      await wire.challenge(...options.realms.map((realm) => avp(avpCode.realms, realm)));
      typed.push((await wire.reply()).avps.get(avpCode.realmAnswer) ?? '');
    }
    await wire.challenge(asksPassword(0x01));
    for (;;) {
      const right = isRight(await wire.reply());
      await options.afterPassword?.();
      if (options.failureAfterPassword !== undefined) {
        await wire.challenge(avp(avpCode.failure, options.failureAfterPassword));
        return null;
      }
      if (right) break;
      await wire.challenge(asksPassword(0x81));
    }
    if (options.change !== undefined && !(await changed(wire, options.change))) return null;
    if (options.token !== undefined && !(await showedToken(wire, options.token))) return null;
    if (options.sessions) {
      await wire.challenge(...options.sessions.map(session));
      typed.push((await wire.reply()).avps.get(avpCode.endSession) ?? '');
    }
    return newCookie();
  }

  function newCookie(): string {
    const cookie = randomBytes(16).toString('hex');
    sessions.start(cookie);
    return cookie;
  }

  function isRight(reply: Reply): boolean {
    const [password = ''] = passwordsIn(reply);
    typed.push(password);
    return reply.avps.get(avpCode.user) === user.name && password === user.password;
  }

  async function changed(wire: PulseConnection, letters: number): Promise<boolean> {
    await wire.challenge(asksPassword(0x43));
    const [old = '', fresh = ''] = passwordsIn(await wire.reply());
    typed.push(old, fresh);
    if (old === user.password && fresh.length >= letters) return true;
    await wire.challenge(refusesPassword('New password must be longer.'));
    return false;
  }

  async function showedToken(wire: PulseConnection, args: string): Promise<boolean> {
    for (let tries = 0; tries < tokenTries; tries++) {
      await wire.challenge(asksToken(tries === 0 ? args : `That was wrong. ${args}`));
      const token = tokenIn(await wire.reply());
      typed.push(token ?? '');
      if (token === user.token) return true;
    }
    await wire.challenge(avp(avpCode.failure, 0x0d));
    return false;
  }

  /** Returns when the client has signed out. */
  async function carry(socket: TLSSocket, wire: PulseConnection, session: PacketSession): Promise<void> {
    const { nameServer, searchDomain, route, mtu } = insidePlan;
    const incoming = newEspKeys();
    const config = {
      address: session.address,
      netmask: '255.255.255.255',
      mtu,
      nameServers: [nameServer],
      searchDomain,
      routes: [route],
      ...(options.esp ? { espPort: options.esp === 'answers' ? esp.port : silentPort } : {}),
    };
    await wire.send(vendor.juniper, packet.config, mainConfig(config, options.version ?? 'old'));
    if (options.esp) await wire.send(vendor.juniper, packet.config, espConfig(incoming));
    await wire.send(vendor.juniper, packet.configEnd, configEnd);
    const writer = new PacketWriter(
      socket,
      (bytes) => wire.next(vendor.juniper, packet.data, bytes),
      () => session.network.onWritable(),
    );
    open.set(session, wire);
    session.attach(writer);
    let link: EspLink | null = null;
    try {
      for (;;) {
        const input = readTunnelInput(await wire.packet());
        if (input.kind === 'close') return;
        if (input.kind === 'packet') session.receive(input.packet);
        if (input.kind === 'esp-keys') link = openEsp(session, { incoming, outgoing: espKeysIn(input.body) });
      }
    } finally {
      if (link) {
        esp.remove(link);
        session.network.detach(link);
      }
      session.detach(writer);
      if (open.get(session) === wire) open.delete(session);
    }
  }

  /** The first probe opens it. From then on it carries everything in both directions. */
  function openEsp(session: PacketSession, keys: EspLink['keys']): EspLink {
    let isOpen = false;
    const link = esp.add(keys, (bytes) => {
      if (!bytes.equals(espProbe)) {
        session.receive(bytes);
        return;
      }
      link.send(bytes);
      if (!isOpen) session.network.attach(link);
      isOpen = true;
    });
    return link;
  }

  async function hold(wire: PulseConnection): Promise<void> {
    for (;;) await wire.packet();
  }

  /** Its web pages end a session as Ivanti's others do. */
  async function signOut(wire: PulseConnection, request: string, headers: readonly string[]): Promise<void> {
    const cookie = /DSID=([0-9a-f]+)/.exec(headers.find((line) => /^cookie:/i.test(line)) ?? '')?.[1] ?? '';
    const known = request.startsWith('GET /dana-na/auth/logout.cgi ') && sessions.forget(cookie) !== null;
    await wire.write(`HTTP/1.1 ${known ? '200 OK' : '404 Not Found'}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
  }

  const listener = await listenTls(leaf, (socket) => {
    serve(socket).then(
      () => socket.end(),
      (error: unknown) => {
        if (error instanceof WireFault) faults.push(error.message);
        socket.destroy();
      },
    );
  });
  const { port } = listener;
  return {
    user,
    typed,
    host,
    port,
    inside: hosts,
    get cookies() {
      return sessions.tickets;
    },
    tunnels: () => sessions.open,
    sessionOf: ({ cookie }) => sessions.find(cookie),
    grant: (overrides = {}) => ({
      kind: 'openconnect',
      protocol: 'pulse',
      endpoint: { host, port: 443, loopbackPort: port },
      cookie: newCookie(),
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
    end({ cookie }, why) {
      const session = sessions.forget(cookie);
      const wire = session && open.get(session);
      if (!wire) return;
      session.link?.write(wire.next(vendor.juniper, packet.fatal, fatalBody(endings[why])));
      session.link?.end();
    },
    espPackets: () => esp.received,
    muteEsp: () => esp.mute(),
    forget: ({ cookie }) => void sessions.forget(cookie),
    forgetAll() {
      for (const ticket of sessions.tickets) sessions.forget(ticket);
    },
    readdress: (grant) => sessions.readdress(grant.cookie),
    hangUp: () => sessions.hangUp(),
    profile: (overrides = {}) => ({
      version: 1,
      id: 'pulse',
      name: 'Campus with Pulse',
      gateways: [host],
      protocol: 'pulse',
      tunnel: 'app',
      labels: { userId: 'User ID', password: 'Password' },
      portal: { address: `https://${inside.portal.host}/`, hosts: [inside.portal.host], pages: 'other' },
      trust: { kind: 'authority', pem: authority.pem },
      connectTo: [{ host, port: 443, loopbackPort: port }],
      ...overrides,
    }),
    async leave() {
      await listener.close();
      return { back: () => listener.reopen() };
    },
    async stop() {
      sessions.close();
      hosts.stop();
      esp.close();
      await listener.close();
      if (faults.length > 0) throw new Error(`the client broke Pulse's wire: ${faults.join('; ')}`);
    },
  };
}
