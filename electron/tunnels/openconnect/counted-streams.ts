import type { FramedStream } from '../../net/stream-channel/framed-stream.ts';
import type { TrafficCount } from '../tunnel.ts';

/** The open streams through one tunnel, and the bytes that all its streams have carried. */
export class CountedStreams {
  private readonly open = new Set<FramedStream>();
  private closed: TrafficCount = { received: 0, sent: 0 };

  add(stream: FramedStream): void {
    // The stream may break before the caller has it, and an unhandled error would end the process
    stream.on('error', () => undefined);
    this.open.add(stream);
    stream.once('close', () => {
      this.open.delete(stream);
      this.closed = plus(this.closed, bytesOf(stream));
    });
  }

  traffic(): TrafficCount {
    return [...this.open].map(bytesOf).reduce(plus, this.closed);
  }

  /** Ends all of them. */
  breakOff(error?: Error): void {
    for (const stream of this.open) stream.destroy(error);
  }
}

const plus = (one: TrafficCount, other: TrafficCount): TrafficCount => ({
  received: one.received + other.received,
  sent: one.sent + other.sent,
});

const bytesOf = ({ bytesRead, bytesWritten }: FramedStream): TrafficCount => ({ received: bytesRead, sent: bytesWritten });
