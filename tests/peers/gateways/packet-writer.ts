import type { Duplex } from 'node:stream';
import type { PacketLink } from '../../../campus/tunnel-network/network.ts';

/** How many bytes may wait for the client before connections pause, and before packets are dropped. */
const pauseBytes = 64 * 1024;
const dropBytes = 256 * 1024;

/**
 * Sends a tunnel's packets to its client, each in a TLS record of its own, in which OpenConnect's GlobalProtect (`gpst_mainloop`)
 * and the Pulse of 9.01 (`pulse_mainloop`) look for exactly one. So each write waits for the one before: Node would join them.
 */
export class PacketWriter implements PacketLink {
  private readonly queue: Buffer[] = [];
  private queuedBytes = 0;
  private isWriting = false;
  private wasFull = false;

  /** @param frame puts a packet into its protocol's frame; called in the order of sending */
  constructor(
    private readonly socket: Duplex,
    private readonly frame: (packet: Buffer) => Buffer,
    private readonly onWritable: () => void,
  ) {}

  get writable(): boolean {
    return !this.socket.destroyed && this.queuedBytes < pauseBytes;
  }

  send(packet: Buffer): void {
    if (this.queuedBytes <= dropBytes) this.write(this.frame(packet));
    if (!this.writable) this.wasFull = true;
  }

  /** Sends something else in a record of its own. */
  write(bytes: Buffer): void {
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
    if (!this.isWriting) this.writeNext();
  }

  /** Closes the connection after what was sent. */
  end(): void {
    if (!this.isWriting) this.socket.end();
    else this.queue.push(Buffer.alloc(0));
  }

  /** Closes the connection without a word. */
  destroy(): void {
    this.socket.destroy();
  }

  private writeNext(): void {
    const next = this.queue.shift();
    this.isWriting = next !== undefined;
    if (!next) return;
    if (next.length === 0) {
      this.socket.end();
      return;
    }
    this.queuedBytes -= next.length;
    this.socket.write(next, () => this.writeNext());
    if (!this.wasFull || !this.writable) return;
    this.wasFull = false;
    this.onWritable();
  }
}
