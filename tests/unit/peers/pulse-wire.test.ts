import { expect, test } from 'vitest';
import { WireFault } from '../../peers/gateways/byte-reader.ts';
import { newEspKeys, openEsp, sealEsp } from '../../peers/gateways/esp.ts';
import { configEnd, espConfig, espKeysIn, mainConfig } from '../../peers/gateways/pulse-config.ts';
import {
  avpCode,
  endings,
  fatalBody,
  packet,
  packetBytes,
  packetHeaderBytes,
  readPacketHeader,
  readReply,
  readTunnelInput,
  vendor,
  type Packet,
} from '../../peers/gateways/pulse-wire.ts';

/** Pulse's wire of the stand-in, against what OpenConnect 9.01 and 9.21 really sent, and what a real gateway sent to OpenConnect's authors. */
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

function read(bytes: Buffer, sequence: number): Packet {
  const { bytes: length, ...header } = readPacketHeader(bytes.subarray(0, packetHeaderBytes), sequence);
  expect(bytes.length).toBe(packetHeaderBytes + length);
  return { ...header, body: bytes.subarray(packetHeaderBytes) };
}

const syn = '4500002c00030000ff0626d80a5080010a500050c00100500000196d000000006002fffe2b2c000002040400';
const synPacket = hex(`00000a4c 00000004 0000003c 0000000a ${syn}`);
/** 9.01 and 9.21, each with its cookie. */
const cookies = [
  '00005597000000060000007800000003000a4c0102010064fe000a4c0000000100000d708000002a00000583416e79436f6e6e6563742d636f6d70617469626c65204361757365776179000000000d538000002c000005833831386132323331343466323131356130656537373663653462643133323139',
  '0000559700000006000000a800000003000a4c0102010094fe000a4c0000000100000d5e80000011000005834c696e757800000000000d70800000450000058350756c73652d5365637572652f32322e322e312e313239352028416e79436f6e6e6563742d636f6d70617469626c652043617573657761792900000000000d538000002c000005836531333539613463306239633434366337383331623162333763646636653432',
] as const;

/** 9.01's answer to an offer of ESP: its own keys, its padding, and a copy of the gateway's. */
const espAnswer =
  '00000a4c00000001000000c000000005000000000000000000000000000000002120240000000000000000b00000009401000000a7d671c10040eaaa691fb839214b97e1ed17cb1cd7125842fddfa00008ba4e679a58719c06fd7c8fe06000000000000000000000000000000000000000000000000000000000ec521b6c00405a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a';

test.each([
  ['9.01', cookies[0], '818a223144f2115a0ee776ce4bd13219'],
  ['9.21', cookies[1], 'e1359a4c0b9c446c7831b1b37cdf6e42'],
])('the Pulse wire finds the cookie that OpenConnect %s shows', (_, sent, cookie) => {
  const { vendor: from, type, body } = read(hex(sent), 3);
  expect([from, type]).toEqual([vendor.trustedComputing, packet.authResponse]);
  expect(readReply(body).avps.get(avpCode.cookie)).toBe(cookie);
});

test('the Pulse wire reads the packets of an open tunnel and writes the same bytes', () => {
  expect(readTunnelInput(read(synPacket, 10))).toEqual({ kind: 'packet', packet: hex(syn) });
  expect(packetBytes(vendor.juniper, packet.data, 10, hex(syn))).toEqual(synPacket);
  expect(readTunnelInput(read(hex('00000a4c 00000089 00000010 0000000e'), 14))).toEqual({ kind: 'close' });
  expect(readTunnelInput(read(hex('00000a4c00000005000000180000000 66e636d6f3d310a00'), 6))).toEqual({ kind: 'esp-switch' });
});

test.each([
  ['a number that is not the next', '00000a4c 00000004 0000003c 0000000b'],
  ['a length below its header’s', '00000a4c 00000004 0000000f 0000000a'],
  ['an endless length', '00000a4c 00000004 7fffffff 0000000a'],
])('the Pulse wire refuses a packet with %s', (_, header) => {
  expect(() => readPacketHeader(hex(header), 10)).toThrow(WireFault);
});

test('the Pulse wire refuses what OpenConnect does not send in a tunnel', () => {
  for (const wrong of [
    { vendor: vendor.trustedComputing, type: packet.data, body: hex(syn) },
    { vendor: vendor.juniper, type: packet.data, body: hex(syn).subarray(1) },
    { vendor: vendor.juniper, type: packet.data, body: Buffer.alloc(0) },
    { vendor: vendor.juniper, type: packet.close, body: Buffer.alloc(4) },
    { vendor: vendor.juniper, type: packet.switchToEsp, body: Buffer.from('ncmo=2\n\0') },
    { vendor: vendor.juniper, type: 0x77, body: Buffer.alloc(0) },
  ])
    expect(() => readTunnelInput(wrong)).toThrow(WireFault);
  expect(() => readReply(Buffer.alloc(16))).toThrow(WireFault);
});

/** As the comment above `handle_main_config_packet` shows a real gateway's packet: its beginning, its routes and its attributes. */
test('the Pulse configuration has a real one’s layout', () => {
  const values = {
    address: '10.20.3.1',
    netmask: '255.255.255.255',
    mtu: 1400,
    nameServers: ['8.8.8.8', '8.8.4.4'],
    searchDomain: 'psecure.net',
    routes: [
      { network: '5.5.0.0', netmask: '255.255.0.0' },
      { network: '7.0.0.0', netmask: '255.255.255.0' },
      { network: '8.8.8.8', netmask: '255.255.255.255' },
    ],
  };
  const body = mainConfig(values, 'old');
  const text = body.toString('hex');
  expect(text.startsWith('00'.repeat(16) + '2c20f00000000000')).toBe(true);
  expect(body.readUInt32BE(0x18)).toBe(body.length);
  expect(text).toContain(
    '2e00003803000000' + '070000100000ffff050500000505ffff' + '070000100000ffff07000000070000ff' + '070000100000ffff0808080808080808',
  );
  for (const attribute of [
    '4005000400000578',
    '0003000408080808',
    '0003000408080404',
    '4006000c707365637572652e6e657400',
    '000100040a140301',
    '00020004ffffffff',
  ])
    expect(text).toContain(attribute);
  // One group of attributes more before the routes, and two
  expect(mainConfig(values, '9.1R14').toString('hex')).toContain(
    '2e20f000' + '00000000' + (body.length + 13).toString(16).padStart(8, '0') + '2c00000d030000004025000101' + '2e000038',
  );
  expect(mainConfig(values, '9.1R16').toString('hex')).toContain('2e00000d030000004025000101' + '2c00000d030000004026000101' + '2e000038');
  expect(mainConfig({ ...values, routes: [] }, 'old').toString('hex')).toContain('2e00000800000000');
  expect(mainConfig({ ...values, espPort: 4500 }, 'old').toString('hex')).toContain('401000020002401100020002401600021194');
  expect(configEnd).toEqual(Buffer.alloc(4));
});

test('Pulse’s packet with keys for ESP has a real one’s lengths', () => {
  const body = espConfig(newEspKeys());
  // The example's are 0x80 with its header, 0x70 and 0x54
  expect(body.length).toBe(0x70);
  expect(body.readUInt32BE(0x10)).toBe(0x21202400);
  expect(body.readUInt32BE(0x18)).toBe(0x70);
  expect(body.readUInt32BE(0x1c)).toBe(0x54);
  expect(body.readUInt32BE(0x20)).toBe(0x01000000);
  expect(body.readUInt16BE(0x28)).toBe(0x40);
});

test('the Pulse wire finds the keys for ESP that OpenConnect sends', () => {
  const { body } = read(hex(espAnswer), 5);
  const keys = espKeysIn(body);
  // Little-endian there, big-endian in ESP's own packets
  expect(keys.spi).toBe(0xc171d6a7);
  expect(keys.cipher.toString('hex')).toBe('eaaa691fb839214b97e1ed17cb1cd712');
  expect(keys.digest.toString('hex')).toBe('5842fddfa00008ba4e679a58719c06fd7c8fe060');
  expect(() => espKeysIn(body.subarray(1))).toThrow(WireFault);
});

test('ESP is opened with the keys that sealed it, and with no other digest', () => {
  const keys = newEspKeys();
  for (const length of [1, 13, 14, 15, 16, 1_400]) {
    const packet = Buffer.alloc(length, 7);
    const datagram = sealEsp(keys, 3, packet);
    expect(datagram.readUInt32BE(0)).toBe(keys.spi >>> 0);
    expect(openEsp(keys, datagram)).toEqual({ sequence: 3, packet });
    expect(() => openEsp({ ...keys, digest: newEspKeys().digest }, datagram)).toThrow(WireFault);
  }
});

test('a Pulse gateway says why it ends a tunnel', () => {
  expect(fatalBody(endings.idle).toString()).toBe('errorType=8 errorString=session%20timed%20out\n\0');
});
