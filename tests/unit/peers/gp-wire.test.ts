import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { ByteReader, checkedPacket, WireFault } from '../../peers/gateways/byte-reader.ts';
import { newEspKeys } from '../../peers/gateways/esp.ts';
import {
  configuration,
  headerBytes,
  keepAlive,
  packetFrame,
  readFrameHeader,
  requestTicket,
  tunnelTicket,
} from '../../peers/gateways/gp-wire.ts';
import { readRequest, type HttpRequest } from '../../peers/gateways/http-wire.ts';

/** GlobalProtect's wire of the stand-in, against what OpenConnect 9.01 and 9.21 really sent. */
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** A SYN to port 80, sent by both. */
const syn = hex('4500002c00030000ff0626d80a5080010a500050c00100500000196d000000006002fffe2b2c000002040400');
const synFrame = hex('1a2b3c4d0800002c0100000000000000' + syn.toString('hex'));
const probe = hex('1a2b3c4d000000000000000000000000');

const request = async (text: string): Promise<HttpRequest> => {
  const stream = new PassThrough();
  stream.end(text);
  return readRequest(new ByteReader(stream));
};
const cookie = 'authcookie=7eb19cedf7779b2814e3a3d401f64cad&portal=portal&user=mei&domain=campus&computer=laptop';
const getconfig = (body: string): string =>
  `POST /ssl-vpn/getconfig.esp HTTP/1.1\r\nHost: gp.campus.test:41293\r\nUser-Agent: PAN GlobalProtect\r\nX-Pad: 0000\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const asked = (version: string): string =>
  `client-type=1&protocol-version=p1&internal=no&app-version=${version}&ipv6-support=yes&clientos=Linux&os-version=linux-64&hmac-algo=sha1%2cmd5%2csha256&enc-algo=aes-128-cbc%2caes-256-cbc&${cookie}`;

test('the GlobalProtect wire reads OpenConnect’s frames and writes the same bytes', () => {
  expect(readFrameHeader(synFrame.subarray(0, headerBytes))).toEqual({ kind: 'packet', version: 4, bytes: syn.length });
  expect(packetFrame(syn)).toEqual(synFrame);
  expect(readFrameHeader(probe)).toEqual({ kind: 'keep-alive' });
  expect(keepAlive).toEqual(probe);
  const six = hex('6000000000003a40fd600000000000000000000000000001fd600000000000000000000000000002');
  expect(readFrameHeader(packetFrame(six).subarray(0, headerBytes))).toEqual({ kind: 'packet', version: 6, bytes: 40 });
  expect(checkedPacket(six, 6)).toBe(six);
});

test.each([
  ['another beginning', '1a2b3c4e0800002c0100000000000000'],
  ['an unknown type', '1a2b3c4d0806002c0100000000000000'],
  ['no length', '1a2b3c4d080000000100000000000000'],
  ['a mark of its own', '1a2b3c4d0800002c0000000100000000'],
  ['bytes behind the mark', '1a2b3c4d0800002c0100000000000001'],
  ['a keep-alive with a length', '1a2b3c4d000000040000000000000000'],
])('the GlobalProtect wire refuses a frame with %s', (_, header) => {
  expect(() => readFrameHeader(hex(header))).toThrow(WireFault);
});

test('a frame that holds more or less than one packet is refused', () => {
  expect(checkedPacket(syn, 4)).toBe(syn);
  for (const wrong of [syn.subarray(0, 43), Buffer.concat([syn, syn]), syn.subarray(0, 8)])
    expect(() => checkedPacket(wrong, 4)).toThrow(WireFault);
  expect(() => checkedPacket(syn, 6)).toThrow(WireFault);
});

test.each(['5.1.5-8', '6.3.0-33'])(
  'the GlobalProtect wire finds the ticket in the requests of a client that calls itself %s',
  async (version) => {
    const ticket = '7eb19cedf7779b2814e3a3d401f64cad';
    expect(requestTicket(await request(getconfig(asked(version))), 'configuration')).toBe(ticket);
    const check = await request(getconfig(`client-role=global-protect-full&${cookie}&client-ip=10.80.128.1&md5=d72260`));
    expect(requestTicket(check, 'report')).toBe(ticket);
    expect(tunnelTicket(await request(`GET /ssl-tunnel-connect.sslvpn?authcookie=${ticket}&user=mei HTTP/1.1\r\n\r\n`))).toBe(ticket);
  },
);

test('the GlobalProtect wire refuses requests that OpenConnect does not make', async () => {
  const without = await request(getconfig(asked('6.3.0-33').replace('&portal=portal', '')));
  expect(() => requestTicket(without, 'configuration')).toThrow(/without portal/);
  const got = await request('GET /ssl-vpn/getconfig.esp HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(() => requestTicket(got, 'configuration')).toThrow(WireFault);
  for (const wrong of [
    'GET /ssl-tunnel-connect.sslvpn?authcookie=1&user=mei HTTP/1.1\r\nHost: gp.campus.test\r\n\r\n',
    'GET /ssl-tunnel-connect.sslvpn?authcookie=1 HTTP/1.1\r\n\r\n',
    'GET /ssl-tunnel-connect.sslvpn?authcookie=1&user=mei&portal=portal HTTP/1.1\r\n\r\n',
    'POST /ssl-tunnel-connect.sslvpn?authcookie=1&user=mei HTTP/1.1\r\n\r\n',
  ]) {
    const read = await request(wrong);
    expect(() => tunnelTicket(read), wrong).toThrow(WireFault);
  }
  for (const wrong of ['hello\r\n\r\n', 'GET / HTTP/1.1\r\nno header\r\n\r\n', 'x'.repeat(10_000)])
    await expect(request(wrong)).rejects.toThrow(WireFault);
});

test('the GlobalProtect configuration offers ESP only where it is asked to', () => {
  const values = {
    address: '10.80.128.1',
    netmask: '255.255.255.255',
    mtu: 0,
    nameServers: ['10.80.0.53', '10.80.0.54'],
    searchDomains: ['campus.test'],
    routes: ['10.80.0.0/16'],
    lifetime: 36_000,
    idleSeconds: 10_800,
    rekeySeconds: 10_800,
  };
  const plain = configuration(values);
  expect(plain).toContain('<dns><member>10.80.0.53</member><member>10.80.0.54</member></dns>');
  expect(plain).toContain('<access-routes><member>10.80.0.0/16</member></access-routes>');
  expect(plain).not.toContain('ipsec');
  const keys = { incoming: newEspKeys(), outgoing: newEspKeys() };
  const offered = configuration({ ...values, esp: { port: 4501, ...keys } });
  expect(offered).toContain('<ipsec><udp-port>4501</udp-port><ipsec-mode>esp-tunnel</ipsec-mode>');
  expect(offered).toContain(`<ekey-c2s><bits>128</bits><val>${keys.incoming.cipher.toString('hex')}</val></ekey-c2s>`);
});
