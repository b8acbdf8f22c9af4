import { randomInt } from 'node:crypto';
import net, { type Socket } from 'node:net';
import { ipHeaderBytes } from './ip.ts';
import { TcpReceiver, receiveLimitBytes } from './tcp-receiver.ts';
import { largestPieceBytes, TcpSender } from './tcp-sender.ts';
import { advance, distance, flags, newTcp, tcpHeaderBytes, type NewSegment, type Segment } from './tcp-segment.ts';

/** Where a connection leads: a local socket, or an address outside the tunnel. */
export type Target = { path: string } | { host: string; port: number };

export interface ConnectionOptions {
  /** The two ends inside the tunnel. */
  local: { address: number; port: number };
  remote: { address: number; port: number };
  /** The segment that asks for the connection. */
  syn: Segment;
  /** The tunnel's MTU. */
  mtu: number;
  /** Finds the target. Null: there is none, or the session may not reach it. */
  find: () => Promise<Target | null>;
  emit: (packet: Buffer) => void;
  canEmit: () => boolean;
  onClosed: () => void;
}

/** The shift for windows of {@link receiveLimitBytes} (RFC 7323, 2). */
const ownScale = Math.max(0, Math.ceil(Math.log2(receiveLimitBytes / 0xffff)));
/** The segment size of a peer that names none (RFC 9293, 3.7.1), and the smallest that we accept. */
const defaultMaxSegment = 536;
const smallestMaxSegment = 64;
const connectTimeoutMs = 10_000;
const handshakeTimeoutMs = 1_000;
const maxHandshakeTries = 6;
/** How long a closed connection still answers a repeated FIN. TIME-WAIT is short, because the link does not delay segments. */
const lingerMs = 1_000;

/** Shared by all connections: the data is copied out of it at once. */
const readBuffer = Buffer.allocUnsafeSlow(largestPieceBytes);

/**
 * One TCP connection that a client opened through the tunnel (RFC 9293, the passive side), joined to its target outside. The
 * target is connected before the client gets its SYN-ACK, so if the target refuses, the client's connection is refused.
 */
export class TcpConnection {
  private phase: 'connecting' | 'syn-received' | 'open' | 'lingering' | 'closed' = 'connecting';
  private readonly initial = randomInt(2 ** 32);
  private readonly scaled: boolean;
  private readonly maxSegment: number;
  private readonly sender: TcpSender;
  private receiver: TcpReceiver | null = null;
  private target: Socket | null = null;
  private handshakeTries = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ConnectionOptions) {
    const { syn, mtu } = options;
    this.scaled = syn.windowScale !== undefined;
    const ownMaxSegment = mtu - ipHeaderBytes - tcpHeaderBytes;
    this.maxSegment = Math.min(ownMaxSegment, Math.max(smallestMaxSegment, syn.maxSegment ?? defaultMaxSegment));
    this.sender = new TcpSender({
      first: advance(this.initial, 1),
      maxSegment: this.maxSegment,
      canSend: () => this.phase === 'open' && options.canEmit(),
      send: (sequence, extraFlags, dataBytes, fill) => this.send(flags.ack | extraFlags, { sequence, dataBytes, fill }),
      onRoom: () => this.target?.resume(),
      onGone: () => this.reset(),
    });
    void this.connect();
  }

  /** Handles a segment of this connection. */
  receive(segment: Segment): void {
    if (this.phase === 'closed') return;
    if ((segment.flags & flags.rst) !== 0) this.onReset(segment);
    else if ((segment.flags & flags.syn) !== 0) this.onSyn(segment);
    else if ((segment.flags & flags.ack) !== 0) this.onAcknowledged(segment);
  }

  /** Whether a SYN may begin a new connection between the same two ports (RFC 9293, 3.10.7.4, TIME-WAIT). */
  get isReplaceable(): boolean {
    return this.phase === 'lingering';
  }

  /** The link takes packets again. */
  output(): void {
    if (this.phase === 'open') this.sender.output();
  }

  /** There is a new link, and what was sent over the old one may be lost. */
  restart(): void {
    if (this.phase === 'syn-received') this.sendSynAck();
    if (this.phase !== 'open') return;
    this.sender.restart();
    this.acknowledge();
  }

  /** Ends the connection without telling the peer. */
  close(): void {
    if (this.phase === 'closed') return;
    this.phase = 'closed';
    clearTimeout(this.timer);
    this.sender.close();
    this.receiver?.close();
    this.target?.destroy();
    this.options.onClosed();
  }

  private async connect(): Promise<void> {
    let found: Target | null = null;
    try {
      found = await this.options.find();
    } catch {
      // Ignored, as if this host did not exist
    }
    if (this.phase !== 'connecting') return;
    if (!found) {
      this.reset();
      return;
    }
    const target = net.connect({
      ...found,
      allowHalfOpen: true,
      onread: {
        buffer: readBuffer,
        callback: (count, buffer) => {
          this.sender.write(buffer.subarray(0, count));
          return !this.sender.isFull();
        },
      },
    });
    this.target = target;
    this.timer = setTimeout(() => this.reset(), connectTimeoutMs);
    target.setNoDelay(true);
    target.once('connect', () => this.onConnected(target));
    target.on('end', () => {
      this.sender.end();
      this.closeIfDone();
    });
    // `close` follows, and says that there was an error
    target.on('error', () => undefined);
    target.once('close', (failed) => {
      if (failed) this.reset();
    });
  }

  private onConnected(target: Socket): void {
    if (this.phase !== 'connecting') return;
    this.phase = 'syn-received';
    this.receiver = new TcpReceiver({
      first: advance(this.options.syn.sequence, 1),
      maxSegment: this.maxSegment,
      scale: this.scaled ? ownScale : 0,
      target,
      acknowledge: () => this.acknowledge(),
    });
    this.sendSynAck();
  }

  /** Sends the SYN-ACK, and again until the handshake is complete. */
  private sendSynAck(): void {
    clearTimeout(this.timer);
    this.handshakeTries += 1;
    if (this.handshakeTries > maxHandshakeTries) {
      this.reset();
      return;
    }
    this.timer = setTimeout(() => this.sendSynAck(), handshakeTimeoutMs * 2 ** (this.handshakeTries - 1));
    this.send(flags.syn | flags.ack, {
      sequence: this.initial,
      // The window of a SYN is never scaled (RFC 7323, 2.2)
      window: Math.min(receiveLimitBytes, 0xffff),
      maxSegment: this.options.mtu - ipHeaderBytes - tcpHeaderBytes,
      ...(this.scaled ? { windowScale: ownScale } : {}),
    });
  }

  /** Only the exact next sequence number resets. Another one in the window gets a "challenge" (RFC 5961, 3.2). */
  private onReset({ sequence }: Segment): void {
    const expected = this.receiver?.next ?? advance(this.options.syn.sequence, 1);
    const ahead = distance(sequence, expected);
    if (ahead === 0 || this.phase === 'connecting') this.close();
    else if (ahead > 0 && ahead < receiveLimitBytes) this.acknowledge();
  }

  /** A repeated SYN gets its SYN-ACK again. Any other SYN is challenged (RFC 5961, 4.2). */
  private onSyn({ sequence }: Segment): void {
    if (this.phase === 'syn-received' && sequence === this.options.syn.sequence) this.sendSynAck();
    else if (this.phase === 'open') this.acknowledge();
  }

  private onAcknowledged(segment: Segment): void {
    const { receiver } = this;
    if (!receiver) return;
    if (this.phase === 'syn-received') {
      if (segment.acknowledgment !== advance(this.initial, 1)) {
        this.send(flags.rst, { sequence: segment.acknowledgment });
        return;
      }
      this.phase = 'open';
      clearTimeout(this.timer);
    }
    const { sequence, acknowledgment, data } = segment;
    const hasEnd = (segment.flags & flags.fin) !== 0;
    const window = segment.window * 2 ** (this.scaled ? (this.options.syn.windowScale ?? 0) : 0);
    if (!this.sender.acknowledge({ sequence, acknowledgment, window, isBare: data.length === 0 && !hasEnd })) {
      this.acknowledge();
      return;
    }
    if (data.length > 0 || hasEnd) receiver.take(sequence, data, hasEnd);
    // A keep-alive or a window probe has an old sequence number and wants an answer (RFC 9293, 3.8.4)
    else if (sequence !== receiver.next) this.acknowledge();
    this.closeIfDone();
  }

  /** Both sides have ended and acknowledged it. Waits a moment for a repeated FIN. */
  private closeIfDone(): void {
    if (this.phase !== 'open' || !this.sender.isDone || !this.receiver?.isDone) return;
    this.phase = 'lingering';
    this.timer = setTimeout(() => this.close(), lingerMs);
  }

  private acknowledge(): void {
    if (this.phase === 'open' || this.phase === 'lingering') this.send(flags.ack, { sequence: this.sender.sequence });
  }

  /** Tells the peer that the connection is broken, or refused if it never opened. */
  private reset(): void {
    if (this.phase === 'closed') return;
    this.send(flags.rst | flags.ack, { sequence: this.phase === 'connecting' ? 0 : this.sender.sequence });
    this.close();
  }

  private send(wireFlags: number, segment: Partial<NewSegment> & { sequence: number }): void {
    const { local, remote, syn, emit } = this.options;
    emit(
      newTcp(local.address, remote.address, {
        sourcePort: local.port,
        destinationPort: remote.port,
        acknowledgment: this.receiver?.next ?? advance(syn.sequence, 1),
        flags: wireFlags,
        window: segment.window ?? this.receiver?.announce() ?? 0,
        dataBytes: 0,
        ...segment,
      }),
    );
  }
}
