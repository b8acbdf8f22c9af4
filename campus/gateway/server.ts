import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { accessProtocol, type GrantTarget } from '../../shared/access-protocol.ts';
import { fail, failureOf } from '../../shared/failure.ts';
import type { Now } from '../clock.ts';
import { isInternalFailure, failureForClients } from '../internal-failure.ts';
import type { PortalSignIns } from '../services.ts';
import { closeCode, openChannel, type Channel, type Hello } from './channel.ts';
import type { SessionInfo } from './sessions.ts';
import { signIn, type SignInServices } from './sign-in.ts';

export interface GatewayOptions extends SignInServices {
  signIns: PortalSignIns;
  now: Now;
  /** The relay's path on the same gateway. `targets`: what every session may reach through it. */
  relayPath: string;
  targets: readonly GrantTarget[];
  /** Gets the campus's own failures. */
  report: (error: unknown) => void;
}

export interface GatewayServer {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** The gateway's side of the access protocol, version 1 (`docs/protocol.md`). */
export function createGatewayServer(options: GatewayOptions): GatewayServer {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: accessProtocol.maxMessageBytes,
    handleProtocols: () => accessProtocol.subprotocol,
  });
  /** The control channel of each session, one at a time. */
  const control = new Map<string, Channel>();

  return {
    handleUpgrade(request, socket, head) {
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
      if (!offered.includes(accessProtocol.subprotocol)) {
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (link) => {
        const channel = openChannel(link, options.now);
        converse(channel, control, options).catch((error: unknown) => {
          const failure = failureOf(error);
          if (isInternalFailure(failure)) options.report(error);
          if (!channel.closed.aborted) channel.refuse(failureForClients(failure));
        });
      });
    },
    close() {
      for (const link of server.clients) link.close(closeCode.goingAway);
      server.close();
    },
  };
}

/** Runs a connection from its hello until its session is served. Rejects when there is no session. */
async function converse(channel: Channel, control: Map<string, Channel>, options: GatewayOptions): Promise<void> {
  const hello = await channel.hello();
  const { session, ticket } =
    hello.resume === undefined ? await startSession(channel, hello, options) : resumeSession(hello.resume, options);
  channel.send({
    type: 'granted',
    session: session.id,
    user: session.userId,
    ticket,
    expiresAt: session.expiresAt,
    idleSeconds: Math.max(1, Math.round(options.rules.idleMs / 1000)),
    extendable: session.extendable,
    relay: options.relayPath,
    grants: [...options.targets],
  });
  control.get(session.id)?.close(closeCode.takenOver);
  control.set(session.id, channel);
  serve(channel, session, options, () => {
    if (control.get(session.id) === channel) control.delete(session.id);
  });
}

/** Signs in. Ends the session again if the client has left in the meantime. */
async function startSession(channel: Channel, hello: Hello, options: GatewayOptions): Promise<{ session: SessionInfo; ticket: string }> {
  const begun = await signIn(channel, hello, options);
  if (!channel.closed.aborted) return begun;
  await options.sessions.end(begun.session.id, 'signed-out');
  throw fail('cancelled');
}

/** Resumes a session after its link broke, with the same ticket and without a question. */
function resumeSession(ticket: string, { sessions }: GatewayOptions): { session: SessionInfo; ticket: string } {
  const session = sessions.byTicket(ticket);
  if (!session) throw fail('ticket-rejected');
  sessions.touch(session.id);
  return { session, ticket };
}

/** Serves a session's control channel. When the channel closes, the session continues. */
function serve(channel: Channel, session: SessionInfo, { sessions, signIns, report }: GatewayOptions, onClosed: () => void): void {
  const stopListening = sessions.listen(session.id, {
    expiring: (at) => channel.send({ type: 'expiring', at }),
    ended(reason) {
      channel.send({ type: 'ended', reason });
      channel.close(closeCode.normal);
    },
  });
  channel.closed.addEventListener(
    'abort',
    () => {
      stopListening();
      onClosed();
    },
    { once: true },
  );

  channel.serve((message) => {
    if (message.type !== 'time') sessions.touch(session.id);
    switch (message.type) {
      case 'extend':
        sessions.extend(session.id).then(
          (expiresAt) => channel.send(expiresAt === null ? { type: 'extend-refused' } : { type: 'extended', expiresAt }),
          (error: unknown) => {
            report(error);
            channel.send({ type: 'extend-refused' });
          },
        );
        return;
      case 'time': {
        const known = sessions.list().find(({ id }) => id === session.id);
        if (known) channel.send({ type: 'time', expiresAt: known.expiresAt });
        return;
      }
      case 'portal-sign-in':
        channel.send({ type: 'portal-sign-in', ...signIns.mint(session.userId) });
        return;
      case 'bye':
        // The listener tells the client once the end is on disk
        sessions.end(session.id, 'signed-out').catch(report);
    }
  });
}
