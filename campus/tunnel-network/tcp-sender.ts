import { SendBuffer } from './send-buffer.ts';
import { advance, distance, flags } from './tcp-segment.ts';

/** How many bytes wait for acknowledgment before the source is paused, and how large the source's pieces may be. */
const pauseBytes = 256 * 1024;
export const largestPieceBytes = 64 * 1024;

/** The first retransmission timeout (RFC 6298, 2.1) and the longest. After so many in a row without an answer the peer is gone. */
const firstTimeoutMs = 1_000;
const longestTimeoutMs = 8_000;
const maxTimeouts = 10;
/** How many duplicate acknowledgments mean that a segment was lost (RFC 5681, 3.2). */
const duplicatesOfLoss = 3;

export interface SenderOptions {
  /** The sequence number of the first byte. */
  first: number;
  /** The largest segment, in bytes of data. */
  maxSegment: number;
  /** Sends a segment; `fill` writes its data. */
  send(sequence: number, extraFlags: number, dataBytes: number, fill: (room: Buffer) => void): void;
  /** Whether the link takes another segment now. {@link TcpSender.output} must be called when it does again. */
  canSend(): boolean;
  /** The source may go on. */
  onRoom(): void;
  /** The peer has not answered for too long. */
  onGone(): void;
}

/**
 * The sending half of a connection (RFC 9293, 3.8): what the peer has not acknowledged, its window, and retransmission by a
 * timer. There is no congestion window: the only path is a TLS connection, which has its own congestion control and loses
 * nothing until it breaks.
 */
export class TcpSender {
  private readonly buffer = new SendBuffer(pauseBytes + largestPieceBytes);
  /** SND.UNA, SND.NXT, and the largest SND.NXT so far: a retransmission moves SND.NXT back. */
  private unacknowledged: number;
  private next: number;
  private highest: number;
  private window = 0;
  /** SND.WL1 and SND.WL2: the segment that set the window. */
  private windowFrom: { sequence: number; acknowledgment: number } | null = null;
  private hasEnd = false;
  private endAcknowledged = false;
  private duplicates = 0;
  /** What had been sent when a loss was noticed. Until it is acknowledged, there may be more gaps (RFC 6582). */
  private recovery: number | null = null;
  private timeouts = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: SenderOptions) {
    this.unacknowledged = this.next = this.highest = options.first;
  }

  /** The sequence number for segments without data: the largest one sent. */
  get sequence(): number {
    return this.highest;
  }

  get isDone(): boolean {
    return this.endAcknowledged;
  }

  isFull(): boolean {
    return this.buffer.length >= pauseBytes;
  }

  /** Takes a copy of at most {@link largestPieceBytes}. The source must pause while {@link isFull}. */
  write(bytes: Uint8Array): void {
    this.buffer.append(bytes);
    this.output();
  }

  /** Sends FIN after everything that was written. */
  end(): void {
    this.hasEnd = true;
    this.output();
  }

  /** Sends as much as window and link allow. */
  output(): void {
    while (this.options.canSend() && this.sendNext(false));
    this.setTimer();
  }

  /** Starts again from the first byte that is not acknowledged: the link is a new one, and may have lost everything. */
  restart(): void {
    this.next = this.unacknowledged;
    this.recovery = null;
    this.timeouts = 0;
    this.output();
  }

  /**
   * Handles the acknowledgment and the window of a segment.
   *
   * @param window in bytes, already scaled
   * @returns false when it acknowledges what was never sent
   */
  acknowledge(segment: { sequence: number; acknowledgment: number; window: number; isBare: boolean }): boolean {
    const { sequence, acknowledgment, window } = segment;
    if (distance(acknowledgment, this.highest) > 0) return false;
    const count = distance(acknowledgment, this.unacknowledged);
    if (count < 0) return true;
    const isDuplicate = count === 0 && segment.isBare && window === this.window && this.highest !== this.unacknowledged;
    this.setWindow(sequence, acknowledgment, window);
    this.timeouts = 0;
    if (count > 0) this.advanceTo(acknowledgment, count);
    else if (isDuplicate && (this.duplicates += 1) === duplicatesOfLoss) {
      this.recovery = this.highest;
      this.resendFirst();
    }
    this.output();
    return true;
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.buffer.drop(this.buffer.length);
  }

  private advanceTo(acknowledgment: number, count: number): void {
    const wasFull = this.isFull();
    const bytes = Math.min(count, this.buffer.length);
    this.buffer.drop(bytes);
    if (count > bytes) this.endAcknowledged = true;
    this.unacknowledged = acknowledgment;
    if (distance(this.next, acknowledgment) < 0) this.next = acknowledgment;
    this.duplicates = 0;
    if (this.recovery !== null && distance(this.recovery, acknowledgment) > 0) this.resendFirst();
    else this.recovery = null;
    this.timer?.refresh();
    if (wasFull && !this.isFull()) this.options.onRoom();
  }

  /** Only a segment that is not older than the last one sets the window (RFC 9293, 3.10.7.4). */
  private setWindow(sequence: number, acknowledgment: number, window: number): void {
    const last = this.windowFrom;
    const order = last ? distance(sequence, last.sequence) : 1;
    if (last && (order < 0 || (order === 0 && distance(acknowledgment, last.acknowledgment) < 0))) return;
    this.window = window;
    this.windowFrom = { sequence, acknowledgment };
  }

  /**
   * Sends the next segment. Without `force` only what the window allows, and no small piece that a wider window would make
   * larger (RFC 9293, 3.8.6.2.1). With `force` at least one byte or the FIN, into a closed window too.
   */
  private sendNext(force: boolean): boolean {
    const { maxSegment } = this.options;
    const sent = distance(this.next, this.unacknowledged);
    // The FIN has been sent
    if (sent > this.buffer.length || this.endAcknowledged) return false;
    const unsent = this.buffer.length - sent;
    const allowed = Math.max(this.window - sent, force ? 1 : 0);
    const bytes = Math.min(unsent, allowed, maxSegment);
    const isLast = bytes === unsent;
    const withEnd = this.hasEnd && isLast;
    if (bytes === 0 && !withEnd) return false;
    if (!force && !isLast && bytes < maxSegment && sent > 0) return false;
    this.send(this.next, bytes, withEnd);
    return true;
  }

  private send(from: number, bytes: number, withEnd: boolean): void {
    const offset = distance(from, this.unacknowledged);
    const isLast = offset + bytes === this.buffer.length;
    const extra = (withEnd ? flags.fin : 0) | (isLast && bytes > 0 ? flags.psh : 0);
    this.options.send(from, extra, bytes, (room) => this.buffer.copy(offset, room));
    const after = advance(from, bytes + (withEnd ? 1 : 0));
    if (distance(after, this.next) > 0) this.next = after;
    if (distance(after, this.highest) > 0) this.highest = after;
  }

  /** Fast retransmit of the first segment that is not acknowledged. */
  private resendFirst(): void {
    if (!this.options.canSend()) return;
    const bytes = Math.min(this.options.maxSegment, this.buffer.length);
    this.send(this.unacknowledged, bytes, this.hasEnd && bytes === this.buffer.length);
  }

  /** The timer runs while something is not acknowledged or waits for a closed window. */
  private setTimer(): void {
    const isWaiting = this.highest !== this.unacknowledged || this.buffer.length > 0 || (this.hasEnd && !this.endAcknowledged);
    if (!isWaiting) {
      clearTimeout(this.timer);
      this.timer = undefined;
    } else this.timer ??= setTimeout(() => this.onTimeout(), Math.min(firstTimeoutMs * 2 ** this.timeouts, longestTimeoutMs));
  }

  private onTimeout(): void {
    this.timer = undefined;
    // Without a link no timer is needed: `restart` or `close` follows
    if (this.options.canSend()) {
      this.timeouts += 1;
      if (this.timeouts > maxTimeouts) {
        this.options.onGone();
        return;
      }
      this.recovery = null;
      this.next = this.unacknowledged;
      this.sendNext(true);
    }
    this.setTimer();
  }
}
