/** Packets on a byte stream: each with its length before it, two bytes, big-endian. */
export function framed(packet: Uint8Array): Buffer {
  const frame = Buffer.alloc(2 + packet.length);
  frame.writeUInt16BE(packet.length);
  frame.set(packet, 2);
  return frame;
}

/** Cuts a byte stream into its packets, however the bytes arrive. */
export class FrameReader {
  #waiting: Uint8Array = Buffer.alloc(0);

  push(bytes: Buffer): Buffer[] {
    const all = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    const packets: Buffer[] = [];
    let at = 0;
    while (all.length - at >= 2 && all.length - at >= 2 + all.readUInt16BE(at)) {
      const end = at + 2 + all.readUInt16BE(at);
      packets.push(all.subarray(at + 2, end));
      at = end;
    }
    this.#waiting = all.subarray(at);
    return packets;
  }
}
