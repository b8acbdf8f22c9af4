import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import type { PacketBatch, PacketLink } from '../ip-stack/packet-link.ts';
import { batchPackets, type Datagrams } from './datagrams.ts';
import { batchedDatagrams } from './datagrams-linux.ts';
import { SingleDatagrams } from './datagrams-posix.ts';
import type { PacketChannel } from './packet-channel.ts';
import { socketCalls, type SocketCalls } from './socket-calls.ts';

/**
 * After this many packets, the channel waits a millisecond before it reads again. Otherwise each packet would wake this thread,
 * and a batch would hold only two or three.
 */
const manyPackets = 6;
const readAgainMs = 1;

/** How the packets go through the socket. The tests try each on Linux. */
export type PosixVariant = 'batched' | 'single' | 'with-family';

/**
 * A pair of datagram sockets. One end is the library's; the other is watched by the event loop, which costs nothing while
 * nothing comes, and wakes faster than a thread that waits would (docs/performance.md).
 */
export class PosixPacketChannel implements PacketChannel {
  readonly tun: number;
  readonly #calls: SocketCalls;
  readonly #ours: number;
  readonly #datagrams: Datagrams;
  /** macOS says that a full socket is writable, so there a timer tries again. */
  readonly #retries: boolean;
  #watched: Socket | null = null;
  #onPackets: ((batch: PacketBatch) => void) | null = null;
  #onWritable: (() => void) | null = null;
  #timer: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(variant: PosixVariant = process.platform === 'darwin' ? 'with-family' : 'batched') {
    this.#calls = socketCalls();
    [this.#ours, this.tun] = this.#calls.datagramPair();
    const batched = variant === 'batched' ? batchedDatagrams(this.#ours) : null;
    this.#datagrams = batched ?? new SingleDatagrams(this.#ours, this.#calls, variant === 'with-family');
    this.#retries = process.platform !== 'linux';
  }

  readonly link: PacketLink = {
    send: (batch) => {
      if (this.#closed) return true;
      // The stack has been told to wait until these packets are sent
      if (this.#datagrams.waiting) return false;
      this.#datagrams.load(batch);
      return this.#sendOn();
    },
  };

  onPackets(listener: (batch: PacketBatch) => void): void {
    this.#onPackets = listener;
    if (!this.#closed) this.#watched ??= this.#watch();
  }

  onWritable(listener: () => void): void {
    this.#onWritable = listener;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
    this.#watched?.destroy();
    this.#calls.close(this.#ours);
    this.#calls.close(this.tun);
  }

  /**
   * Lets the event loop watch our end. Node takes no datagram socket of this family, so it is given a stream socket, whose
   * descriptor then becomes another one of our end before the event loop first looks at it. What a read returns is one packet.
   */
  #watch(): Socket {
    const [watchedFd, spare] = this.#calls.streamPair();
    const options: SocketConstructorOpts & { onread: OnReadOpts } = {
      fd: watchedFd,
      readable: true,
      writable: true,
      allowHalfOpen: true,
      onread: { buffer: this.#datagrams.first, callback: (length) => this.#onFirst(length) },
    };
    const watched = new Socket(options);
    this.#calls.replace(this.#ours, watchedFd);
    this.#calls.close(spare);
    watched.on('error', () => undefined);
    // An empty packet looks like the end of a stream, and an error closes it. Neither ends the channel
    watched.once('end', () => watched.destroy());
    watched.once('close', () => {
      if (!this.#closed) this.#watched = this.#watch();
    });
    return watched;
  }

  /** The event loop has read a packet. False: it stops watching. */
  #onFirst(length: number): boolean {
    if (!this.#deliver(length)) return true;
    this.#timer = setTimeout(() => this.#readAgain(), readAgainMs);
    return false;
  }

  #readAgain(): void {
    if (this.#closed) return;
    if (this.#deliver(0)) this.#timer = setTimeout(() => this.#readAgain(), readAgainMs);
    else this.#watched?.resume();
  }

  /** Reads a few batches of packets and lets other events have their turn. Returns whether there were {@link manyPackets}. */
  #deliver(firstLength: number): boolean {
    let total = 0;
    for (let round = 0, length = firstLength; round < 4 && !this.#closed; round++, length = 0) {
      const batch = this.#datagrams.receive(length);
      const { count } = batch;
      total += count;
      if (count > 0) this.#onPackets?.(batch);
      if (count < batchPackets) break;
    }
    return total >= manyPackets;
  }

  /** Sends what waits. False: the socket is full, and the event loop sends the next packet as soon as there is room. */
  #sendOn(): boolean {
    if (this.#datagrams.send()) return true;
    const { waiting } = this.#datagrams;
    if (!waiting) return true;
    if (this.#retries || !this.#watched || this.#watched.destroyed) this.#retry = setTimeout(() => this.#tryAgain(), readAgainMs);
    else
      this.#watched.write(waiting, () => {
        this.#datagrams.sentFirst();
        this.#tryAgain();
      });
    return false;
  }

  #tryAgain(): void {
    if (!this.#closed && this.#sendOn()) this.#onWritable?.();
  }
}
