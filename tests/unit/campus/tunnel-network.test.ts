import { expect, it } from 'vitest';
import { addressNumber, checksum, ipHeaderBytes, newIp, protocols, readIp } from '../../../campus/tunnel-network/ip.ts';
import { newUdp, readUdp } from '../../../campus/tunnel-network/udp.ts';
import { client, fail, nameServer, portal, useTunnelNetwork } from '../../support/tunnel-network.ts';

/** Everything but TCP inside a tunnel, at the campus's end: names, pings, and packets that are dropped. */

const { start } = useTunnelNetwork();

const ask = (name: string, type = 1, more: { id?: number; flags?: number; count?: number } = {}): Buffer => {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const head = Buffer.from([0x12, 0x34, 0x01, 0x00, 0, more.count ?? 1, 0, 0, 0, 0, 0, 0]);
  if (more.flags !== undefined) head.writeUInt16BE(more.flags, 2);
  return Buffer.concat([head, ...labels, Buffer.from([0, 0, type, 0, 1])]);
};
const resolve = (query: Buffer): Buffer | null => {
  const bench = start();
  bench.network.receive(newUdp(client, nameServer, { sourcePort: 5_353, destinationPort: 53, data: query }));
  const packet = bench.sent[0];
  if (!packet) return null;
  const datagram = readUdp(readIp(packet) ?? fail());
  expect(datagram).toMatchObject({ sourcePort: 53, destinationPort: 5_353 });
  return datagram?.data ?? null;
};
const codeOf = (reply: Buffer | null): number | undefined => reply?.readUInt8(3);

it('the name server answers a campus’s name with its address, whatever its case, and repeats the question', () => {
  const reply = resolve(ask('2FA.campus.TEST'));
  expect(reply?.readUInt16BE(0)).toBe(0x1234);
  expect(reply?.readUInt16BE(2)).toBe(0x8580);
  expect(reply?.subarray(-4)).toEqual(Buffer.from([10, 80, 0, 80]));
  expect(reply?.includes('2FA')).toBe(true);
});

it('the name server has no IPv6 address for a known name, and reports an unknown name', () => {
  const empty = resolve(ask('2fa.campus.test', 28));
  expect([codeOf(empty), empty?.readUInt16BE(6), empty?.readUInt16BE(8)]).toEqual([0x80, 0, 1]);
  const unknown = resolve(ask('elsewhere.example'));
  expect([codeOf(unknown), unknown?.readUInt16BE(6)]).toEqual([0x83, 0]);
});

it('the name server reports a malformed query and an unknown operation, and ignores answers', () => {
  expect(codeOf(resolve(ask('2fa.campus.test').subarray(0, 20)))).toBe(0x81);
  expect(codeOf(resolve(ask('2fa.campus.test', 1, { count: 0 })))).toBe(0x81);
  expect(codeOf(resolve(Buffer.concat([ask('x').subarray(0, 12), Buffer.from([0xc0, 0x0c, 0, 1, 0, 1])])))).toBe(0x81);
  expect(codeOf(resolve(ask('2fa.campus.test', 1, { flags: 0x2000 })))).toBe(0x84);
  expect(resolve(ask('2fa.campus.test', 1, { flags: 0x8180 }))).toBeNull();
  expect(resolve(Buffer.alloc(5))).toBeNull();
});

it('a tunnel’s network answers a ping to a known host with the same data', () => {
  const bench = start();
  const ping = (to: number): void => {
    const packet = newIp(protocols.icmp, client, to, 13);
    const body = packet.subarray(ipHeaderBytes);
    Buffer.from([8, 0, 0, 0, 0, 1, 0, 2, 104, 101, 108, 108, 111]).copy(body);
    body.writeUInt16BE(checksum(body), 2);
    bench.network.receive(packet);
  };
  ping(portal);
  ping(addressNumber('10.80.0.99'));
  expect(bench.sent).toHaveLength(1);
  const reply = readIp(bench.sent[0] ?? fail());
  expect(reply).toMatchObject({ protocol: protocols.icmp, source: portal, destination: client });
  expect(reply?.payload.subarray(4).toString('latin1')).toBe('\0\x01\0\x02hello');
  expect([reply?.payload[0], checksum(reply?.payload ?? fail())]).toEqual([0, 0]);
});

it('a tunnel’s network drops packets of other senders, fragments and everything with a wrong length or checksum', () => {
  const bench = start();
  const good = newUdp(client, nameServer, { sourcePort: 1, destinationPort: 53, data: ask('2fa.campus.test') });
  bench.network.receive(newUdp(portal, nameServer, { sourcePort: 1, destinationPort: 53, data: ask('2fa.campus.test') }));
  for (let length = 0; length < good.length; length += 1) bench.network.receive(good.subarray(0, length));
  for (let at = 0; at < good.length; at += 1) {
    const broken = Buffer.from(good);
    broken.writeUInt8(broken.readUInt8(at) ^ 0x55, at);
    bench.network.receive(broken);
  }
  expect(bench.sent).toEqual([]);
  bench.network.receive(good);
  expect(bench.sent).toHaveLength(1);
});

it('a tunnel’s network survives 20,000 random packets and keeps nothing of them', () => {
  const bench = start();
  let seed = 1;
  const random = (below: number): number => (seed = (seed * 48_271) % 0x7fff_ffff) % below;
  for (let times = 0; times < 20_000; times += 1) {
    const protocol = [protocols.tcp, protocols.udp, protocols.icmp, 99][random(4)] ?? 99;
    const packet = newIp(protocol, client, [portal, nameServer, 0][random(3)] ?? 0, random(80));
    for (let at = ipHeaderBytes; at < packet.length; at += 1) packet.writeUInt8(random(256), at);
    // Half of the segments have a right checksum, so that they go further than it
    if (protocol === protocols.tcp && random(2) === 0 && packet.length >= ipHeaderBytes + 20) {
      packet.writeUInt8((random(11) + 5) << 4, ipHeaderBytes + 12);
      const { payload, source, destination } = readIp(packet) ?? fail();
      payload.writeUInt16BE(0, 16);
      const pseudo = (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff) + 6 + payload.length;
      payload.writeUInt16BE(checksum(payload, pseudo), 16);
    }
    bench.network.receive(packet);
  }
  for (const packet of bench.sent) expect(readIp(packet)).not.toBeNull();
  expect(bench.network.connectionCount).toBeLessThanOrEqual(256);
});
