import type { Readable, Writable } from 'node:stream';

/**
 * IF-T/TLS with Juniper's EAP inside, as far as a sign-in and a tunnel need it. Numbers and layouts: OpenConnect 9.01,
 * `pulse.c`; the AVPs' layout: RFC 5281, 10.1. All integers are big-endian.
 */
export const vendor = { trustedComputing: 0x5597, juniper: 0xa4c, juniperAvp: 0x583 } as const;
/** Packet types: the first is the Trusted Computing Group's, the rest are Juniper's own. */
export const packet = {
  versionResponse: 2,
  challenge: 5,
  success: 7,
  config: 1,
  data: 4,
  close: 0x89,
  configEnd: 0x8f,
  fatal: 0x93,
} as const;
const juniperAuth = (vendor.juniper << 8) | 1;
const expandedJuniper = 0xfe000a4c;
const eap = { request: 1, success: 3 } as const;
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

const u32 = (...values: number[]): Buffer => {
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

/** The gateway's end of a connection. Reads reject when the client is gone. */
export class PulseWire {
  private readonly bytes: AsyncIterator<Buffer, undefined>;
  private held = Buffer.alloc(0);
  private sequence = 0;
  private ident = 1;

  constructor(
    incoming: Readable,
    private readonly outgoing: Writable,
  ) {
    this.bytes = incoming[Symbol.asyncIterator]();
  }

  /** The head of an HTTP request, line by line. */
  async head(): Promise<string[]> {
    while (this.held.indexOf('\r\n\r\n') < 0) await this.more();
    const end = this.held.indexOf('\r\n\r\n');
    const head = this.take(end + 4).toString('latin1');
    return head.trimEnd().split('\r\n');
  }

  async packet(): Promise<Packet> {
    while (this.held.length < 16) await this.more();
    const length = this.held.readUInt32BE(8);
    if (length < 16 || length > 65_536) throw new Error('no packet of IF-T');
    while (this.held.length < length) await this.more();
    const whole = this.take(length);
    return { vendor: whole.readUInt32BE(0), type: whole.readUInt32BE(4), body: whole.subarray(16) };
  }

  write(bytes: string | Buffer): Promise<void> {
    return new Promise((resolve, reject) => this.outgoing.write(bytes, (error) => (error ? reject(error) : resolve())));
  }

  /** Wait for it: OpenConnect takes each TLS record for one packet. */
  send(from: number, type: number, body: Buffer): Promise<void> {
    return this.write(Buffer.concat([u32(from, type, body.length + 16, this.sequence++), body]));
  }

  /** An empty challenge opens the negotiation. */
  sendAuth(): Promise<void> {
    return this.send(vendor.trustedComputing, packet.challenge, u32(juniperAuth));
  }

  challenge(...avps: Buffer[]): Promise<void> {
    const message = eapOf(eap.request, this.ident++, Buffer.concat([u32(expandedJuniper, 1), ...avps]));
    return this.send(vendor.trustedComputing, packet.challenge, Buffer.concat([u32(juniperAuth), message]));
  }

  succeed(): Promise<void> {
    return this.send(
      vendor.trustedComputing,
      packet.success,
      Buffer.concat([u32(juniperAuth), eapOf(eap.success, this.ident, Buffer.alloc(0))]),
    );
  }

  /** The reply to a challenge. The AVPs follow the kind of authentication and EAP's header. */
  async reply(): Promise<Reply> {
    const { body } = await this.packet();
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

  private take(length: number): Buffer {
    const taken = this.held.subarray(0, length);
    this.held = this.held.subarray(length);
    return taken;
  }

  private async more(): Promise<void> {
    const next = await this.bytes.next();
    if (next.done === true) throw new Error('the client is gone');
    this.held = Buffer.concat([this.held, next.value]);
  }
}

/** Address, netmask and packet size of a tunnel, and no other routes. */
export function tunnelConfig(address: readonly [number, number, number, number], mtu: number): Buffer {
  const attribute = (type: number, value: Buffer): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(type, 0);
    head.writeUInt16BE(value.length, 2);
    return Buffer.concat([head, value]);
  };
  const attributes = Buffer.concat([
    u32(0x03000000),
    attribute(0x0001, Buffer.from(address)),
    attribute(0x0002, Buffer.from([255, 255, 255, 0])),
    attribute(0x4005, u32(mtu)),
  ]);
  const noRoutes = u32(0x2e000008, 0);
  const length = 12 + noRoutes.length + 4 + attributes.length + 16;
  return Buffer.concat([u32(0, 0, 0, 0, 0x2c20f000, 0, length), noRoutes, u32(attributes.length + 4), attributes]);
}
