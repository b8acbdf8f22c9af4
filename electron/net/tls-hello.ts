import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';

/** A server's first TLS message. It is only inspected; the handshake never goes on. RFC 8446, section 4.1; RFC 5246, section 7.4.1. */
export type ServerAnswer =
  /** `version`: as on the wire, 0x0301 for TLS 1.0 to 0x0304 for TLS 1.3. */
  { kind: 'hello'; version: number; isRenegotiationSafe: boolean } | { kind: 'alert'; alert: number };

const record = { alert: 21, handshake: 22 } as const;
const serverHello = 2;
const extension = {
  serverName: 0,
  groups: 10,
  pointFormats: 11,
  signatures: 13,
  masterSecret: 23,
  versions: 43,
  keyShare: 51,
  renegotiation: 0xff01,
} as const;

/** The cipher suites of current clients: TLS 1.3, then AEAD, then CBC. */
const suites = [
  0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0x009e, 0x009f, 0xccaa, 0x009c, 0x009d, 0xc023, 0xc027, 0xc024,
  0xc028, 0xc009, 0xc013, 0xc00a, 0xc014, 0x0033, 0x0039, 0x0067, 0x006b, 0x003c, 0x003d, 0x002f, 0x0035,
];
/** 3DES and RC4: RFC 8429, RFC 7465. */
const suitesOutOfUse = [0xc008, 0xc012, 0x0016, 0x000a, 0xc007, 0xc011, 0x0005, 0x0004];
/** Signals support for safe renegotiation without an extension, which some old servers do not accept (RFC 5746, section 3.3). */
const renegotiationSuite = 0x00ff;
/** X25519, P-256, P-384, P-521, and finite fields of 2,048 and 3,072 bits. */
const groups = [0x001d, 0x0017, 0x0018, 0x0019, 0x0100, 0x0101];
const x25519 = 0x001d;
/** ECDSA, RSA-PSS and RSA with SHA-2, Ed25519, and SHA-1 for old servers. */
const signatures = [0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0807, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201];
/** A longer answer is not a hello. */
const maxAnswerBytes = 64 * 1024;

const number = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};
const numbers = (values: readonly number[]): Buffer => Buffer.concat(values.map((each) => number(each, 2)));
/** Prefixes bytes with their length in `lengthBytes` bytes. */
const sized = (bytes: Buffer, lengthBytes: number): Buffer => Buffer.concat([number(bytes.length, lengthBytes), bytes]);
const extended = (type: number, body: Buffer): Buffer => Buffer.concat([number(type, 2), sized(body, 2)]);

/** A client hello that offers TLS 1.0 to 1.3, as one record. @param everything also offer obsolete ciphers */
export function clientHello(host: string, everything: boolean): Buffer {
  const name = Buffer.concat([number(0, 1), sized(Buffer.from(host, 'latin1'), 2)]);
  const extensions = Buffer.concat([
    // Not allowed for an IP address (RFC 6066)
    ...(isIP(host) === 0 ? [extended(extension.serverName, sized(name, 2))] : []),
    extended(extension.groups, sized(numbers(groups), 2)),
    extended(extension.pointFormats, sized(number(0, 1), 1)),
    extended(extension.signatures, sized(numbers(signatures), 2)),
    extended(extension.masterSecret, Buffer.alloc(0)),
    extended(extension.versions, sized(numbers([0x0304, 0x0303, 0x0302, 0x0301]), 1)),
    extended(extension.keyShare, sized(Buffer.concat([number(x25519, 2), sized(randomBytes(32), 2)]), 2)),
  ]);
  const body = Buffer.concat([
    number(0x0303, 2),
    randomBytes(32),
    sized(randomBytes(32), 1),
    sized(numbers([...suites, ...(everything ? suitesOutOfUse : []), renegotiationSuite]), 2),
    sized(number(0, 1), 1),
    sized(extensions, 2),
  ]);
  const message = Buffer.concat([number(1, 1), sized(body, 3)]);
  return Buffer.concat([number(record.handshake, 1), number(0x0301, 2), sized(message, 2)]);
}

/** Reads a server's answer. `more`: not complete yet. Null: not TLS. */
export function readAnswer(received: Buffer): ServerAnswer | 'more' | null {
  let at = 0;
  let message = Buffer.alloc(0);
  while (received.length >= at + 5) {
    const type = received.readUInt8(at);
    const length = received.readUInt16BE(at + 3);
    if ((type !== record.handshake && type !== record.alert) || received.readUInt8(at + 1) !== 3) return null;
    const content = received.subarray(at + 5, at + 5 + length);
    if (content.length < length) break;
    // A warning may come before the hello, for example for an unknown name
    if (type === record.alert && content.length === 2 && content[0] === 2) return { kind: 'alert', alert: content[1] ?? 0 };
    if (type === record.handshake) message = Buffer.concat([message, content]);
    // Ignore what follows the hello
    if (message.length >= 4 && message.length >= 4 + message.readUIntBE(1, 3)) return readHello(message);
    at += 5 + length;
  }
  return received.length > maxAnswerBytes ? null : 'more';
}

function readHello(message: Buffer): ServerAnswer | null {
  if (message.readUInt8(0) !== serverHello) return null;
  const body = message.subarray(4, 4 + message.readUIntBE(1, 3));
  try {
    const sessionLength = body.readUInt8(34);
    let version = body.readUInt16BE(0);
    let isRenegotiationSafe = false;
    // Skip version, random, session, suite and compression. An old server's hello may end here
    let at = 38 + sessionLength + 2;
    while (at + 4 <= body.length) {
      const type = body.readUInt16BE(at);
      const length = body.readUInt16BE(at + 2);
      if (type === extension.versions && length === 2) version = body.readUInt16BE(at + 4);
      if (type === extension.renegotiation) isRenegotiationSafe = true;
      at += 4 + length;
    }
    return { kind: 'hello', version, isRenegotiationSafe };
  } catch {
    return null; // it ends too early
  }
}
