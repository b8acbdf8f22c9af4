import { checksum, ipHeaderBytes, newIp, protocols, pseudoHeader, type IpPacket } from './ip.ts';

/** A TCP segment (RFC 9293, 3.1) with the options that a connection begins with. */
export interface Segment {
  sourcePort: number;
  destinationPort: number;
  /** Both modulo 2^32. */
  sequence: number;
  acknowledgment: number;
  flags: number;
  /** As on the wire: not yet scaled. */
  window: number;
  data: Buffer;
  /** The largest segment that the sender takes (RFC 9293, 3.7.1), in bytes of data. */
  maxSegment?: number;
  /** By how many bits the sender's windows are shifted (RFC 7323, 2). */
  windowScale?: number;
}

export const flags = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

/** The length of a header without options, in bytes. */
export const tcpHeaderBytes = 20;
const optionKinds = { end: 0, nothing: 1, maxSegment: 2, windowScale: 3 } as const;

/** How far `a` is after `b`, modulo 2^32: negative when it is before (RFC 9293, 3.4). */
export const distance = (a: number, b: number): number => (a - b) | 0;
/** Adds to a sequence number. */
export const advance = (sequence: number, by: number): number => (sequence + by) >>> 0;

/** Reads a segment. Null when its lengths or its checksum are wrong. */
export function readTcp({ source, destination, payload }: IpPacket): Segment | null {
  if (payload.length < tcpHeaderBytes) return null;
  const headerBytes = (payload.readUInt8(12) >> 4) * 4;
  if (headerBytes < tcpHeaderBytes || headerBytes > payload.length) return null;
  if (checksum(payload, pseudoHeader(protocols.tcp, source, destination, payload.length)) !== 0) return null;
  return {
    sourcePort: payload.readUInt16BE(0),
    destinationPort: payload.readUInt16BE(2),
    sequence: payload.readUInt32BE(4),
    acknowledgment: payload.readUInt32BE(8),
    flags: payload.readUInt8(13),
    window: payload.readUInt16BE(14),
    data: payload.subarray(headerBytes),
    ...readOptions(payload.subarray(tcpHeaderBytes, headerBytes)),
  };
}

/** Reads the options that we know and skips the others. Stops at the first that is malformed. */
function readOptions(options: Buffer): Pick<Segment, 'maxSegment' | 'windowScale'> {
  const found: Pick<Segment, 'maxSegment' | 'windowScale'> = {};
  let at = 0;
  while (at < options.length) {
    const kind = options.readUInt8(at);
    if (kind === optionKinds.end) break;
    if (kind === optionKinds.nothing) {
      at += 1;
      continue;
    }
    const length = options[at + 1] ?? 0;
    if (length < 2 || at + length > options.length) break;
    if (kind === optionKinds.maxSegment && length === 4) found.maxSegment = options.readUInt16BE(at + 2);
    // RFC 7323, 2.3: a larger shift counts as 14
    if (kind === optionKinds.windowScale && length === 3) found.windowScale = Math.min(14, options.readUInt8(at + 2));
    at += length;
  }
  return found;
}

/** What {@link newTcp} writes. The data comes from `fill`, so that it is copied once. */
export interface NewSegment extends Omit<Segment, 'data'> {
  dataBytes: number;
  fill?: (room: Buffer) => void;
}

/** Makes the packet of a segment. */
export function newTcp(source: number, destination: number, segment: NewSegment): Buffer {
  const options = newOptions(segment);
  const length = tcpHeaderBytes + options.length + segment.dataBytes;
  const packet = newIp(protocols.tcp, source, destination, length);
  const tcp = packet.subarray(ipHeaderBytes);
  tcp.writeUInt16BE(segment.sourcePort, 0);
  tcp.writeUInt16BE(segment.destinationPort, 2);
  tcp.writeUInt32BE(segment.sequence, 4);
  tcp.writeUInt32BE(segment.acknowledgment, 8);
  tcp.writeUInt8(((tcpHeaderBytes + options.length) / 4) << 4, 12);
  tcp.writeUInt8(segment.flags, 13);
  tcp.writeUInt16BE(segment.window, 14);
  tcp.writeUInt32BE(0, 16);
  options.copy(tcp, tcpHeaderBytes);
  segment.fill?.(tcp.subarray(tcpHeaderBytes + options.length));
  tcp.writeUInt16BE(checksum(tcp, pseudoHeader(protocols.tcp, source, destination, length)), 16);
  return packet;
}

const noOptions = Buffer.alloc(0);

/** The options, filled up to a multiple of four bytes. */
function newOptions({ maxSegment, windowScale }: NewSegment): Buffer {
  if (maxSegment === undefined && windowScale === undefined) return noOptions;
  const segmentOption = maxSegment === undefined ? [] : [optionKinds.maxSegment, 4, maxSegment >> 8, maxSegment & 0xff];
  const scaleOption = windowScale === undefined ? [] : [optionKinds.nothing, optionKinds.windowScale, 3, windowScale];
  return Buffer.from([...segmentOption, ...scaleOption]);
}
