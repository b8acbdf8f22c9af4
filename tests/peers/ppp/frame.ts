import { ProtocolViolation } from './violation.ts';

/** The numbers of the protocols inside PPP that OpenConnect knows (`ppp.h`). */
export const pppProtocols = { lcp: 0xc021, ipcp: 0x8021, ip6cp: 0x8057, compression: 0x80fd, ipv4: 0x21, ipv6: 0x57 } as const;

/** What both sides may leave out of a header (RFC 1661, 6.5 and 6.6). */
export interface HeaderCompression {
  /** One byte for protocols below 256. */
  protocol: boolean;
  /** No `ff 03`. LCP has it always. */
  address: boolean;
}

/** A PPP packet (RFC 1661, 2): a protocol number and information. */
export interface PppFrame {
  protocol: number;
  information: Buffer;
}

const address = 0xff;
const control = 0x03;

/** The bytes of a frame: address and control, protocol, information (`add_ppp_header`). */
export function encodeFrame({ protocol, information }: PppFrame, compression: HeaderCompression): Buffer {
  const head = [
    ...(compression.address && protocol !== pppProtocols.lcp ? [] : [address, control]),
    ...(compression.protocol && protocol <= 0xff ? [] : [protocol >>> 8]),
    protocol & 0xff,
  ];
  return Buffer.concat([Buffer.from(head), information]);
}

/** Reads a frame. Throws {@link ProtocolViolation} for one that is too short or leaves out what it may not. */
export function decodeFrame(bytes: Buffer, may: HeaderCompression): PppFrame {
  const hasAddress = bytes[0] === address && bytes[1] === control;
  const at = hasAddress ? 2 : 0;
  const first = bytes[at];
  if (first === undefined) throw new ProtocolViolation('PPP: a frame without a protocol');
  // RFC 1661, 2: the last byte of a protocol is odd, the one before it even
  const isShort = (first & 1) === 1;
  const second = isShort ? first : bytes[at + 1];
  if (second === undefined || (second & 1) === 0)
    throw new ProtocolViolation(`PPP: no protocol in ${bytes.subarray(0, 8).toString('hex')}`);
  const protocol = isShort ? first : (first << 8) | second;
  if (isShort && !may.protocol) throw new ProtocolViolation('PPP: a short protocol that was not agreed on');
  if (!hasAddress && (!may.address || protocol === pppProtocols.lcp))
    throw new ProtocolViolation('PPP: no address and control, which was not agreed on');
  return { protocol, information: bytes.subarray(at + (isShort ? 1 : 2)) };
}
