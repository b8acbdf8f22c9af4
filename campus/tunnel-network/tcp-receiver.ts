import type { Socket } from 'node:net';
import { ByteBuffer, smallBytes } from '../../shared/byte-buffer.ts';
import { advance, distance } from './tcp-segment.ts';

/** How many bytes of one connection may wait for its target. */
export const receiveLimitBytes = 128 * 1024;

export interface ReceiverOptions {
  /** The sequence number of the first byte. */
  first: number;
  /** The largest segment that the peer sends. A wider window is announced once it has grown by two of them. */
  maxSegment: number;
  /** By how many bits our windows are shifted on the wire. */
  scale: number;
  target: Socket;
  /** Sends an acknowledgment now. */
  acknowledge(): void;
}

/**
 * The receiving half of a connection (RFC 9293, 3.10.7.4): passes bytes to the target in order. The window is what the target
 * has room for. A segment after a gap is dropped, not kept: the link does not reorder, so gaps come only with a new link, and
 * the peer sends everything again anyway.
 */
export class TcpReceiver {
  private nextSequence: number;
  /** What the target has not taken yet. */
  private waiting = 0;
  private announced = 0;
  private unacknowledgedSegments = 0;
  private soon: NodeJS.Immediate | undefined;
  private ended = false;
  private readonly small: ByteBuffer;

  constructor(private readonly options: ReceiverOptions) {
    this.nextSequence = options.first;
    this.small = new ByteBuffer((bytes) => this.pass(bytes));
    options.target.on('drain', () => this.small.flush());
  }

  /** RCV.NXT. */
  get next(): number {
    return this.nextSequence;
  }

  /** The peer sent FIN and everything before it. */
  get isDone(): boolean {
    return this.ended;
  }

  /** The window for the next segment, as on the wire. Call it only when the segment is then sent. */
  announce(): number {
    clearImmediate(this.soon);
    this.soon = undefined;
    this.unacknowledgedSegments = 0;
    this.announced = Math.min(this.window >>> this.options.scale, 0xffff);
    return this.announced;
  }

  /** Takes the data and the FIN of a segment. Every part outside the window is dropped and acknowledged again. */
  take(sequence: number, data: Buffer, hasEnd: boolean): void {
    const length = data.length + (hasEnd ? 1 : 0);
    const old = distance(this.nextSequence, sequence);
    if (old < 0 || old >= length || this.ended) {
      if (length > 0) this.options.acknowledge();
      return;
    }
    const fresh = data.subarray(old, Math.min(data.length, old + this.window));
    if (fresh.length > 0) this.deliver(fresh);
    if (hasEnd && old + fresh.length === data.length) {
      this.ended = true;
      this.nextSequence = advance(this.nextSequence, 1);
      this.small.flush();
      this.options.target.end();
      this.options.acknowledge();
      return;
    }
    this.acknowledgeSoon();
  }

  close(): void {
    clearImmediate(this.soon);
    this.soon = undefined;
  }

  private get window(): number {
    return Math.max(0, receiveLimitBytes - this.waiting);
  }

  private deliver(bytes: Buffer): void {
    const { target } = this.options;
    this.nextSequence = advance(this.nextSequence, bytes.length);
    this.waiting += bytes.length;
    if (target.writableNeedDrain && bytes.length < smallBytes) {
      this.small.add(bytes);
      return;
    }
    this.small.flush();
    // Copied, because the packet is part of a larger buffer that would otherwise stay in memory as long as this piece
    this.pass(Buffer.from(bytes));
  }

  private pass(bytes: Uint8Array): void {
    this.options.target.write(bytes, () => {
      this.waiting -= bytes.length;
      const wider = this.window - this.announced * 2 ** this.options.scale;
      if (!this.ended && wider >= Math.min(receiveLimitBytes / 2, 2 * this.options.maxSegment) && this.announcedIsNarrow()) {
        this.options.acknowledge();
      }
    });
  }

  /** A window update is worth a segment only when the peer may be waiting for one. */
  private announcedIsNarrow(): boolean {
    return this.announced * 2 ** this.options.scale < receiveLimitBytes / 4;
  }

  /** Acknowledges every second segment at once, and a single one after the packets that came with it (RFC 9293, 3.8.6.3). */
  private acknowledgeSoon(): void {
    this.unacknowledgedSegments += 1;
    if (this.unacknowledgedSegments >= 2) this.options.acknowledge();
    else this.soon ??= setImmediate(() => this.options.acknowledge());
  }
}
