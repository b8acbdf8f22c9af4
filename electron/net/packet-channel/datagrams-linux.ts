import koffi from 'koffi';
import type { PacketBatch } from '../ip-stack/packet-link.ts';
import { batchPackets, ReceiveSlots, type Datagrams } from './datagrams.ts';
import { largestPacket } from './packet-channel.ts';

/**
 * Many packets a system call, with `recvmmsg` and `sendmmsg`. The tables of pointers that the calls need are in buffers of
 * their own, never in the stack's memory, where a fault in the stack could change them.
 */

/** `struct mmsghdr` and `struct iovec` of 64-bit Linux: sizes, and where the fields are that we set. */
const header = { bytes: 64, iovec: 16, iovecCount: 24, length: 56 } as const;
const iovec = { bytes: 16, length: 8 } as const;
/** `MSG_DONTWAIT` and `MSG_NOSIGNAL`. */
const flags = 0x4040;
/** A packet that was cut off is as long as its slot, and longer than any that the stack takes. */
const slotBytes = largestPacket + 64;

type Call = (fd: number, messages: Uint8Array, count: number, flags: number, timeout?: null) => number;

/** `recvmmsg`'s or `sendmmsg`'s table for one buffer. */
class Table {
  /** One allocation, so that headers can point at vectors. */
  private readonly words = new Uint32Array((batchPackets * (header.bytes + iovec.bytes)) / 4);
  readonly headers = new Uint8Array(this.words.buffer, 0, batchPackets * header.bytes);
  private readonly buffer: number;

  constructor(buffer: Uint8Array) {
    this.buffer = Number(koffi.address(buffer));
    const own = Number(koffi.address(this.headers));
    for (let index = 0; index < batchPackets; index++) {
      this.setPointer(index * header.bytes + header.iovec, own + batchPackets * header.bytes + index * iovec.bytes);
      this.words[(index * header.bytes + header.iovecCount) / 4] = 1;
    }
  }

  /** Sets which part of the buffer a message is. */
  setPart(index: number, at: number, length: number): void {
    const vector = batchPackets * header.bytes + index * iovec.bytes;
    this.setPointer(vector, this.buffer + at);
    this.words[(vector + iovec.length) / 4] = length;
  }

  /** How many bytes the system read into a message. */
  lengthOf(index: number): number {
    return this.words[(index * header.bytes + header.length) / 4] ?? 0;
  }

  /** Addresses are below 2^53 on every 64-bit Linux: it uses 48 bits, or 57 only if asked to. */
  private setPointer(at: number, address: number): void {
    this.words[at / 4] = address % 2 ** 32;
    this.words[at / 4 + 1] = Math.floor(address / 2 ** 32);
  }
}

class BatchedDatagrams implements Datagrams {
  private readonly slots = new ReceiveSlots(slotBytes, 0);
  private readonly out = new Uint8Array(batchPackets * largestPacket);
  private readonly inTable = new Table(this.slots.bytes);
  private readonly outTable = new Table(this.out);
  private readonly starts = new Uint32Array(batchPackets + 1);
  /** For each count of packets read before: the headers that are left. */
  private readonly inHeaders = [0, 1].map((read) => this.inTable.headers.subarray(read * header.bytes));
  private from = 0;
  private count = 0;
  readonly first = this.slots.slot(0);

  constructor(
    private readonly fd: number,
    private readonly recvmmsg: Call,
    private readonly sendmmsg: Call,
  ) {
    for (let index = 0; index < batchPackets; index++) this.inTable.setPart(index, index * slotBytes, slotBytes);
  }

  receive(firstLength: number): PacketBatch {
    const read = firstLength > 0 ? 1 : 0;
    const { lengths } = this.slots;
    const headers = this.inHeaders[read] ?? this.inTable.headers;
    const more = Math.max(0, this.recvmmsg(this.fd, headers, batchPackets - read, flags, null));
    if (read === 1) lengths[0] = firstLength;
    for (let index = read; index < read + more; index++) lengths[index] = this.inTable.lengthOf(index);
    return this.slots.pack(read + more);
  }

  load({ bytes, lengths, count }: PacketBatch): void {
    let end = 0;
    for (let index = 0; index < count; index++) {
      const length = lengths[index] ?? 0;
      this.starts[index] = end;
      this.outTable.setPart(index, end, length);
      end += length;
    }
    this.starts[count] = end;
    this.out.set(bytes.subarray(0, end));
    this.from = 0;
    this.count = count;
  }

  send(): boolean {
    while (this.from < this.count) {
      const headers = this.outTable.headers.subarray(this.from * header.bytes);
      const sent = this.sendmmsg(this.fd, headers, this.count - this.from, flags);
      if (sent > 0) this.from += sent;
      else if (koffi.errno() === koffi.os.errno['EAGAIN']) return false;
      // The library has closed its end, or will not have this packet: it is lost, as on any link
      else this.from += 1;
    }
    return true;
  }

  get waiting(): Uint8Array | null {
    return this.from < this.count ? this.out.subarray(this.starts[this.from], this.starts[this.from + 1]) : null;
  }

  sentFirst(): void {
    this.from += 1;
  }
}

/** Null if this system's C library lacks one of the calls. */
export function batchedDatagrams(fd: number): Datagrams | null {
  try {
    const c = koffi.load(null);
    const recvmmsg = c.func('int recvmmsg(int, void *, uint, int, void *)') as Call;
    const sendmmsg = c.func('int sendmmsg(int, void *, uint, int)') as Call;
    return new BatchedDatagrams(fd, recvmmsg, sendmmsg);
  } catch {
    return null;
  }
}
