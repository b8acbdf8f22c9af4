import fc from 'fast-check';

/** Who sends and who gets a packet. IPv4 or IPv6 addresses, both of one kind. */
export interface Ends {
  from: string;
  to: string;
  fromPort: number;
  toPort: number;
}

export const tcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;
const tcp = 6;
const udp = 17;

/** A whole IP packet with a right checksum, so that a stack looks at what is inside. */
export function ipPacket(from: string, to: string, protocol: number, body: Buffer, fragment = 0): Buffer {
  const six = from.includes(':');
  const header = Buffer.alloc(six ? 40 : 20);
  if (six) {
    header[0] = 0x60;
    header.writeUInt16BE(body.length, 4);
    header[6] = protocol;
    header[7] = 64;
    addressBytes(from).copy(header, 8);
    addressBytes(to).copy(header, 24);
  } else {
    header[0] = 0x45;
    header.writeUInt16BE((20 + body.length) & 0xffff, 2);
    header.writeUInt16BE(fragment, 6);
    header[8] = 64;
    header[9] = protocol;
    addressBytes(from).copy(header, 12);
    addressBytes(to).copy(header, 16);
    header.writeUInt16BE(checksum(header), 10);
  }
  return Buffer.concat([header, body]);
}

export function tcpPacket(
  ends: Ends,
  fields: { seq: number; ack: number; flags: number; window: number; options: Buffer; data: Buffer },
): Buffer {
  const options = Buffer.concat([fields.options, Buffer.alloc((4 - (fields.options.length % 4)) % 4)]).subarray(0, 40);
  const head = Buffer.alloc(20);
  head.writeUInt16BE(ends.fromPort, 0);
  head.writeUInt16BE(ends.toPort, 2);
  head.writeUInt32BE(fields.seq >>> 0, 4);
  head.writeUInt32BE(fields.ack >>> 0, 8);
  head[12] = ((20 + options.length) / 4) << 4;
  head[13] = fields.flags;
  head.writeUInt16BE(fields.window, 14);
  return withChecksum(ends, tcp, 16, Buffer.concat([head, options, fields.data]));
}

export function udpPacket(ends: Ends, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(ends.fromPort, 0);
  head.writeUInt16BE(ends.toPort, 2);
  head.writeUInt16BE(8 + data.length, 4);
  return withChecksum(ends, udp, 6, Buffer.concat([head, data]));
}

function withChecksum({ from, to }: Ends, protocol: number, at: number, body: Buffer): Buffer {
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(body.length, 0);
  tail[7] = protocol;
  body.writeUInt16BE(checksum(Buffer.concat([addressBytes(from), addressBytes(to), tail, body])), at);
  return ipPacket(from, to, protocol, body);
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += at + 1 < bytes.length ? bytes.readUInt16BE(at) : (bytes[at] ?? 0) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const words = (part: string): number[] =>
    part
      .split(':')
      .filter(Boolean)
      .map((word) => Number.parseInt(word, 16));
  const [first, last] = [words(head), words(tail)];
  const all = [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 255]));
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((each) => Buffer.from(each));
const word = fc.integer({ min: 0, max: 0xffff_ffff });

/** Options: right ones, and ones whose lengths lie. */
const tcpOptions = fc.oneof(
  bytes(40),
  fc
    .constantFrom('020405b4', '0200', '02ff', '030e', '0303ff', '0402', '05ff', '050a0000000100000002', '080a', '01010101', 'fd00')
    .map((hex) => Buffer.from(hex, 'hex')),
);

/** Packets that somebody would send to do harm: broken headers, options and fragments; floods; false answers. */
export function hostilePackets(ends: Ends) {
  const ports = fc.record({
    fromPort: fc.oneof(fc.constant(ends.fromPort), fc.nat(0xffff)),
    toPort: fc.oneof(fc.constant(ends.toPort), fc.nat(0xffff)),
  });
  const segment = fc.record({ seq: word, ack: word, flags: fc.nat(255), window: fc.nat(0xffff), options: tcpOptions, data: bytes(600) });
  const fragmentOffset = fc.oneof(fc.nat(0xffff), fc.constantFrom(0x2000, 0x2001, 0x1fff, 0x3fff, 1));
  const whole = fc.oneof(
    fc.tuple(ports, segment).map(([both, fields]) => tcpPacket({ ...ends, ...both }, fields)),
    fc.tuple(ports, bytes(600)).map(([both, data]) => udpPacket({ ...ends, ...both }, data)),
    fc
      .tuple(fc.nat(255), bytes(600), fragmentOffset)
      .map(([protocol, body, fragment]) => ipPacket(ends.from, ends.to, protocol, body, fragment)),
  );
  const cut = fc.tuple(whole, fc.nat(700)).map(([packet, length]) => packet.subarray(0, length));
  const changed = fc.tuple(whole, fc.nat(), fc.nat(255)).map(([packet, at, value]) => {
    if (packet.length > 0) packet[at % packet.length] = value;
    return packet;
  });
  return fc.oneof(
    { weight: 4, arbitrary: whole },
    { weight: 2, arbitrary: cut },
    { weight: 2, arbitrary: changed },
    { weight: 1, arbitrary: bytes(1_500) },
  );
}
