import { checkedPacket, WireFault } from './byte-reader.ts';

/**
 * IF-T/TLS with Juniper's EAP inside, as far as a sign-in and a tunnel need it. Numbers and layouts: OpenConnect 9.01 and 9.21,
 * `pulse.c`; the AVPs' layout: RFC 5281, 10.1. All integers are big-endian.
 */
export const vendor = { trustedComputing: 0x5597, juniper: 0xa4c, juniperAvp: 0x583 } as const;
/** Packet types: the first is the Trusted Computing Group's, the rest are Juniper's own. */
export const packet = {
  versionRequest: 1,
  versionResponse: 2,
  challenge: 5,
  authResponse: 6,
  success: 7,
  config: 1,
  data: 4,
  /** The client would have packets in ESP, not here (`pulse_connect`). */
  switchToEsp: 5,
  /** What the client says about its computer. */
  computer: 0x88,
  close: 0x89,
  configEnd: 0x8f,
  fatal: 0x93,
} as const;
const juniperAuth = (vendor.juniper << 8) | 1;
const expandedJuniper = 0xfe000a4c;
const eap = { request: 1, response: 2, success: 3 } as const;
const eapMessage = 79;

/** Codes of Juniper's AVPs. */
export const avpCode = {
  realms: 0xd4e,
  realmAnswer: 0xd50,
  cookie: 0xd53,
  failure: 0xd60,
  session: 0xd65,
  sessionId: 0xd66,
  sessionFrom: 0xd67,
  sessionSince: 0xd68,
  endSession: 0xd69,
  user: 0xd6d,
} as const;

export interface Packet {
  vendor: number;
  type: number;
  body: Buffer;
}

/** A client's answer to a challenge. */
export interface Reply {
  /** Juniper's AVPs by their codes. */
  avps: Map<number, string>;
  /** The bytes of the EAP message inside, from its type on: of a password or a token. */
  inner: Buffer | null;
}

/** Numbers of 32 bits. */
export const u32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value >>> 0, 4 * index));
  return bytes;
};
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

export function avp(code: number, value: string | number | Buffer): Buffer {
  const bytes = typeof value === 'number' ? u32(value) : Buffer.from(value);
  return padded(Buffer.concat([u32(code, (0x80 << 24) | (bytes.length + 12), vendor.juniperAvp), bytes]));
}

function eapOf(code: number, ident: number, rest: Buffer): Buffer {
  const head = Buffer.from([code, ident, 0, 0]);
  head.writeUInt16BE(rest.length + 4, 2);
  return Buffer.concat([head, rest]);
}

function innerEap(rest: Buffer): Buffer {
  const message = eapOf(eap.request, 1, rest);
  return padded(Buffer.concat([u32(eapMessage, message.length + 8), message]));
}

/** A person's session, with its origin and start. */
export const session = (id: string): Buffer =>
  avp(
    avpCode.session,
    Buffer.concat([avp(avpCode.sessionId, id), avp(avpCode.sessionFrom, '192.0.2.1'), avp(avpCode.sessionSince, u32(0, 1_700_000_000))]),
  );

/** Asks for user and password (1), again (0x81), or for a new password (0x43). */
export const asksPassword = (how: 0x01 | 0x81 | 0x43): Buffer => innerEap(Buffer.concat([u32(expandedJuniper, 2), Buffer.from([how])]));
/** A refused change of the password, with the reason. */
export const refusesPassword = (why: string): Buffer =>
  innerEap(Buffer.concat([u32(expandedJuniper, 2), Buffer.from([0xc5, 1, why.length + 2]), Buffer.from(why)]));
/** Asks for a token's code, in these words. */
export const asksToken = (prompt: string): Buffer => innerEap(Buffer.concat([Buffer.from([6]), Buffer.from(prompt)]));
/** Demands a check of the computer. */
export const asksHostCheck = (): Buffer => innerEap(Buffer.concat([u32(expandedJuniper, 3), Buffer.alloc(4)]));

/** The passwords of a reply, in the order of its questions. Before each stand its number and its length, which counts both. */
export function passwordsIn({ inner }: Reply): string[] {
  const found: string[] = [];
  if (inner?.readUInt32BE(0) !== expandedJuniper) return found;
  for (let at = 9; at + 1 < inner.length;) {
    const length = inner.readUInt8(at + 1);
    if (length < 2) break;
    found.push(inner.subarray(at + 2, at + length).toString());
    at += length;
  }
  return found;
}

export const tokenIn = ({ inner }: Reply): string | null => (inner?.[0] === 6 ? inner.subarray(1).toString() : null);

export const packetHeaderBytes = 16;
const maxPacketBytes = 65_536;

/** A packet (`buf_append_ift_hdr`, `send_ift_packet`). `sequence`: how many its sender sent before. */
export function packetBytes(from: number, type: number, sequence: number, body: Buffer): Buffer {
  return Buffer.concat([u32(from, type, body.length + packetHeaderBytes, sequence), body]);
}

/**
 * Reads a packet's first {@link packetHeaderBytes}. Throws {@link WireFault} when its length is impossible, or when it is not the
 * one with this number: OpenConnect counts its packets on a connection from 0 (`ift_seq`).
 */
export function readPacketHeader(header: Buffer, sequence: number): { vendor: number; type: number; bytes: number } {
  const length = header.readUInt32BE(8);
  if (length < packetHeaderBytes || length > maxPacketBytes || header.readUInt32BE(12) !== sequence)
    throw new WireFault(`no packet ${sequence} of IF-T: ${header.toString('hex')}`);
  return { vendor: header.readUInt32BE(0), type: header.readUInt32BE(4), bytes: length - packetHeaderBytes };
}

/** The versions that OpenConnect asks for (1 to 2, best 2), and the one that it gets (`pulse_authenticate`). */
export const versions = { asked: Buffer.from([0, 1, 2, 2]), taken: Buffer.from([0, 0, 0, 2]) } as const;

/** The body of an authentication challenge with Juniper's AVPs. Without a number: an empty one, which opens the negotiation. */
export function challengeBody(ident?: number, ...avps: Buffer[]): Buffer {
  if (ident === undefined) return u32(juniperAuth);
  return Buffer.concat([u32(juniperAuth), eapOf(eap.request, ident, Buffer.concat([u32(expandedJuniper, 1), ...avps]))]);
}

/** The body that ends the negotiation well. */
export const successBody = (ident: number): Buffer => Buffer.concat([u32(juniperAuth), eapOf(eap.success, ident, Buffer.alloc(0))]);

/** Reads the body of a client's answer. The AVPs follow the kind of authentication and EAP's header. */
export function readReply(body: Buffer): Reply {
  if (
    body.length < 16 ||
    body.readUInt32BE(0) !== juniperAuth ||
    body.readUInt8(4) !== eap.response ||
    body.readUInt16BE(6) !== body.length - 4
  )
    throw new WireFault(`no answer of EAP: ${body.subarray(0, 16).toString('hex')}`);
  const reply: Reply = { avps: new Map(), inner: null };
  for (let at = 16; at + 8 <= body.length;) {
    const code = body.readUInt32BE(at);
    const length = body.readUInt32BE(at + 4) & 0xff_ff_ff;
    if (length < 8) break;
    const end = at + length;
    if (code === eapMessage) reply.inner = body.subarray(at + 12, end);
    else reply.avps.set(code, body.subarray(at + 12, end).toString());
    at = end + ((4 - (length % 4)) % 4);
  }
  return reply;
}

/** What a client sends while its tunnel is up. */
export type TunnelInput =
  { kind: 'packet'; packet: Buffer } | { kind: 'close' } | { kind: 'esp-keys'; body: Buffer } | { kind: 'esp-switch' };

/** Understands a packet of a client whose tunnel is up. Throws {@link WireFault} for any that OpenConnect does not send (`pulse_mainloop`). */
export function readTunnelInput({ vendor: from, type, body }: Packet): TunnelInput {
  if (from === vendor.juniper) {
    if (type === packet.data) return { kind: 'packet', packet: checkedPacket(body, (body[0] ?? 0) >> 4 === 6 ? 6 : 4) };
    if (type === packet.close && body.length === 0) return { kind: 'close' };
    // It answers an offer of ESP by its own keys, and then by this line
    if (type === packet.config) return { kind: 'esp-keys', body };
    if (type === packet.switchToEsp && body.toString() === 'ncmo=1\n\0') return { kind: 'esp-switch' };
  }
  throw new WireFault(`a packet ${from.toString(16)}/${type} of ${body.length} bytes in a tunnel`);
}

/** Why a gateway ends a tunnel, as users of OpenConnect reported them (`pulse_mainloop`). */
export const endings = {
  replaced: [6, 'agentd error'],
  signedOut: [7, 'session has been terminated'],
  idle: [8, 'session timed out'],
} as const;

/** The body of the packet with which a gateway ends a tunnel: text, whose spaces are escaped and which OpenConnect cuts at its last byte. */
export const fatalBody = ([type, why]: readonly [number, string]): Buffer =>
  Buffer.from(`errorType=${type} errorString=${why.replaceAll(' ', '%20')}\n\0`);
