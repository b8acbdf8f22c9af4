import type { IncomingMessage } from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { onAbort } from '../../shared/abort.ts';
import type { GrantTarget } from '../../shared/access-protocol.ts';
import { ByteBuffer, smallBytes } from '../../shared/byte-buffer.ts';
import { keepAlive } from '../../shared/keep-alive.ts';
import { relayMuxOver } from '../../shared/relay-link.ts';
import { RelayProtocolError, type MuxStream } from '../../shared/relay-mux.ts';
import { relayProtocol, type RefusalReason } from '../../shared/relay-protocol.ts';
import { allowedBy, type RelayTarget } from './grant.ts';

/** A session as the relay sees it. */
export interface RelaySession {
  readonly id: string;
  readonly targets: readonly GrantTarget[];
  /** Notes activity: the idle time starts again. */
  touch(bytes: number): void;
  /** Aborts when the session ends, with a `SessionEnd` as its reason. The relay then closes too. */
  readonly ended: AbortSignal;
}

export interface RelayOptions {
  authorize(ticket: string): RelaySession | null;
  /** Null: no such name. */
  resolve(host: string, port: number): Promise<RelayTarget | null>;
}

export interface RelayServer {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** The gateway's side of the relay, version 1 (`docs/protocol.md`). Each session has one WebSocket. A new one replaces it. */
export function createRelayServer(options: RelayOptions): RelayServer {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: relayProtocol.maxFrameBytes,
    handleProtocols: (protocols) => (protocols.has(relayProtocol.subprotocol) ? relayProtocol.subprotocol : false),
  });
  const current = new Map<string, WebSocket>();

  return {
    handleUpgrade(request, socket, head) {
      const ticket = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(request.headers.authorization ?? '')?.[1];
      const session = ticket === undefined ? null : options.authorize(ticket);
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
      if (!session) refuseUpgrade(socket, '401 Unauthorized');
      else if (!offered.includes(relayProtocol.subprotocol)) refuseUpgrade(socket, '400 Bad Request');
      else {
        server.handleUpgrade(request, socket, head, (link) => {
          current.get(session.id)?.close(4001, 'replaced');
          current.set(session.id, link);
          link.once('close', () => {
            if (current.get(session.id) === link) current.delete(session.id);
          });
          serve(link, socket, session, options);
        });
      }
    },
    close() {
      for (const link of current.values()) link.terminate();
      server.close();
    },
  };
}

/** How long a client that broke the protocol may take to close its side before it is cut off. */
const closeTimeoutMs = 800;

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function serve(socket: WebSocket, below: Duplex, session: RelaySession, options: RelayOptions): void {
  const mux = relayMuxOver(socket, below, {
    allocate: (bytes) => Buffer.allocUnsafeSlow(bytes),
    sent: (bytes) => session.touch(bytes),
    accept: (stream, host, port) => void connect(stream, host, port, session, options),
  });
  let broken = false;
  /** Handles a protocol error: tells the client, ignores its further messages and does not wait for it. */
  const breakOff = (code: 1002 | 1003, why?: string): void => {
    broken = true;
    mux.close('protocol');
    socket.close(code, why);
    const timer = setTimeout(() => socket.terminate(), closeTimeoutMs);
    socket.once('close', () => clearTimeout(timer));
  };
  socket.on('message', (data, isBinary) => {
    if (broken) return;
    if (!isBinary || !Buffer.isBuffer(data)) {
      breakOff(1003);
      return;
    }
    session.touch(data.length);
    try {
      mux.receive(data);
    } catch (error) {
      if (!(error instanceof RelayProtocolError)) throw error;
      breakOff(1002, error.message);
    }
  });
  const end = (): void => socket.close(4000, 'session ended');
  const off = onAbort(session.ended, end);
  socket.once('close', () => {
    off();
    mux.close();
  });
  // `close` follows at once after an error. Without a listener the error would end the process
  socket.on('error', () => socket.terminate());
  keepAlive(socket, relayProtocol);
}

/** The buffer for reading from targets. It is large, so that a fast target needs few reads, and shared, since a stream copies its data. */
const readBuffer = Buffer.allocUnsafeSlow(4 * relayProtocol.maxDataBytes);

/** Opens the target of one stream. Never rejects: it sends every outcome as a frame. */
async function connect(stream: MuxStream, host: string, port: number, session: RelaySession, options: RelayOptions): Promise<void> {
  // Data that arrives before the target is connected waits here. The window limits it
  const early = new Early();
  const stopped = new AbortController();
  stream.events = {
    data: (payload) => early.take(payload),
    end: () => {
      early.ended = true;
    },
    broken: () => stopped.abort(),
  };
  const target = await reachable(host, port, session, options);
  if (stopped.signal.aborted) return;
  if (typeof target === 'string') {
    stream.refuse(target);
    return;
  }
  const socket = net.connect({
    ...target,
    allowHalfOpen: true,
    onread: { buffer: readBuffer, callback: (bytes, buffer) => stream.write(buffer.subarray(0, bytes)) },
  });
  const timer = setTimeout(() => {
    stream.refuse('timed-out');
    socket.destroy();
  }, relayProtocol.openTimeoutMs);
  onAbort(stopped.signal, () => socket.destroy());
  socket.once('connect', () => {
    clearTimeout(timer);
    stream.confirm();
    join(stream, socket, early);
  });
  // A failure before the connection refuses the stream. A later one resets it
  socket.on('error', () => {
    if (socket.pending) stream.refuse('unreachable');
  });
  socket.once('close', () => clearTimeout(timer));
}

/** The data that came before the target was connected. */
class Early {
  ended = false;
  private readonly payloads: Uint8Array[] = [];
  private readonly small = new ByteBuffer((bytes) => this.payloads.push(bytes));

  take(payload: Uint8Array): void {
    if (payload.length < smallBytes) {
      this.small.add(payload);
      return;
    }
    this.small.flush();
    this.payloads.push(Buffer.from(payload));
  }

  all(): readonly Uint8Array[] {
    this.small.flush();
    return this.payloads;
  }
}

/** The target of a stream, or why it is refused. */
async function reachable(host: string, port: number, session: RelaySession, options: RelayOptions): Promise<RelayTarget | RefusalReason> {
  if (!session.targets.some((grant) => grant.ports.includes(port))) return 'not-allowed';
  let target: RelayTarget | null = null;
  try {
    target = await options.resolve(host, port);
  } catch {
    // An unknown name. Whether the client may learn that is decided below
  }
  // Check the resolved address, which is the one to connect to
  if (!allowedBy(session.targets, host, port, target)) return 'not-allowed';
  return target ?? 'name-unknown';
}

/** Copies bytes in both directions between a stream and its target, with backpressure. */
function join(stream: MuxStream, socket: net.Socket, early: Early): void {
  socket.setNoDelay(true);
  const write = (payload: Uint8Array): void => {
    socket.write(payload, () => stream.consumed(payload.length));
  };
  const small = new ByteBuffer(write);
  const toTarget = (payload: Uint8Array): void => {
    if (socket.writableNeedDrain && payload.length < smallBytes) {
      small.add(payload);
      return;
    }
    small.flush();
    write(payload);
  };
  const end = (): void => {
    small.flush();
    socket.end();
  };
  socket.on('drain', () => small.flush());
  stream.events = {
    data: toTarget,
    writable: () => socket.resume(),
    end,
    broken: () => socket.destroy(),
  };
  for (const payload of early.all()) toTarget(payload);
  if (early.ended) end();
  socket.on('end', () => stream.end());
  socket.on('close', (failed) => {
    if (failed) stream.reset();
  });
}
