import { messageHeaderBytes } from './wire.ts';

/** What a client sent, without the outer layers. `end`: a record of length 0, after which nothing can be read. */
export type NcInput = { kind: 'hello'; body: Buffer } | { kind: 'message'; type: number; body: Buffer } | { kind: 'end' };

/**
 * Reads records and messages from a client's bytes, in whatever pieces they arrive. The first record is the hello. From the
 * second on, a message may begin and end anywhere in a record. It buffers at most one record header, and one message or hello
 * of at most 64 KiB.
 */
export class NcReader {
  private readonly recordHeader = Buffer.alloc(2);
  private recordHeaderBytes = 0;
  private recordLeft = 0;
  private hello: Assembly | null = null;
  private isAfterHello = false;
  private readonly header = new Assembly(messageHeaderBytes);
  private body: Assembly | null = null;

  /** @param maxHelloBytes a longer first record ends the input */
  constructor(private readonly maxHelloBytes: number) {}

  /** Yields what these bytes complete. A `body` is valid only until the next step. */
  *read(bytes: Buffer): Generator<NcInput> {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.recordLeft > 0) {
        const part = rest.subarray(0, this.recordLeft);
        this.recordLeft -= part.length;
        rest = rest.subarray(part.length);
        yield* this.isAfterHello ? this.readMessages(part) : this.readHello(part);
        continue;
      }
      const part = rest.subarray(0, this.recordHeader.length - this.recordHeaderBytes);
      part.copy(this.recordHeader, this.recordHeaderBytes);
      this.recordHeaderBytes += part.length;
      rest = rest.subarray(part.length);
      if (this.recordHeaderBytes < this.recordHeader.length) return;
      this.recordHeaderBytes = 0;
      this.recordLeft = this.recordHeader.readUInt16LE(0);
      if (this.recordLeft === 0 || (!this.isAfterHello && this.recordLeft > this.maxHelloBytes)) {
        yield { kind: 'end' };
        return;
      }
    }
  }

  private *readHello(part: Buffer): Generator<NcInput> {
    this.hello ??= new Assembly(part.length + this.recordLeft);
    this.hello.take(part);
    if (!this.hello.isComplete()) return;
    this.isAfterHello = true;
    yield { kind: 'hello', body: this.hello.bytes };
    this.hello = null;
  }

  private *readMessages(part: Buffer): Generator<NcInput> {
    let rest = part;
    while (rest.length > 0) {
      if (!this.header.isComplete()) {
        rest = rest.subarray(this.header.take(rest));
        if (!this.header.isComplete()) return;
      }
      const length = this.header.bytes.readUInt16BE(18);
      // Most messages have arrived whole, and need no copy
      const whole = !this.body && rest.length >= length ? rest.subarray(0, length) : null;
      if (whole) rest = rest.subarray(length);
      else {
        this.body ??= new Assembly(length);
        rest = rest.subarray(this.body.take(rest));
        if (!this.body.isComplete()) return;
      }
      const body = whole ?? this.body?.bytes ?? Buffer.alloc(0);
      const type = this.header.bytes.readUInt16BE(6);
      this.body = null;
      this.header.clear();
      yield { kind: 'message', type, body };
    }
  }
}

/** A piece of known length that arrives in parts. */
class Assembly {
  readonly bytes: Buffer;
  private used = 0;

  constructor(length: number) {
    this.bytes = Buffer.allocUnsafeSlow(length);
  }

  isComplete(): boolean {
    return this.used === this.bytes.length;
  }

  /** Returns how many bytes it took. */
  take(bytes: Buffer): number {
    const count = bytes.copy(this.bytes, this.used);
    this.used += count;
    return count;
  }

  clear(): void {
    this.used = 0;
  }
}
