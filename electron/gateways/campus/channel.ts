import type { WebSocket } from 'ws';
import { accessProtocol, gatewayMessageSchema, type ClientMessage, type GatewayMessage } from '../../../shared/access-protocol.ts';
import { clockOffset } from '../../../shared/clocks.ts';
import { fail } from '../../../shared/failure.ts';
import { keepAlive } from '../../../shared/keep-alive.ts';
import { openWebSocket } from '../../net/websocket.ts';
import type { GatewayTarget } from '../gateway.ts';
import { EventQueue } from '../event-queue.ts';
import { inLocalTime } from './clock-offset.ts';

const connectTimeoutMs = 15_000;
const closeTimeoutMs = 800;

/** The access protocol over one WebSocket. Every message is parsed by its schema. */
export class Channel {
  /** Finishes when the socket closes. An unreadable message also ends it, with `gateway-protocol`. */
  readonly messages = new EventQueue<GatewayMessage>();
  /** Why the channel ended, once it has. */
  failure: Error | null = null;
  /** How far our clock is ahead of the gateway's, by its last message. */
  clockAhead = 0;
  private readonly closed: Promise<void>;

  private constructor(
    private readonly socket: WebSocket,
    { host, now }: GatewayTarget,
  ) {
    socket.on('message', (data, isBinary) => {
      const read = isBinary || !Buffer.isBuffer(data) ? null : readMessage(data, now());
      if (read) this.clockAhead = read.ahead;
      if (read) this.messages.push(inLocalTime(read.message, read.ahead));
      else this.finish(fail('gateway-protocol', { host }, { detail: 'the message cannot be read' }));
    });
    socket.on('error', (cause) => this.finish(fail('gateway-protocol', { host }, { detail: cause.message, cause })));
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.finish(fail('gateway-closed', { host }, { detail: `${code} ${String(reason)}`.trim() }));
        resolve();
      });
    });
    keepAlive(socket, accessProtocol, () => this.finish(fail('gateway-silent', { host })));
  }

  /** Connects and sends hello. `resume` is the ticket of a session to resume. */
  static async open(target: GatewayTarget, signal: AbortSignal, resume?: string): Promise<Channel> {
    const { socket } = await openWebSocket(target, target.verifier, {
      path: accessProtocol.path,
      subprotocol: accessProtocol.subprotocol,
      maxPayload: accessProtocol.maxMessageBytes,
      timeoutMs: connectTimeoutMs,
      signal,
    });
    const channel = new Channel(socket, target);
    const { name: client, version, installation } = target.client;
    channel.send({ type: 'hello', client, version, installation, ...(resume === undefined ? {} : { resume }) });
    return channel;
  }

  send(message: ClientMessage): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Drops a connection that no longer responds. */
  abandon(): void {
    this.socket.terminate();
  }

  /** Closes the connection, and terminates it after `closeTimeoutMs`. */
  async close(): Promise<void> {
    this.socket.close(1000);
    const timer = setTimeout(() => this.socket.terminate(), closeTimeoutMs);
    await this.closed;
    clearTimeout(timer);
  }

  private finish(failure: Error): void {
    if (this.failure) return;
    this.failure = failure;
    this.messages.end();
    this.socket.terminate();
  }
}

function readMessage(data: Buffer, now: number): { message: GatewayMessage; ahead: number } | null {
  try {
    const raw: unknown = JSON.parse(data.toString('utf8'));
    return { message: gatewayMessageSchema.parse(raw), ahead: clockOffset(raw, now) };
  } catch {
    return null; // broken JSON or the wrong shape: the caller treats both alike
  }
}
