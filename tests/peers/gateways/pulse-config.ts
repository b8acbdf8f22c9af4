import { addressNumber } from '../../../campus/tunnel-network/ip.ts';
import { WireFault } from './byte-reader.ts';
import { espKeyBytes, type EspKeys } from './esp.ts';
import { u32 } from './pulse-wire.ts';

/**
 * The packets by which a Pulse gateway describes a tunnel (OpenConnect's `pulse.c`, with a real one as an example above
 * `handle_main_config_packet`). All integers are big-endian, except for ESP's identifiers.
 */
export interface PulseConfiguration {
  address: string;
  netmask: string;
  mtu: number;
  nameServers: readonly string[];
  searchDomain: string;
  /** What goes through the tunnel. Empty: everything. */
  routes: readonly { network: string; netmask: string }[];
  /** The UDP port of ESP. Its keys come in a packet of their own, {@link espConfig}. */
  espPort?: number;
}

/** Gateways since 9.1R14 put one more group of attributes before the routes, and since 9.1R16 two. */
export type ConfigVersion = 'old' | '9.1R14' | '9.1R16';

/** How the packets differ at 0x20 of the whole packet. */
const marks = { main: 0x2c20f000, mainSince14: 0x2e20f000, esp: 0x21202400 } as const;
/** An attribute group's first word, after its length. Nobody knows what it means (`handle_attr_elements`). */
const groupStart = 0x03000000;
const attributes = {
  address: 0x0001,
  netmask: 0x0002,
  nameServer: 0x0003,
  mtu: 0x4005,
  searchDomain: 0x4006,
  espCipher: 0x4010,
  espDigest: 0x4011,
  espPort: 0x4016,
} as const;
/** AES-128 in CBC mode, and HMAC of SHA-1 (`openconnect-internal.h`). */
const espCipher = 0x0002;
const espDigest = 0x0002;
const espSecretBytes = 0x40;

/** The last packet: four zeroes. */
export const configEnd = Buffer.alloc(4);

/** The body of the main configuration packet. Throws `RangeError` for an address that is none. */
export function mainConfig(values: PulseConfiguration, version: ConfigVersion): Buffer {
  const address = (text: string): Buffer => u32(addressNumber(text));
  const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
  const routes = values.routes.map(({ network, netmask }) => {
    const first = addressNumber(network);
    // From the first address to the last
    return u32(0x07000010, 0xffff, first, (first | ~addressNumber(netmask)) >>> 0);
  });
  const about = Buffer.concat([
    u32(groupStart),
    attribute(attributes.mtu, u32(values.mtu)),
    ...values.nameServers.map((server) => attribute(attributes.nameServer, address(server))),
    attribute(attributes.searchDomain, Buffer.from(`${values.searchDomain}\0`)),
    ...(values.espPort !== undefined
      ? [
          attribute(attributes.espCipher, u16(espCipher)),
          attribute(attributes.espDigest, u16(espDigest)),
          attribute(attributes.espPort, u16(values.espPort)),
        ]
      : []),
    attribute(attributes.address, address(values.address)),
    attribute(attributes.netmask, address(values.netmask)),
  ]);
  return withHead(
    version === 'old' ? marks.main : marks.mainSince14,
    Buffer.concat([
      ...leadingGroups[version],
      u32(0x2e000000 | (routes.length * 0x10 + 8), (routes.length << 24) >>> 0),
      ...routes,
      u32(about.length + 4),
      about,
    ]),
  );
}

const leadingGroup = (start: number, number: number): Buffer => {
  const content = Buffer.concat([u32(groupStart), attribute(number, Buffer.from([1]))]);
  return Buffer.concat([u32(start | (content.length + 4)), content]);
};
const leadingGroups: Record<ConfigVersion, readonly Buffer[]> = {
  'old': [],
  '9.1R14': [leadingGroup(0x2c000000, 0x4025)],
  '9.1R16': [leadingGroup(0x2e000000, 0x4025), leadingGroup(0x2c000000, 0x4026)],
};

/** The body of the packet with the keys for what the client sends (`handle_esp_config_packet`): the identifier is little-endian. The rest is padding. */
export function espConfig({ spi, cipher, digest }: EspKeys): Buffer {
  const identifier = Buffer.alloc(4);
  identifier.writeUInt32LE(spi >>> 0);
  const secrets = Buffer.concat([cipher, digest, Buffer.alloc(espSecretBytes - cipher.length - digest.length)]);
  const content = Buffer.concat([u32(0x01000000), identifier, Buffer.from([0, espSecretBytes]), secrets, Buffer.alloc(6)]);
  return withHead(marks.esp, Buffer.concat([u32(content.length + 4), content]));
}

/** The client's keys for what it gets, in the body of its answer. Throws {@link WireFault} for another body. */
export function espKeysIn(body: Buffer): EspKeys {
  const answerBytes = 0x30 + 2 * espSecretBytes;
  if (body.length !== answerBytes || body.readUInt32BE(0x10) !== marks.esp || body.readUInt16BE(0x28) !== espSecretBytes)
    throw new WireFault(`no keys for ESP: ${body.subarray(0, 0x2a).toString('hex')}`);
  const cipherEnd = 0x2a + espKeyBytes.cipher;
  return {
    spi: body.readUInt32LE(0x24),
    cipher: body.subarray(0x2a, cipherEnd),
    digest: body.subarray(cipherEnd, cipherEnd + espKeyBytes.digest),
  };
}

/** What both packets begin with: zeroes, a mark, and the length from here on. */
function withHead(mark: number, rest: Buffer): Buffer {
  const headBytes = 28;
  return Buffer.concat([u32(0, 0, 0, 0, mark, 0, headBytes + rest.length), rest]);
}

/** A number and a length (16 bits each), and as many bytes. */
function attribute(number: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(number, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value]);
}
