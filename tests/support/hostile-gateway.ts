import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import tls, { type TLSSocket } from 'node:tls';
import { WebSocketServer, type WebSocket } from 'ws';
import { campusProfile } from '../../campus/profile.ts';
import { accessProtocol, clientMessageSchema, type ClientMessage } from '../../shared/access-protocol.ts';
import type { Profile } from '../../shared/profile.ts';
import { relayProtocol } from '../../shared/relay-protocol.ts';
import { issue, type Issued } from './issuer.ts';
import { listen } from './servers.ts';

export const gatewayHost = 'vpn.campus.test';
export const someTicket = 'T'.repeat(43);

/** How a dishonest gateway, or a server that is no gateway, behaves at each stage. Stages left out behave correctly. */
export interface Conduct {
  /** Instead of HTTP, once TLS is up. */
  secured?: (socket: TLSSocket) => void;
  /** Instead of a WebSocket. With `access`, only instead of the relay's. */
  upgrade?: (request: IncomingMessage, socket: Duplex) => void;
  /** On the access protocol's WebSocket, from hello on. */
  access?: (talk: AccessTalk) => void | Promise<void>;
  /** On the relay's connection, once it is a WebSocket. Frames are made by hand, see {@link webSocketFrame}. */
  relay?: (socket: Duplex) => void;
}

export interface HostileGateway {
  readonly port: number;
  /** Names this gateway and trusts its authority. */
  readonly profile: Profile;
  /** Open connections, and all connections so far. */
  readonly connections: { open: number; total: number };
  /** What clients sent in the access protocol. */
  readonly received: ClientMessage[];
}

/** The certificate and its trust. Default: the gateway's own, from the profile's authority. */
export interface Papers {
  server: Issued;
  trust: Profile['trust'];
}

/** A valid certificate. */
export async function goodPapers(): Promise<Papers> {
  const authority = await issue(null, { authority: {} });
  return { server: await issue(authority, { dns: [gatewayHost] }), trust: { kind: 'authority', pem: authority.pem } };
}

/** A gateway on loopback with this behaviour, until the test ends. */
export async function startHostileGateway(conduct: Conduct, papers?: Papers): Promise<HostileGateway> {
  const { server: issued, trust } = papers ?? (await goodPapers());
  const received: ClientMessage[] = [];
  const connections = { open: 0, total: 0 };
  const credential = { key: issued.keyPem, cert: issued.pem };
  const server = conduct.secured ? tls.createServer(credential, conduct.secured) : https.createServer(credential);
  server.on('connection', (socket: Duplex) => {
    connections.open += 1;
    connections.total += 1;
    socket.once('close', () => (connections.open -= 1));
  });
  server.on('tlsClientError', () => undefined);
  const access = new WebSocketServer({ noServer: true, handleProtocols: () => accessProtocol.subprotocol });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const isAccess = request.url === accessProtocol.path;
    if (conduct.upgrade && !(isAccess && conduct.access)) conduct.upgrade(request, socket);
    else if (isAccess) {
      access.handleUpgrade(request, socket, head, (link) => void conduct.access?.(new AccessTalk(link, received)));
    } else {
      acceptUpgrade(request, socket, relayProtocol.subprotocol);
      conduct.relay?.(socket);
    }
  });
  const port = await listen(server);
  return { port, profile: { ...campusProfile({ port, portalPort: port, authorityPem: '' }), trust }, connections, received };
}

/** The gateway's end of the access protocol, which need not be honest. */
export class AccessTalk {
  private seq = 0;
  private readonly waiting: ClientMessage[] = [];
  private wake: () => void = () => undefined;

  constructor(
    readonly link: WebSocket,
    received: ClientMessage[],
  ) {
    link.on('error', () => undefined);
    link.on('message', (data) => {
      const message = clientMessageSchema.parse(JSON.parse(Buffer.isBuffer(data) ? data.toString() : ''));
      received.push(message);
      this.waiting.push(message);
      this.wake();
    });
  }

  /** The client's next message. */
  async next(): Promise<ClientMessage> {
    for (;;) {
      const message = this.waiting.shift();
      if (message) return message;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Sends text as it is, and anything else as JSON. */
  send(message: unknown): void {
    this.link.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  ask(prompt: unknown): void {
    this.send({ type: 'prompt', seq: ++this.seq, prompt });
  }

  /** Asks, and waits for the answer. */
  async answerTo(prompt: unknown): Promise<ClientMessage> {
    this.ask(prompt);
    return this.next();
  }

  grant(wishes: Record<string, unknown> = {}): void {
    this.send({ ...granted, ...wishes });
  }
}

export const granted = {
  type: 'granted',
  session: 'S',
  user: 'mei.chan',
  ticket: someTicket,
  expiresAt: Date.now() + 3_600_000,
  idleSeconds: 600,
  extendable: true,
  relay: '/relay',
  grants: [{ host: '2fa.campus.test', ports: [443] }],
};

/** Answers 101 as in RFC 6455 and does nothing else. The caller handles everything after that, pings and closing included. */
export function acceptUpgrade(request: IncomingMessage, socket: Duplex, subprotocol: string | null, accept = acceptFor(request)): void {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  if (accept !== null) lines.push(`Sec-WebSocket-Accept: ${accept}`);
  if (subprotocol !== null) lines.push(`Sec-WebSocket-Protocol: ${subprotocol}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  socket.resume();
}

function acceptFor(request: IncomingMessage): string | null {
  const key = request.headers['sec-websocket-key'] ?? '';
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

/** One complete WebSocket frame. A client's is masked (with zeros). */
export function webSocketFrame(payload: Uint8Array, { text = false, client = false } = {}): Buffer {
  const { length } = payload;
  const size = length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 0xff] : [127, 0, 0, 0, 0, ...bytesOf(length)];
  const [first = 0, ...rest] = size;
  return Buffer.concat([
    Buffer.from([text ? 0x81 : 0x82, client ? first | 0x80 : first, ...rest, ...(client ? [0, 0, 0, 0] : [])]),
    payload,
  ]);
}

const bytesOf = (length: number): number[] => [length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff];
