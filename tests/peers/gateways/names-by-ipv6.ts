import { answerDns } from '../../../campus/tunnel-network/dns.ts';
import { checksum } from '../../../campus/tunnel-network/ip.ts';

const ipBytes = 40;
const udpBytes = 8;
const udp = 17;
const dnsPort = 53;

/**
 * Answers a name query in an IPv6 packet to `server` (16 bytes), which is all that the hosts inside do by IPv6 (RFC 8200,
 * RFC 768). Null for every other packet and for one with a wrong checksum.
 */
export function answerByIpv6(packet: Buffer, server: Buffer, addressOf: (name: string) => number | null): Buffer | null {
  if (packet.length < ipBytes + udpBytes || packet.readUInt8(0) >> 4 !== 6 || packet.readUInt8(6) !== udp) return null;
  const [client, asked] = [packet.subarray(8, 24), packet.subarray(24, 40)];
  const datagram = packet.subarray(ipBytes);
  if (!asked.equals(server) || packet.readUInt16BE(4) !== datagram.length || datagram.readUInt16BE(2) !== dnsPort) return null;
  if (sumOf(client, asked, datagram) !== 0) return null;
  const data = answerDns(datagram.subarray(udpBytes), addressOf);
  return data && newPacket(asked, client, datagram.readUInt16BE(0), data);
}

function newPacket(source: Buffer, destination: Buffer, port: number, data: Buffer): Buffer {
  const head = Buffer.alloc(ipBytes);
  head.writeUInt32BE(0x6000_0000, 0);
  head.writeUInt16BE(udpBytes + data.length, 4);
  head.writeUInt8(udp, 6);
  head.writeUInt8(64, 7);
  source.copy(head, 8);
  destination.copy(head, 24);
  const datagram = Buffer.concat([Buffer.alloc(udpBytes), data]);
  datagram.writeUInt16BE(dnsPort, 0);
  datagram.writeUInt16BE(port, 2);
  datagram.writeUInt16BE(datagram.length, 4);
  datagram.writeUInt16BE(sumOf(source, destination, datagram) || 0xffff, 6);
  return Buffer.concat([head, datagram]);
}

/** The checksum with the pseudo header (RFC 8200, 8.1). 0 over a datagram that contains a right one. */
function sumOf(source: Buffer, destination: Buffer, datagram: Buffer): number {
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(datagram.length, 0);
  pseudo.writeUInt32BE(udp, 4);
  return checksum(Buffer.concat([source, destination, pseudo, datagram]));
}

/** The 16 bytes of an address that is written with `::` before its last group, as `fd80::53`. */
export function ipv6Bytes(address: string): Buffer {
  const [start = '', end = ''] = address.split('::').map((part) =>
    part
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join(''),
  );
  return Buffer.from(start.padEnd(32 - end.length, '0') + end, 'hex');
}
