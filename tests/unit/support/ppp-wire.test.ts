import { describe, expect, it } from 'vitest';
import { encapsulation, type EncapsulationKind } from '../../peers/ppp/encapsulation.ts';
import { decodeFrame, encodeFrame, pppProtocols } from '../../peers/ppp/frame.ts';
import { decodeControl, decodeOptions, encodeControl, encodeOptions } from '../../peers/ppp/control-packet.ts';
import { defaultAsyncMap, hdlcFrame, HdlcReader } from '../../peers/ppp/hdlc.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
const none = { protocol: false, address: false };
const both = { protocol: true, address: true };

/** What openconnect 9.21 sent, by its own `--dump-http-traffic`. */
const captured = {
  hdlcLcp: bytes(`7e ff 7d 23 c0 21 7d 21 7d 21 7d 20 7d 38 7d 21 7d 24 f7 c3 7d 22 7d 26 7d 20 7d 20 7d 20 7d 20
                  7d 25 7d 26 b8 51 7d 2d 9a 7d 27 7d 22 7d 28 7d 22 5b f2 7e`),
  hdlcIpcp: bytes('7e 80 21 01 01 00 0a 03 06 0a 50 80 01 65 04 7e'),
  f5Lcp: bytes('f5 00 00 16 ff 03 c0 21 01 01 00 12 01 04 ff c1 05 06 7a d5 86 9a 07 02 08 02'),
  f5Ip6cp: bytes('f5 00 00 10 80 57 01 01 00 0e 01 0a 00 00 00 00 00 00 00 02'),
  fortinetLcp: bytes('00 18 50 50 00 12 ff 03 c0 21 01 01 00 0e 01 04 ff bc 05 06 58 49 57 67'),
  fortinetIpv4: bytes(`00 47 50 50 00 41 ff 03 00 21 45 00 00 3d 75 0f 40 00 40 11 30 cb 0a 50 80 01 0a 50 00 35 90 09
                       00 35 00 29 9b a8 9f 26 01 00 00 01 00 00 00 00 00 00 03 32 66 61 06 63 61 6d 70 75 73 04 74 65
                       73 74 00 00 01 00 01`),
} as const;

const framesIn = (kind: EncapsulationKind, ...parts: Buffer[]): Buffer[] => {
  const reader = encapsulation(kind);
  return parts.flatMap((part) => [...reader.unwrap(part)].map(({ frame }) => Buffer.from(frame)));
};

describe('PPP in a TLS stream', () => {
  it.each([
    ['f5', captured.f5Lcp, captured.f5Ip6cp, 0],
    ['fortinet', captured.fortinetLcp, captured.fortinetIpv4, 0],
    ['f5-hdlc', captured.hdlcLcp, captured.hdlcLcp, defaultAsyncMap],
  ] as const)('%s: what openconnect sent is read wherever it is cut, and is written the same', (kind, first, second, map) => {
    const all = Buffer.concat([first, second]);
    const whole = framesIn(kind, all);
    expect(whole).toHaveLength(2);
    for (let cut = 1; cut < all.length; cut += 1) expect(framesIn(kind, all.subarray(0, cut), all.subarray(cut))).toEqual(whole);
    expect(Buffer.concat(whole.map((frame) => encapsulation(kind).wrap(frame, map))).equals(all)).toBe(true);
  });

  it('an HDLC frame escapes only what it must once LCP is open, and has the checksum of RFC 1662', () => {
    const [read] = new HdlcReader().read(captured.hdlcIpcp);
    expect(read).toMatchObject({ hasBareControls: true });
    const content = read?.content ?? Buffer.alloc(0);
    expect(content.toString('hex')).toBe('80210101000a03060a508001');
    expect(hdlcFrame(content, 0).equals(captured.hdlcIpcp)).toBe(true);
    expect([...new HdlcReader().read(captured.hdlcLcp)]).toMatchObject([{ hasBareControls: false }]);
    // A flag and an escape in the content, with the map of one control character
    expect(hdlcFrame(bytes('7e 7d 11 12'), 1 << 0x11).toString('hex')).toMatch(/^7e7d5e7d5d7d3112/);
  });

  it.each([
    ['f5', 'f5 01 00 04 ff 03 c0 21', /a wrong header/],
    ['f5', 'f5 00 00 00', /a wrong header/],
    ['fortinet', '00 0b 50 50 00 04 ff 03 c0 21', /a wrong header/],
    ['fortinet', '00 0a 50 51 00 04 ff 03 c0 21', /a wrong header/],
    ['f5-hdlc', 'ff 7d 23', /where a frame should begin/],
    ['f5-hdlc', '7e 80 21 01 01 00 0a 03 06 0a 50 80 01 65 05 7e', /a wrong checksum/],
    ['f5-hdlc', '7e 80 21 01 7e', /a frame of 3 bytes/],
    ['f5-hdlc', '7e 80 21 01 01 7d 7e', /ends in an escape/],
  ] as const)('%s: a wrong frame is found: %s', (kind, hex, words) => {
    expect(() => framesIn(kind, bytes(hex))).toThrow(words);
  });
});

describe('a PPP frame', () => {
  it('a PPP frame is as short as both sides agreed, and LCP never is', () => {
    const ipcp = { protocol: pppProtocols.ipcp, information: bytes('01 01 00 04') };
    const ipv4 = { protocol: pppProtocols.ipv4, information: bytes('45 00') };
    const lcp = { protocol: pppProtocols.lcp, information: bytes('09 02 00 04') };
    expect(encodeFrame(ipcp, both).toString('hex')).toBe('802101010004');
    expect(encodeFrame(ipv4, both).toString('hex')).toBe('214500');
    expect(encodeFrame(lcp, both).toString('hex')).toBe('ff03c02109020004');
    expect(encodeFrame(ipv4, none).toString('hex')).toBe('ff0300214500');
    for (const frame of [ipcp, ipv4, lcp]) {
      expect(decodeFrame(encodeFrame(frame, both), both)).toEqual(frame);
      expect(decodeFrame(encodeFrame(frame, none), none)).toEqual(frame);
    }
  });

  it.each([
    ['21 45 00', none, /a short protocol/],
    ['00 21 45', none, /no address and control/],
    ['c0 21 01 01 00 04', both, /no address and control/],
    ['ff 03 c0 20 01', both, /no protocol/],
    ['ff 03', both, /without a protocol/],
  ] as const)('a PPP frame that was not agreed on is found: %s', (hex, may, words) => {
    expect(() => decodeFrame(bytes(hex), may)).toThrow(words);
  });
});

describe('a PPP control packet', () => {
  it('a control packet and its options are read as openconnect sends them, and written the same', () => {
    const packet = bytes('01 01 00 12 01 04 ff c1 05 06 7a d5 86 9a 07 02 08 02');
    const read = decodeControl(packet);
    expect(read).toMatchObject({ code: 1, id: 1 });
    expect(decodeOptions(read.data).map(({ type, value }) => [type, value.toString('hex')])).toEqual([
      [1, 'ffc1'],
      [5, '7ad5869a'],
      [7, ''],
      [8, ''],
    ]);
    expect(encodeControl({ ...read, data: encodeOptions(decodeOptions(read.data)) }).equals(packet)).toBe(true);
  });

  it('a control packet of a wrong length, and options that do not add up or come twice, are found', () => {
    expect(() => decodeControl(bytes('01 01 00 05'))).toThrow(/wrong length/);
    expect(() => decodeControl(bytes('01 01 00 04 00'))).toThrow(/wrong length/);
    expect(() => decodeOptions(bytes('01 04 05'))).toThrow(/wrong lengths/);
    expect(() => decodeOptions(bytes('01 01'))).toThrow(/wrong lengths/);
    expect(() => decodeOptions(bytes('07 02 07 02'))).toThrow(/twice/);
  });
});
