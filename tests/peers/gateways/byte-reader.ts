import type { Readable } from 'node:stream';

/** A client sent something that no client of its protocol sends. A stand-in that meets one ends the connection, and its `stop` rejects. */
export class WireFault extends Error {}

/** Reads a connection in pieces of known length. What it returns rejects when the other side is gone. */
export class ByteReader {
  private readonly chunks: AsyncIterator<Buffer, undefined>;
  private held: Buffer = Buffer.alloc(0);

  constructor(incoming: Readable) {
    this.chunks = incoming[Symbol.asyncIterator]();
  }

  async exactly(count: number): Promise<Buffer> {
    while (this.held.length < count) await this.more();
    return this.take(count);
  }

  /** Everything up to `marker`, and the marker. Throws {@link WireFault} when it does not come within `maxBytes`. */
  async through(marker: string, maxBytes: number): Promise<Buffer> {
    for (;;) {
      const at = this.held.indexOf(marker);
      if (at >= 0) return this.take(at + marker.length);
      if (this.held.length > maxBytes) throw new WireFault(`no ${JSON.stringify(marker)} within ${maxBytes} bytes`);
      await this.more();
    }
  }

  private take(count: number): Buffer {
    const taken = this.held.subarray(0, count);
    this.held = this.held.subarray(count);
    return taken;
  }

  private async more(): Promise<void> {
    const next = await this.chunks.next();
    if (next.done === true) throw new Error('the client is gone');
    this.held = this.held.length === 0 ? next.value : Buffer.concat([this.held, next.value]);
  }
}

/** Checks that a frame holds exactly one packet of this version of IP. Throws {@link WireFault}. */
export function checkedPacket(packet: Buffer, version: 4 | 6): Buffer {
  const least = version === 4 ? 20 : 40;
  const isWhole = packet.length >= least && (version === 4 ? packet.readUInt16BE(2) : packet.readUInt16BE(4) + least) === packet.length;
  if (isWhole && packet.readUInt8(0) >> 4 === version) return packet;
  throw new WireFault(`a frame of ${packet.length} bytes without one packet of IPv${version}: ${packet.subarray(0, 40).toString('hex')}`);
}
