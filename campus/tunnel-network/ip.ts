/** IPv4 (RFC 791), as much of it as a host at the end of a tunnel needs: no fragments and no options of its own. */

export const protocols = { icmp: 1, tcp: 6, udp: 17 } as const;

/** A received packet. `payload` is a view of the packet's bytes. */
export interface IpPacket {
  protocol: number;
  source: number;
  destination: number;
  payload: Buffer;
}

/** The length of a header without options, in bytes. */
export const ipHeaderBytes = 20;
const hops = 64;

/**
 * Reads a packet. Null for everything that this host does not accept: not IPv4, lengths that do not match, a wrong checksum,
 * or a fragment. The tunnel's MTU is pushed to the client, so a client of ours has no reason to send fragments.
 */
export function readIp(packet: Buffer): IpPacket | null {
  if (packet.length < ipHeaderBytes || packet.readUInt8(0) >> 4 !== 4) return null;
  const headerBytes = (packet.readUInt8(0) & 0x0f) * 4;
  const totalBytes = packet.readUInt16BE(2);
  if (headerBytes < ipHeaderBytes || totalBytes < headerBytes || totalBytes > packet.length) return null;
  // "More fragments", or an offset
  if ((packet.readUInt16BE(6) & 0x3fff) !== 0) return null;
  if (checksum(packet.subarray(0, headerBytes)) !== 0) return null;
  return {
    protocol: packet.readUInt8(9),
    source: packet.readUInt32BE(12),
    destination: packet.readUInt32BE(16),
    payload: packet.subarray(headerBytes, totalBytes),
  };
}

/** Makes a packet with room for `payloadBytes`, which the caller fills in after {@link ipHeaderBytes}. */
export function newIp(protocol: number, source: number, destination: number, payloadBytes: number): Buffer {
  const packet = Buffer.allocUnsafe(ipHeaderBytes + payloadBytes);
  packet.writeUInt16BE(0x4500, 0);
  packet.writeUInt16BE(packet.length, 2);
  // The identification matters for fragments only (RFC 6864). These have "Don't fragment"
  packet.writeUInt32BE(0x0000_4000, 4);
  packet.writeUInt8(hops, 8);
  packet.writeUInt8(protocol, 9);
  packet.writeUInt16BE(0, 10);
  packet.writeUInt32BE(source, 12);
  packet.writeUInt32BE(destination, 16);
  packet.writeUInt16BE(checksum(packet.subarray(0, ipHeaderBytes)), 10);
  return packet;
}

/** The Internet checksum (RFC 1071). 0 over bytes that contain a right checksum. `start`: a sum from {@link pseudoHeader}. */
export function checksum(bytes: Buffer, start = 0): number {
  let sum = start;
  const even = bytes.length & ~1;
  for (let at = 0; at < even; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (even < bytes.length) sum += (bytes[even] ?? 0) << 8;
  // A packet has at most 65,535 bytes, so the sum has at most 32 bits
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}

/** The sum over the pseudo header of TCP and UDP (RFC 9293, 3.1; RFC 768). */
export function pseudoHeader(protocol: number, source: number, destination: number, length: number): number {
  return (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff) + protocol + length;
}

/** `10.80.0.1` as a number. Throws on anything else. */
export function addressNumber(address: string): number {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) throw new RangeError(`not an IPv4 address: ${address}`);
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** The number of an address as people write it. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}
