import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type TLSSocket } from 'node:tls';
import type { Profile } from '../../../shared/profile.ts';
import { issue } from '../../support/issuer.ts';
import {
  asksHostCheck,
  asksPassword,
  asksToken,
  avp,
  avpCode,
  packet,
  passwordsIn,
  PulseWire,
  refusesPassword,
  session,
  tokenIn,
  tunnelConfig,
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
}

/** A stand-in for a Pulse Connect Secure gateway over IF-T/TLS: it signs people in, recognizes its cookies, and keeps a tunnel open. */
export interface Pulse {
  readonly user: { name: string; password: string; token: string };
  /** Everything typed, in order: realms, passwords, tokens. */
  readonly typed: readonly string[];
  /** The valid cookies. */
  readonly cookies: ReadonlySet<string>;
  /** The number of open tunnels. */
  tunnels(): number;
  profile(overrides?: Partial<Profile>): Profile;
  stop(): Promise<void>;
}

const host = 'pulse.campus.test';
const tokenTries = 3;

export async function startPulse(options: PulseOptions = {}): Promise<Pulse> {
  const authority = await issue(null, { name: 'CN=Pulse Test Root', authority: {} });
  const leaf = await issue(authority, { dns: [host] });
  const user = { name: 'mei.chan', password: 'harbour-lantern-42', token: '287082' };
  const typed: string[] = [];
  const cookies = new Set<string>();
  const sockets = new Set<TLSSocket>();
  let tunnels = 0;

  async function serve(socket: TLSSocket): Promise<void> {
    const wire = new PulseWire(socket, socket);
    const [request = '', ...headers] = await wire.head();
    if (!headers.some((line) => /^upgrade: IF-T/i.test(line))) return signOut(wire, request, headers);
    await wire.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    if (options.instead === 'break') throw new Error('as asked');
    if (options.instead === 'garbage') await wire.write(randomBytes(64));
    if (options.instead !== undefined) return hold(wire);
    await wire.packet(); // The versions that the client speaks
    const version = Buffer.from([0, 0, 0, 2]);
    await wire.send(vendor.trustedComputing, packet.versionResponse, version);
    await wire.packet(); // The computer's description
    if (options.refusesClient === true) {
      await wire.send(
        vendor.juniper,
        packet.fatal,
        Buffer.from('errorType=6 errorString=clientCapabilities%20key%20or%20value%20not%20present\n\0'),
      );
      return;
    }
    await wire.sendAuth();
    await wire.packet(); // "anonymous"
    await wire.challenge();
    const { avps } = await wire.reply();
    const known = avps.get(avpCode.cookie);
    const cookie = known !== undefined && cookies.has(known) ? known : await signIn(wire);
    if (cookie === null) return;
    await wire.challenge(avp(avpCode.cookie, cookie));
    await wire.reply();
    await wire.succeed();
    await tunnel(wire);
  }

  /** Null: the sign-in has failed, and the client has been told. */
  async function signIn(wire: PulseWire): Promise<string | null> {
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
    const cookie = randomBytes(16).toString('hex');
    cookies.add(cookie);
    return cookie;
  }

  function isRight(reply: Reply): boolean {
    const [password = ''] = passwordsIn(reply);
    typed.push(password);
    return reply.avps.get(avpCode.user) === user.name && password === user.password;
  }

  async function changed(wire: PulseWire, letters: number): Promise<boolean> {
    await wire.challenge(asksPassword(0x43));
    const [old = '', fresh = ''] = passwordsIn(await wire.reply());
    typed.push(old, fresh);
    if (old === user.password && fresh.length >= letters) return true;
    await wire.challenge(refusesPassword('New password must be longer.'));
    return false;
  }

  async function showedToken(wire: PulseWire, args: string): Promise<boolean> {
    for (let tries = 0; tries < tokenTries; tries++) {
      await wire.challenge(asksToken(tries === 0 ? args : `That was wrong. ${args}`));
      const token = tokenIn(await wire.reply());
      typed.push(token ?? '');
      if (token === user.token) return true;
    }
    await wire.challenge(avp(avpCode.failure, 0x0d));
    return false;
  }

  async function tunnel(wire: PulseWire): Promise<void> {
    await wire.send(vendor.juniper, packet.config, tunnelConfig([192, 0, 2, 7], 1400));
    await wire.send(vendor.juniper, packet.configEnd, Buffer.alloc(4));
    tunnels += 1;
    try {
      while ((await wire.packet()).type !== packet.close);
    } finally {
      tunnels -= 1;
    }
  }

  async function hold(wire: PulseWire): Promise<void> {
    for (;;) await wire.packet();
  }

  /** Its web pages end a session as Ivanti's others do. */
  async function signOut(wire: PulseWire, request: string, headers: readonly string[]): Promise<void> {
    const cookie = /DSID=([0-9a-f]+)/.exec(headers.find((line) => /^cookie:/i.test(line)) ?? '')?.[1] ?? '';
    const known = request.startsWith('GET /dana-na/auth/logout.cgi ') && cookies.delete(cookie);
    await wire.write(`HTTP/1.1 ${known ? '200 OK' : '404 Not Found'}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
  }

  const server = createServer({ cert: leaf.pem, key: leaf.keyPem }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined); // The client may hang up
    serve(socket).then(
      () => socket.end(),
      () => socket.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  const loopbackPort = address.port;
  return {
    user,
    typed,
    cookies,
    tunnels: () => tunnels,
    profile: (overrides = {}) => ({
      version: 1,
      id: 'pulse',
      name: 'Campus with Pulse',
      gateways: [host],
      protocol: 'pulse',
      tunnel: 'app',
      labels: { userId: 'User ID', password: 'Password' },
      portal: { address: 'https://portal.campus.test/', hosts: ['portal.campus.test'], pages: 'other' },
      trust: { kind: 'authority', pem: authority.pem },
      connectTo: [{ host, port: 443, loopbackPort }],
      ...overrides,
    }),
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
