import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { fail, failureOf, type FailureCode } from '../../shared/failure.ts';
import { ByteBuffer, smallBytes } from '../../shared/byte-buffer.ts';
import { keepAlive } from '../../shared/keep-alive.ts';
import { relayMuxOver } from '../../shared/relay-link.ts';
import { RelayProtocolError, type RelayMux, type MuxStream } from '../../shared/relay-mux.ts';
import { relayProtocol, type RefusalReason } from '../../shared/relay-protocol.ts';
import { withDeadline } from '../net/deadline.ts';
import { openWebSocket } from '../net/websocket.ts';
import type { Tunnel, TunnelEnding, TunnelEngine } from './tunnel.ts';

const closeTimeoutMs = 800;

/** The client's end of the relay tunnel, version 1 (`docs/protocol.md`). */
export const relayTunnel: TunnelEngine = {
  async open(grant, signal) {
    if (grant.kind !== 'relay') throw fail('internal', undefined, { detail: `relay for ${grant.kind}` });
    const { socket, connection } = await openWebSocket(grant.endpoint, grant.verifier, {
      path: grant.relayPath,
      subprotocol: relayProtocol.subprotocol,
      headers: { authorization: `Bearer ${grant.ticket}` },
      maxPayload: relayProtocol.maxFrameBytes,
      timeoutMs: 15_000,
      signal,
    });
    return new RelayTunnel(socket, connection, grant.endpoint.host);
  },
};

class RelayTunnel implements Tunnel {
  readonly ended: Promise<TunnelEnding>;
  private readonly mux: RelayMux;
  private received = 0;
  private sent = 0;
  private closing = false;
  private broken = false;

  constructor(
    private readonly socket: WebSocket,
    below: Duplex,
    host: string,
  ) {
    this.mux = relayMuxOver(socket, below, {
      allocate: (bytes) => Buffer.allocUnsafeSlow(bytes),
      sent: (bytes) => (this.sent += bytes),
    });
    socket.on('message', (data, isBinary) => this.receive(isBinary && Buffer.isBuffer(data) ? data : null));
    keepAlive(socket, relayProtocol);
    this.ended = new Promise((resolve) => {
      // 'close' follows with the details
      socket.once('error', () => socket.terminate());
      socket.once('close', (code, reason) => {
        this.mux.close();
        resolve(
          this.closing
            ? { kind: 'closed' }
            : { kind: 'dropped', failure: fail('tunnel-dropped', { host }, { detail: `${code} ${String(reason)}`.trim() }).failure },
        );
      });
    });
  }

  dial(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    if (this.socket.readyState !== this.socket.OPEN) return Promise.reject(fail('tunnel-down'));
    const stream = new RelayStream();
    const bound = {
      signal,
      ms: relayProtocol.openTimeoutMs + 2_000,
      late: () => fail('host-unreachable', { host }, { detail: 'timed out' }),
      release: () => stream.destroy(),
    };
    return withDeadline<Duplex>(bound, (done, failed) => {
      const refused = (reason: RefusalReason): void => failed(fail(failureForRefusal[reason], { host, port }));
      stream.attach(this.mux, host, port, () => done(stream), refused);
    });
  }

  traffic(): { received: number; sent: number } {
    return { received: this.received, sent: this.sent };
  }

  async answers(timeoutMs: number): Promise<boolean> {
    return (await this.roundTrip(timeoutMs)) !== null;
  }

  roundTrip(timeoutMs: number): Promise<number | null> {
    return new Promise((resolve) => {
      const askedAt = performance.now();
      const settle = (ms: number | null): void => {
        clearTimeout(timer);
        this.socket.off('pong', pong).off('close', closed);
        resolve(ms);
      };
      const pong = (): void => settle(performance.now() - askedAt);
      const closed = (): void => settle(null);
      const timer = setTimeout(closed, timeoutMs);
      this.socket.once('pong', pong).once('close', closed);
      if (this.socket.readyState === this.socket.OPEN) this.socket.ping();
      else closed();
    });
  }

  abandon(): void {
    this.socket.terminate();
  }

  async close(): Promise<void> {
    this.closing = true;
    this.mux.close();
    this.socket.close(1000);
    const timer = setTimeout(() => this.socket.terminate(), closeTimeoutMs);
    await this.ended;
    clearTimeout(timer);
  }

  private receive(message: Buffer | null): void {
    if (this.broken) return;
    if (message === null) {
      this.breakOff(1003);
      return;
    }
    this.received += message.length;
    try {
      this.mux.receive(message);
    } catch (error) {
      if (!(error instanceof RelayProtocolError)) throw error;
      this.breakOff(1002, failureOf(error).detail?.slice(0, 100));
    }
  }

  /** The gateway broke the protocol. Tells it so, ignores the rest, and closes without waiting long. */
  private breakOff(code: 1002 | 1003, why?: string): void {
    this.broken = true;
    this.mux.close('protocol');
    this.socket.close(code, why);
    const timer = setTimeout(() => this.socket.terminate(), closeTimeoutMs);
    this.socket.once('close', () => clearTimeout(timer));
  }
}

const failureForRefusal = {
  'not-allowed': 'host-not-allowed',
  'unreachable': 'host-unreachable',
  'name-unknown': 'host-name-unknown',
  'timed-out': 'host-unreachable',
  'busy': 'tunnel-refused',
  'reset': 'tunnel-down',
  'protocol': 'tunnel-down',
} as const satisfies Record<RefusalReason, FailureCode>;

/** One stream of the relay as a Node stream, with half-close and back-pressure in both directions. */
class RelayStream extends Duplex {
  private stream: MuxStream | null = null;
  private written: (() => void) | null = null;
  /** Bytes pushed beyond what the reader wants now. The sender gets credit for them when the reader reads again. */
  private unread = 0;
  /** Small chunks of those bytes, collected before they are pushed. */
  private readonly small = new ByteBuffer((bytes) => this.push(bytes));

  constructor() {
    super({ allowHalfOpen: true, highWaterMark: relayProtocol.maxDataBytes });
    // The stream may break before the caller has it, and an unhandled error would end the process
    this.on('error', () => undefined);
  }

  /** Opens the stream in `mux`. Calls `opened` or `refused` once, unless destroyed before. */
  attach(mux: RelayMux, host: string, port: number, opened: () => void, refused: (reason: RefusalReason) => void): void {
    // Set to null after opening, so that its closures can be freed
    let opening: { opened: () => void; refused: (reason: RefusalReason) => void } | null = { opened, refused };
    this.stream = mux.open(host, port, {
      opened: () => {
        opening?.opened();
        opening = null;
      },
      data: (payload) => {
        if (this.unread > 0 && payload.length < smallBytes) {
          this.small.add(payload);
          this.unread += payload.length;
          return;
        }
        this.small.flush();
        if (this.push(payload)) this.stream?.consumed(payload.length);
        else this.unread += payload.length;
      },
      writable: () => this.release(),
      end: () => {
        this.small.flush();
        this.push(null);
      },
      broken: (reason) => {
        if (opening) opening.refused(reason);
        else this.destroy(fail('tunnel-dropped', undefined, { detail: reason }));
      },
    });
  }

  override _read(): void {
    if (this.unread === 0) return;
    this.small.flush();
    this.stream?.consumed(this.unread);
    this.unread = 0;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.stream?.write(chunk) !== false) done();
    else this.written = done;
  }

  override _final(done: () => void): void {
    this.stream?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.stream?.reset();
    this.release();
    done(error);
  }

  private release(): void {
    const written = this.written;
    this.written = null;
    written?.();
  }
}
