import type { Duplex } from 'node:stream';
import type { PacketLink } from '../../../campus/tunnel-network/network.ts';
import { encapsulation, type Encapsulation, type EncapsulationKind } from './encapsulation.ts';
import { PppPeer, type PppPlan } from './peer.ts';
import { ProtocolViolation } from './violation.ts';

export interface LinkEvents {
  /** The client asks for an address: LCP is open. */
  onAsked(): void;
  /** `mtu`: the largest packet that the client takes. */
  onReady(mtu: number): void;
  onPacket(packet: Buffer): void;
  onWritable(): void;
  /** The client broke its protocol. The connection is closed next. */
  onViolation(violation: string): void;
  onClosed(): void;
}

/** A client is closed if it has not agreed on everything by then. */
const handshakeTimeoutMs = 15_000;
/** How many bytes may wait for the client before connections pause, and before packets are dropped. */
const pauseBytes = 64 * 1024;
const dropBytes = 256 * 1024;
/**
 * OpenConnect drops an HDLC frame that does not end in the TLS record in which it began (`unhdlc_in_place`). So each write
 * has whole frames and fits a TLS record, which holds 16 KiB, and no write waits in the socket, where Node would join it
 * with others.
 */
const writeBytes = 16_000;

/** One client's tunnel connection: PPP inside TLS. It never throws, whatever the client sends. */
export class PppLink implements PacketLink {
  readonly peer: PppPeer;
  private readonly frames: Encapsulation;
  private readonly queue: Buffer[] = [];
  private queuedBytes = 0;
  private isWriting = false;
  /** Whether packets may go both ways. */
  isReady = false;
  private wasFull = false;
  private closed = false;
  private isFrozen = false;
  private readonly handshake: NodeJS.Timeout;

  constructor(
    private readonly socket: Duplex,
    kind: EncapsulationKind,
    plan: PppPlan,
    private readonly events: LinkEvents,
  ) {
    this.frames = encapsulation(kind);
    this.peer = new PppPeer(plan, {
      send: (frame, asyncMap) => this.enqueue(this.frames.wrap(frame, asyncMap)),
      onAsked: () => events.onAsked(),
      onReady: (mtu) => {
        this.isReady = true;
        clearTimeout(this.handshake);
        events.onReady(mtu);
      },
      onPacket: (packet) => events.onPacket(packet),
      onTerminated: () => this.close(),
    });
    this.handshake = setTimeout(() => {
      events.onViolation('PPP: nothing agreed on in time');
      this.close();
    }, handshakeTimeoutMs);
  }

  /** Starts reading. `head`: the bytes that came after the request's header. */
  start(head: Buffer): void {
    const { socket } = this;
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.on('end', () => this.close());
    socket.once('close', () => this.close());
    this.peer.start();
    if (head.length > 0) this.receive(head);
    socket.resume();
  }

  get writable(): boolean {
    return this.isReady && !this.closed && this.queuedBytes < pauseBytes;
  }

  send(packet: Buffer): void {
    if (!this.isReady || this.queuedBytes > dropBytes) return;
    this.peer.sendPacket(packet);
    if (!this.writable) this.wasFull = true;
  }

  /** From now on the gateway neither hears nor says anything, and does not close: a router between them has forgotten the connection. */
  freeze(): void {
    this.isFrozen = true;
    this.queue.length = 0;
    this.queuedBytes = 0;
    this.socket.pause();
  }

  /** Closes without telling the client. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.handshake);
    this.queue.length = 0;
    this.socket.destroy();
    this.events.onClosed();
  }

  private receive(bytes: Buffer): void {
    try {
      for (const { frame, hasBareControls } of this.frames.unwrap(bytes)) {
        if (this.closed || this.isFrozen) return;
        this.peer.receive(frame, hasBareControls);
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.events.onViolation(error.message);
      this.close();
    }
  }

  private enqueue(bytes: Buffer): void {
    if (this.closed || this.isFrozen) return;
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
    if (this.isWriting) return;
    this.isWriting = true;
    // Runs after everything that the same packets cause
    setImmediate(() => this.write());
  }

  private write(): void {
    const batch: Buffer[] = [];
    let size = 0;
    for (let next = this.queue[0]; next && (batch.length === 0 || size + next.length <= writeBytes); next = this.queue[0]) {
      batch.push(next);
      size += next.length;
      this.queue.shift();
    }
    if (this.closed || batch.length === 0) {
      this.isWriting = false;
      return;
    }
    this.queuedBytes -= size;
    this.socket.write(Buffer.concat(batch), () => this.write());
    if (this.wasFull && this.writable) {
      this.wasFull = false;
      this.events.onWritable();
    }
  }
}
