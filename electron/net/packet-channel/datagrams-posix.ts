import type { PacketBatch } from '../ip-stack/packet-link.ts';
import { batchPackets, ReceiveSlots, type Datagrams } from './datagrams.ts';
import { largestPacket } from './packet-channel.ts';
import type { SocketCalls } from './socket-calls.ts';

/**
 * The address family that goes before each packet on the tun devices of macOS, four bytes, big-endian: `TUN_HAS_AF_PREFIX` in
 * OpenConnect's `tun.c`. The numbers are macOS's `AF_INET` and `AF_INET6`.
 */
const families = { bytes: 4, ip4: 2, ip6: 30 } as const;

/** One packet a system call, for systems without `recvmmsg`. */
export class SingleDatagrams implements Datagrams {
  private readonly prefix: number;
  private readonly slots: ReceiveSlots;
  private readonly slotViews: readonly Uint8Array[];
  private readonly out: Uint8Array;
  private readonly ends = new Uint32Array(batchPackets);
  private from = 0;
  private count = 0;
  readonly first: Uint8Array;

  /** @param withFamily whether the library writes and expects the address family before each packet, as on macOS */
  constructor(
    private readonly fd: number,
    private readonly calls: SocketCalls,
    withFamily: boolean,
  ) {
    this.prefix = withFamily ? families.bytes : 0;
    this.slots = new ReceiveSlots(this.prefix + largestPacket + 64, this.prefix);
    this.slotViews = Array.from({ length: batchPackets }, (_, index) => this.slots.slot(index));
    this.first = this.slots.slot(0);
    this.out = new Uint8Array(batchPackets * (this.prefix + largestPacket));
  }

  receive(firstLength: number): PacketBatch {
    const { lengths, slotBytes } = this.slots;
    let count = 0;
    if (firstLength > 0) lengths[count++] = firstLength;
    for (const slot of this.slotViews.slice(count)) {
      const length = this.calls.receive(this.fd, slot, slotBytes);
      if (length < 0) break;
      lengths[count++] = length;
    }
    return this.slots.pack(count);
  }

  load(batch: PacketBatch): void {
    let from = 0;
    let at = 0;
    for (let index = 0; index < batch.count; index++) {
      const length = batch.lengths[index] ?? 0;
      this.out.set(batch.bytes.subarray(from, from + length), at + this.prefix);
      if (this.prefix > 0) this.out.set([0, 0, 0, (batch.bytes[from] ?? 0) >> 4 === 6 ? families.ip6 : families.ip4], at);
      from += length;
      at += this.prefix + length;
      this.ends[index] = at;
    }
    this.from = 0;
    this.count = batch.count;
  }

  send(): boolean {
    for (let { waiting } = this; waiting; { waiting } = this) {
      if (this.calls.send(this.fd, waiting, waiting.length) < 0 && this.calls.wouldWait()) return false;
      // If it failed otherwise, the library has closed its end: the packet is lost, as on any link
      this.from += 1;
    }
    return true;
  }

  get waiting(): Uint8Array | null {
    if (this.from >= this.count) return null;
    return this.out.subarray(this.from === 0 ? 0 : this.ends[this.from - 1], this.ends[this.from]);
  }

  sentFirst(): void {
    this.from += 1;
  }
}
