import type { Socket } from 'node:net';

/** How bytes currently travel in one direction. */
export type Carriage =
  | { kind: 'pass' }
  | { kind: 'latency'; ms: number }
  | { kind: 'bandwidth'; bytesPerSecond: number }
  /** Nothing passes. What waits is delivered when the line works again, as TCP's own retransmission would. */
  | { kind: 'dead' }
  /** Other bytes than those that were sent: `bytes` once for each message, or as many as there were. */
  | { kind: 'garbage'; bytes?: Buffer };

/** A thin line buffers little, so that it slows the sender. A long line buffers everything in transit. */
const roomOf = (carriage: Carriage): number => (carriage.kind === 'latency' ? 32 * 1024 * 1024 : 256 * 1024);
/** How many pieces a second a thin line carries. */
const piecesPerSecond = 50;

/** One direction of a connection: what came in and has not gone out yet, in order. */
export class Lane {
  private readonly waiting: { bytes: Buffer; since: number }[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private lineFreeAt = 0;
  private sink: Socket | null = null;
  private awaitsDrain = false;
  private ending: 'end' | 'reset' | null = null;

  constructor(
    private readonly source: Socket,
    private readonly how: () => Carriage,
  ) {}

  /** The destination. Bytes wait until it is known. */
  into(sink: Socket): void {
    this.sink = sink;
    this.pump();
  }

  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.waiting.push({ bytes, since: performance.now() });
    this.waitingBytes += bytes.length;
    this.pump();
    if (this.waitingBytes > roomOf(this.how())) this.source.pause();
  }

  /** Ends the other side in the same way, after the waiting bytes. */
  finish(how: 'end' | 'reset'): void {
    this.ending ??= how;
    this.pump();
  }

  /** Carries what can be carried now, and schedules the rest. */
  pump(): void {
    clearTimeout(this.timer);
    const { sink } = this;
    if (!sink || sink.destroyed) return;
    for (let head = this.waiting[0]; head; head = this.waiting[0]) {
      const carriage = this.how();
      if (carriage.kind === 'dead' || this.awaitsDrain) return;
      const wait = this.dueAt(head.since, carriage) - performance.now();
      if (wait > 0) {
        this.timer = setTimeout(() => this.pump(), Math.ceil(wait));
        return;
      }
      const roomy = this.write(sink, this.take(head, carriage), carriage);
      if (!roomy) {
        this.awaitsDrain = true;
        sink.once('drain', () => {
          this.awaitsDrain = false;
          this.pump();
        });
      }
    }
    if (this.how().kind === 'dead') return;
    if (this.ending === 'end') sink.end();
    if (this.ending === 'reset') sink.resetAndDestroy();
    if (!this.source.destroyed) this.source.resume();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.sink = null;
  }

  private dueAt(since: number, carriage: Carriage): number {
    if (carriage.kind === 'latency') return since + carriage.ms;
    return carriage.kind === 'bandwidth' ? this.lineFreeAt : 0;
  }

  /** The next piece to carry, from the head of the queue. */
  private take(head: { bytes: Buffer }, carriage: Carriage): Buffer {
    const most = carriage.kind === 'bandwidth' ? Math.max(1, Math.floor(carriage.bytesPerSecond / piecesPerSecond)) : head.bytes.length;
    const piece = head.bytes.subarray(0, most);
    head.bytes = head.bytes.subarray(most);
    if (head.bytes.length === 0) this.waiting.shift();
    this.waitingBytes -= piece.length;
    return piece;
  }

  private write(sink: Socket, piece: Buffer, carriage: Carriage): boolean {
    if (carriage.kind === 'bandwidth') this.lineFreeAt = performance.now() + (piece.length * 1000) / carriage.bytesPerSecond;
    if (carriage.kind === 'garbage') return sink.write(carriage.bytes ?? piece.map((byte) => byte ^ 0xa5));
    return sink.write(piece);
  }
}
