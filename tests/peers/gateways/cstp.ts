import type { Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { spkiSha256 } from '../../../electron/trust/verifier.ts';
import { agentFor } from '../../../shared/user-agent.ts';
import { issue } from '../../support/issuer.ts';
import { listen } from '../../support/servers.ts';

/** Stands in for a Cisco gateway's tunnel: pushes what a test says, answers probes, and drops packets. */
export interface CstpGateway {
  readonly grant: OpenConnectGrant;
  /** How often a tunnel was opened. */
  readonly opened: number;
  /** Sends these lines (`X-CSTP-…: …`) to the next one that opens a tunnel. */
  push(lines: readonly string[]): void;
  /** Answers nothing any more, and keeps the connections. */
  fallSilent(): void;
  /** Breaks all connections. */
  hangUp(): void;
  stop(): void;
}

const host = 'vpn.campus.test';
/** Packet types (`openconnect-internal.h`): the sixth byte of a header of eight. */
const packet = { probe: 3, answer: 4 } as const;
const headerOf = (type: number): Buffer => Buffer.from([0x53, 0x54, 0x46, 0x01, 0, 0, type, 0]);

export async function startCstpGateway(): Promise<CstpGateway> {
  const issued = await issue(await issue(null, { authority: {} }), { dns: [host] });
  const sockets = new Set<Socket>();
  let pushed: readonly string[] = [];
  let opened = 0;
  let silent = false;
  const serve = (socket: TLSSocket): void => {
    let head = '';
    let isOpen = false;
    socket
      .on('error', () => undefined)
      .on('data', (bytes: Buffer) => {
        if (silent) return;
        if (isOpen) {
          // The library sends a probe in a record of its own
          if (bytes[6] === packet.probe) socket.write(headerOf(packet.answer));
          return;
        }
        head += bytes.toString('latin1');
        if (!head.includes('\r\n\r\n')) return;
        isOpen = true;
        opened += 1;
        socket.write(['HTTP/1.1 200 CONNECTED', 'X-CSTP-Version: 1', ...pushed, '', ''].join('\r\n'));
      });
  };
  const server = tls.createServer({ cert: issued.pem, key: issued.keyPem }, serve);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  const port = await listen(server);
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    grant: {
      kind: 'openconnect',
      protocol: 'anyconnect',
      endpoint: { host, port: 443, loopbackPort: port },
      cookie: 'ticket',
      connectUrl: `https://${host}/`,
      serverPin: `pin-sha256:${spkiSha256(issued.certificate)}`,
      agent: agentFor('linux'),
      address: '127.0.0.1',
      idleSeconds: null,
      expiresAt: null,
      udp: false,
      keepAlive: 'without-limit',
    },
    get opened() {
      return opened;
    },
    push: (lines) => (pushed = lines),
    fallSilent: () => (silent = true),
    hangUp,
    stop: () => {
      hangUp();
      server.close();
    },
  };
}

/** What a usual gateway pushes. */
export const usual = (address = '10.9.0.1'): string[] => [
  `X-CSTP-Address: ${address}`,
  'X-CSTP-Netmask: 255.255.255.255',
  'X-CSTP-DNS: 10.9.0.53',
  'X-CSTP-MTU: 1400',
];
