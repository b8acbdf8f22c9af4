import { checksum, ipHeaderBytes, newIp, protocols, type IpPacket } from './ip.ts';

const echoRequest = 8;
const echoReply = 0;
const headerBytes = 8;

/** The reply to an echo request (RFC 792). Null for every other message, and for one with a wrong checksum. */
export function echo({ source, destination, payload }: IpPacket): Buffer | null {
  if (payload.length < headerBytes || payload.readUInt16BE(0) !== echoRequest << 8 || checksum(payload) !== 0) return null;
  const reply = newIp(protocols.icmp, destination, source, payload.length);
  payload.copy(reply, ipHeaderBytes);
  reply.writeUInt32BE(echoReply, ipHeaderBytes);
  reply.writeUInt16BE(checksum(reply.subarray(ipHeaderBytes)), ipHeaderBytes + 2);
  return reply;
}
