import type { Duplex } from 'node:stream';
import type { PacketLink } from '../tunnel-network/network.ts';
import { NcReader } from './reader.ts';
import { clientMtu, dataRecord, endRecord, helloAccepted, isHello, maxHelloBytes, messageTypes, packetsIn, record } from './wire.ts';

export interface LinkEvents {
  /** The client is ready for packets. */
  onReady(clientMtu: number | null): void;
  onPacket(packet: Buffer): void;
  onWritable(): void;
  onClosed(): void;
}

/** A client is closed if it has not sent its hello and confirmed its configuration by then. */
const handshakeTimeoutMs = 15_000;
/** How many bytes may wait for the client before connections pause, and before packets are dropped. */
const pauseBytes = 64 * 1024;
const dropBytes = 256 * 1024;
/**
 * OpenConnect wants both bytes of a record's length in one TLS record (`oncp_record_read`), which holds 16 KiB. So each write
 * has whole oNCP records and fits a TLS record, and no write waits in the socket, where Node would join it with others.
 */
const writeBytes = 16_000;
/** The part of the configuration in one record: OpenConnect 9.01 reads each with one TLS read. */
const configurationPartBytes = 8_000;

/** One client's tunnel connection: handshake, packets, end. It never throws, whatever the client sends. */
export class NcLink implements PacketLink {
  private readonly reader = new NcReader(maxHelloBytes);
  private readonly queue: Buffer[] = [];
  private queuedBytes = 0;
  private isWriting = false;
  private isReady = false;
  private isEnding = false;
  private wasFull = false;
  private closed = false;
  private handshake: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: Duplex,
    private readonly configuration: Buffer,
    private readonly events: LinkEvents,
  ) {}

  /** Starts reading. `head`: the bytes that came after the request's header. */
  start(head: Buffer): void {
    const { socket } = this;
    this.handshake = setTimeout(() => this.close(), handshakeTimeoutMs);
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.on('end', () => this.close());
    socket.once('close', () => this.close());
    if (head.length > 0) this.receive(head);
    socket.resume();
  }

  get writable(): boolean {
    return this.isReady && !this.isEnding && !this.closed && this.queuedBytes < pauseBytes;
  }

  send(packet: Buffer): void {
    if (!this.isReady || this.isEnding || this.queuedBytes > dropBytes) return;
    this.enqueue(dataRecord(packet));
    if (!this.writable) this.wasFull = true;
  }

  /** Tells the client that its session is over, then closes. */
  end(reason: number): void {
    if (this.isEnding || this.closed) return;
    this.isEnding = true;
    this.queue.length = 0;
    this.queuedBytes = 0;
    if (this.isReady) this.enqueue(endRecord(reason));
    else this.close();
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
    for (const input of this.reader.read(bytes)) {
      if (this.closed) return;
      if (input.kind === 'message') this.onMessage(input.type, input.body);
      else if (input.kind === 'hello' && isHello(input.body)) this.sendConfiguration();
      else this.close();
    }
  }

  private sendConfiguration(): void {
    this.enqueue(helloAccepted);
    for (let at = 0; at < this.configuration.length; at += configurationPartBytes) {
      this.enqueue(record(this.configuration.subarray(at, at + configurationPartBytes)));
    }
  }

  private onMessage(type: number, body: Buffer): void {
    if (type === messageTypes.clientSettings && !this.isReady) {
      this.isReady = true;
      clearTimeout(this.handshake);
      this.events.onReady(clientMtu(body));
    } else if (type === messageTypes.data) {
      for (const packet of packetsIn(body)) this.events.onPacket(packet);
    }
    // Keys for ESP, its switch, and unknown messages are ignored
  }

  private enqueue(bytes: Buffer): void {
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
    if (this.isWriting) return;
    this.isWriting = true;
    // Runs after everything that the same packets cause
    setImmediate(() => this.write());
  }

  /** Writes the next data. Before the client is ready, it writes one record at a time, because each must be a TLS record of its own. */
  private write(): void {
    if (this.closed) return;
    const batch: Buffer[] = [];
    let size = 0;
    for (
      let next = this.queue[0];
      next && (batch.length === 0 || (this.isReady && size + next.length <= writeBytes));
      next = this.queue[0]
    ) {
      batch.push(next);
      size += next.length;
      this.queue.shift();
    }
    this.queuedBytes -= size;
    this.socket.write(batch.length === 1 ? (batch[0] ?? Buffer.alloc(0)) : Buffer.concat(batch), () => this.onWritten());
    if (this.wasFull && this.writable) {
      this.wasFull = false;
      this.events.onWritable();
    }
  }

  private onWritten(): void {
    if (this.queue.length > 0) {
      this.write();
      return;
    }
    this.isWriting = false;
    if (this.isEnding) this.socket.end(() => this.close());
  }
}
