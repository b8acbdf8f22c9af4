import type { PacketBatch } from '../ip-stack/packet-link.ts';

/** Reads and writes many packets on one datagram socket, without waiting. */
export interface Datagrams {
  /** A packet that somebody else has read goes here, with the socket's own prefix. */
  readonly first: Uint8Array;
  /**
   * Takes what waits on the socket, up to a batch. Its memory is reused by the next call.
   *
   * @param firstLength how many bytes are in {@link first}; 0 if nobody has read a packet
   */
  receive(firstLength: number): PacketBatch;
  /** Copies packets that {@link send} will send. All earlier ones must have been sent. */
  load(batch: PacketBatch): void;
  /** Sends what was loaded. False: the socket is full, and the rest waits. */
  send(): boolean;
  /** The first packet that waits, as it goes on the socket. Null: none. */
  readonly waiting: Uint8Array | null;
  /** The first packet that waits was sent by somebody else. */
  sentFirst(): void;
}

/** How many packets go in one batch, as many as the stack takes at once. */
export const batchPackets = 64;

/** Slots of one size in one buffer, which are read into, and then moved together. */
export class ReceiveSlots {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lengths = new Uint32Array(batchPackets);

  /** @param prefix bytes before each packet that are not the packet's own */
  constructor(
    readonly slotBytes: number,
    private readonly prefix: number,
  ) {
    this.bytes = new Uint8Array(batchPackets * slotBytes);
  }

  slot(index: number): Uint8Array {
    return this.bytes.subarray(index * this.slotBytes, (index + 1) * this.slotBytes);
  }

  /** Moves the packets of the first `count` slots together. `lengths` holds what was read into each slot; empty ones are left out. */
  pack(count: number): PacketBatch {
    const { bytes, lengths, slotBytes, prefix } = this;
    let packed = 0;
    let end = 0;
    for (let index = 0; index < count; index++) {
      const length = (lengths[index] ?? 0) - prefix;
      if (length <= 0) continue;
      const from = index * slotBytes + prefix;
      if (from !== end) bytes.copyWithin(end, from, from + length);
      lengths[packed++] = length;
      end += length;
    }
    return { bytes, lengths, count: packed };
  }
}
