import type { PacketBatch, PacketLink } from '../ip-stack/packet-link.ts';
import { closePipe, Operation, pipePair, SystemMemory, Waiter } from './message-pipe-windows.ts';
import { largestPacket, type PacketChannel } from './packet-channel.ts';

/** Writes that may be pending at once, beyond what the pipe holds. */
const slots = 64;
/** Packets that are given to the listener at once. */
const batchSize = 64;
/** Bytes of the longest message. Packets from the library have lengths of 16 bits. */
const longest = 65_536;

/**
 * The channel on Windows: a named pipe that keeps the boundaries of messages. Each operation is overlapped, and waits are in
 * other threads, so the event loop never blocks. The library waits when the pipe is full, so reading goes on whenever the
 * event loop turns, and {@link PacketChannel.close} makes such a wait fail. The library closes its own end after its main loop.
 */
export class WindowsPacketChannel implements PacketChannel {
  readonly tun: number;
  readonly link: PacketLink = { send: (batch) => this.writer.send(batch) };
  private readonly pipe: number;
  private readonly reader: Reader;
  private readonly writer: Writer;
  private closed = false;

  constructor() {
    const { ours, theirs } = pipePair();
    [this.pipe, this.tun] = [ours, theirs];
    [this.reader, this.writer] = [new Reader(ours), new Writer(ours)];
  }

  onPackets(listener: (batch: PacketBatch) => void): void {
    this.reader.start(listener);
  }

  onWritable(listener: () => void): void {
    this.writer.onWritable = listener;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    closePipe(this.pipe);
    this.reader.close();
    this.writer.close();
  }
}

/** Reads messages until the library closes its end. */
class Reader {
  private readonly memory = new SystemMemory(batchSize * largestPacket + longest);
  private readonly lengths = new Uint32Array(batchSize);
  private readonly operation = new Operation();
  private readonly waiter = new Waiter();
  private listener: ((batch: PacketBatch) => void) | null = null;
  private count = 0;
  /** Where the next message goes. */
  private end = 0;
  private closed = false;

  constructor(private readonly pipe: number) {}

  start(listener: (batch: PacketBatch) => void): void {
    const isFirst = this.listener === null;
    this.listener = listener;
    if (isFirst) this.read();
  }

  close(): void {
    this.closed = true;
    this.waiter.close(() => this.operation.close());
  }

  /** Reads what is there, gives it away, and waits for more. */
  private read(): void {
    while (!this.closed && this.count < batchSize && this.end + longest <= this.memory.bytes.length) {
      const progress = this.operation.start('read', this.pipe, this.memory.at(this.end), longest);
      if (progress === 'done') {
        this.take();
        continue;
      }
      const at = this.end;
      this.deliver();
      if (progress === 'pending' && !this.isClosed) this.wait(at);
      return;
    }
    this.deliver();
    // Other events have their turn in between
    if (!this.isClosed) setImmediate(() => this.read());
  }

  /** Waits for the message that will be at that place. */
  private wait(at: number): void {
    this.waiter.until(this.operation.event, () => {
      const { progress } = this.operation;
      if (progress === 'pending') this.wait(at);
      if (progress !== 'done') return;
      this.memory.bytes.copyWithin(0, at, at + this.operation.bytes);
      this.take();
      this.read();
    });
  }

  private take(): void {
    this.lengths[this.count++] = this.operation.bytes;
    this.end += this.operation.bytes;
  }

  private deliver(): void {
    const { count, end, lengths } = this;
    [this.count, this.end] = [0, 0];
    if (count > 0 && !this.closed) this.listener?.({ bytes: this.memory.bytes.subarray(0, end), lengths, count });
  }

  /** The listener may have closed it. */
  private get isClosed(): boolean {
    return this.closed;
  }
}

/** Writes messages in order, as many at once as there are slots. */
class Writer {
  onWritable: () => void = () => undefined;
  private readonly memory = new SystemMemory(slots * largestPacket);
  private readonly operations = Array.from({ length: slots }, () => new Operation());
  private readonly waiter = new Waiter();
  /** The slot of the next message. Windows ends writes in the order in which they began. */
  private next = 0;
  /** Copies of messages for which there was no slot. */
  private waiting: Uint8Array[] = [];
  private closed = false;

  constructor(private readonly pipe: number) {}

  send({ bytes, lengths, count }: PacketBatch): boolean {
    if (this.closed) return true;
    const wasWaiting = this.waiting.length > 0;
    let at = 0;
    for (const length of lengths.subarray(0, count)) {
      const message = bytes.subarray(at, at + length);
      if (this.waiting.length > 0 || !this.write(message)) this.waiting.push(Uint8Array.from(message));
      at += length;
    }
    if (this.waiting.length === 0) return true;
    if (!wasWaiting) this.wait();
    return false;
  }

  close(): void {
    this.closed = true;
    this.waiting = [];
    this.waiter.close(() => {
      for (const each of this.operations) each.close();
    });
  }

  /** False: no slot is free. A write that fails is for a library that has ended: nobody misses the packet. */
  private write(message: Uint8Array): boolean {
    const operation = this.operations[this.next];
    if (!operation || operation.progress === 'pending') return false;
    const at = this.next * largestPacket;
    if (message.length <= largestPacket) {
      this.memory.bytes.set(message, at);
      operation.start('write', this.pipe, this.memory.at(at), message.length);
    }
    this.next = (this.next + 1) % slots;
    return true;
  }

  private wait(): void {
    const oldest = this.operations[this.next];
    if (!oldest) return;
    this.waiter.until(oldest.event, () => {
      const written = this.waiting.findIndex((message) => !this.write(message));
      this.waiting.splice(0, written < 0 ? this.waiting.length : written);
      if (this.waiting.length > 0) this.wait();
      else this.onWritable();
    });
  }
}
