import { checksum, ipHeaderBytes, newIp, protocols, pseudoHeader, type IpPacket } from './ip.ts';

/** UDP (RFC 768). */
export interface Datagram {
  sourcePort: number;
  destinationPort: number;
  data: Buffer;
}

const headerBytes = 8;

/** Reads a datagram. Null when its length or checksum is wrong. */
export function readUdp({ source, destination, payload }: IpPacket): Datagram | null {
  if (payload.length < headerBytes) return null;
  const length = payload.readUInt16BE(4);
  if (length < headerBytes || length > payload.length) return null;
  const datagram = payload.subarray(0, length);
  // 0: the sender made no checksum
  const hasChecksum = payload.readUInt16BE(6) !== 0;
  if (hasChecksum && checksum(datagram, pseudoHeader(protocols.udp, source, destination, length)) !== 0) return null;
  return { sourcePort: payload.readUInt16BE(0), destinationPort: payload.readUInt16BE(2), data: datagram.subarray(headerBytes) };
}

/** Makes the packet of a datagram. */
export function newUdp(source: number, destination: number, { sourcePort, destinationPort, data }: Datagram): Buffer {
  const length = headerBytes + data.length;
  const packet = newIp(protocols.udp, source, destination, length);
  const datagram = packet.subarray(ipHeaderBytes);
  datagram.writeUInt16BE(sourcePort, 0);
  datagram.writeUInt16BE(destinationPort, 2);
  datagram.writeUInt16BE(length, 4);
  datagram.writeUInt16BE(0, 6);
  data.copy(datagram, headerBytes);
  // A sum of 0 is sent as all ones, because 0 means "none"
  datagram.writeUInt16BE(checksum(datagram, pseudoHeader(protocols.udp, source, destination, length)) || 0xffff, 6);
  return packet;
}
