/**
 * The wire format of oNCP, the tunnel of Ivanti's (once Juniper's) Network Connect, as OpenConnect 9.21 speaks it. There is
 * no specification. Everything here comes from OpenConnect's `oncp.c`, and names the function that it comes from.
 *
 * Three layers lie inside the TLS stream:
 * 1. records: a length (16 bits, **little-endian**) and as many bytes. A message may begin or end anywhere in a record;
 * 2. messages ("KMP"): a header of 20 bytes with a type and a length (big-endian), and as many bytes;
 * 3. in a data message: whole IPv4 packets, one after the other. In the others: groups of attributes.
 */

/** The types of messages that OpenConnect knows. */
export const messageTypes = { data: 300, configuration: 301, espKeys: 302, clientSettings: 303 } as const;

/** Why the gateway ends a session, after a record of length 0. OpenConnect knows these two, and shows any other as a number (`oncp_record_read`). */
export const endReasons = { expired: 1, idle: 8, other: 2 } as const;

export const messageHeaderBytes = 20;
/** What the header has after the type, in messages of the gateway (`kmp_tail`; in the client's, the fifth byte is 1). */
const afterType = Buffer.from([0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
/** What the header has before the type (`kmp_head`). */
const beforeTypeBytes = 6;
const lengthAt = messageHeaderBytes - 2;
const recordHeaderBytes = 2;

/** The most bytes of a client's first record: a fixed head, its host name, and a fixed tail (`oncp_connect`). */
export const maxHelloBytes = 5 + 2 + 255 + 6;
/** The answer to the first record: a record of one byte, which is an error code, and 0 means none. */
export const helloAccepted = Buffer.from([1, 0, 0]);

/** A record around `body`. */
export function record(body: Buffer): Buffer {
  const whole = Buffer.allocUnsafe(recordHeaderBytes + body.length);
  whole.writeUInt16LE(body.length, 0);
  body.copy(whole, recordHeaderBytes);
  return whole;
}

/** A message of the gateway. Throws `RangeError` when the body has more than 65,535 bytes. */
export function message(type: number, body: Buffer): Buffer {
  const whole = Buffer.alloc(messageHeaderBytes + body.length);
  whole.writeUInt16BE(type, beforeTypeBytes);
  afterType.copy(whole, beforeTypeBytes + 2);
  whole.writeUInt16BE(body.length, lengthAt);
  body.copy(whole, messageHeaderBytes);
  return whole;
}

/** A data message with one packet, in a record of its own. */
export const dataRecord = (packet: Buffer): Buffer => record(message(messageTypes.data, packet));

/** The record with which the gateway ends a session. */
export const endRecord = (reason: number): Buffer => Buffer.from([0, 0, reason]);

/** An attribute, or a group of attributes: a number (16 bits), a length (32 bits) and as many bytes (`buf_append_tlv`). */
export function attribute(number: number, value: Buffer): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(number, 0);
  head.writeUInt32BE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** Reads attributes, or groups. Null when their lengths do not match (`parse_conf_pkt`). */
export function readAttributes(bytes: Buffer): { number: number; value: Buffer }[] | null {
  const found: { number: number; value: Buffer }[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + 6 > bytes.length) return null;
    const length = bytes.readUInt32BE(at + 2);
    const end = at + 6 + length;
    if (end > bytes.length) return null;
    found.push({ number: bytes.readUInt16BE(at), value: bytes.subarray(at + 6, end) });
    at = end;
  }
  return found;
}

/** Splits the body of a data message into its packets. Stops at the first that is not IPv4 or has a wrong length: what follows it cannot be found. */
export function* packetsIn(body: Buffer): Generator<Buffer> {
  let at = 0;
  while (at + 20 <= body.length && body.readUInt8(at) >> 4 === 4) {
    const length = body.readUInt16BE(at + 2);
    if (length < 20 || at + length > body.length) return;
    yield body.subarray(at, at + length);
    at += length;
  }
}

/** Whether a client's first record is well formed. The host name in it is not used. */
export function isHello(body: Buffer): boolean {
  if (body.length < 13 || body.length > maxHelloBytes) return false;
  return body.readUInt16LE(5) === body.length - 13;
}

/** The MTU that a client reports in its settings (group 6, attribute 2), or null. */
export function clientMtu(body: Buffer): number | null {
  const group = readAttributes(body)?.find(({ number }) => number === 6);
  const mtu = group && readAttributes(group.value)?.find(({ number }) => number === 2);
  return mtu?.value.length === 4 ? mtu.value.readUInt32BE(0) : null;
}
