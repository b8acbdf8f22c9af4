import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IpStack } from '../../electron/net/ip-stack/ip-stack.ts';
import type { StackStream } from '../../electron/net/ip-stack/stack-stream.ts';
import { missingForPeers } from '../peers/namespaces.ts';
import { batchOf, TunHost } from '../peers/tun-host.ts';
import { tunHost } from '../peers/tun-host-settings.ts';
import { hostilePackets, tcpFlag, tcpPacket, type Ends } from '../support/hostile-packets.ts';

const limit = (): AbortSignal => AbortSignal.timeout(25_000);
/** `npm run test:long` runs a hundred times as many (tests/support/many-runs.ts), of 20 packets each. */
const packetsEach = 20;

describe.skipIf(missingForPeers(['/usr/sbin/ip']) !== null)('the network stack under attack', { timeout: 600_000 }, () => {
  let host: TunHost;
  let stack: IpStack;
  const sent: Buffer[] = [];
  beforeAll(async () => {
    host = await TunHost.start({ mtu: 1_400, records: {} });
    stack = host.newStack(1_400);
  }, 30_000);
  afterAll(async () => {
    stack.close();
    await host.close();
  });

  /** Opens an echo stream, and finds our port in the packets that we send. */
  async function openEcho(to: string, own: string): Promise<{ stream: StackStream; ends: Ends }> {
    const header = to.includes(':') ? 40 : 20;
    host.passes = (packet, direction) => {
      if (direction === 'out') sent.push(Buffer.from(packet));
      return true;
    };
    sent.length = 0;
    const stream = await stack.dial(to, 7, limit());
    host.passes = () => true;
    const port = sent[0]?.readUInt16BE(header) ?? 0;
    return { stream, ends: { from: to, to: own, fromPort: 7, toPort: port } };
  }
  const echoed = async (stream: StackStream, line: string): Promise<string> => {
    const answer = new Promise<Buffer>((resolve) => void stream.once('data', resolve));
    stream.write(line);
    return (await answer).toString();
  };

  test.each([
    ['IPv4', tunHost.address, tunHost.own],
    ['IPv6', tunHost.address6, tunHost.own6],
  ])('hostile %s packets do not stop the IP stack, make it grow, or harm another stream', async (_, to, own) => {
    const guarded = await openEcho(to, own);
    const attacked = await openEcho(to, own);
    attacked.stream.on('error', () => undefined);
    attacked.stream.resume();
    let largest = 0;
    let count = 0;
    fc.assert(
      fc.property(fc.array(hostilePackets(attacked.ends), { minLength: packetsEach, maxLength: packetsEach }), (packets) => {
        stack.receive(batchOf(packets));
        largest = Math.max(largest, stack.memoryUsed);
        count += packets.length;
      }),
    );
    expect(count).toBeGreaterThanOrEqual(2_000);
    // Fragments that wait for the rest, and what the attacked stream's window allows
    expect(largest).toBeLessThan(2 * 1024 * 1024);
    expect(await echoed(guarded.stream, 'still here')).toBe('still here');
    attacked.stream.destroy();
    guarded.stream.end();
    expect(await text(guarded.stream)).toBe('');
  });

  test('a flood of SYN and RST for a stream, with sequence numbers that were guessed, leaves it whole', async () => {
    const { stream, ends } = await openEcho(tunHost.address, tunHost.own);
    const fields = { window: 1_000, options: Buffer.alloc(0), data: Buffer.alloc(0) };
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.constantFrom(tcpFlag.rst, tcpFlag.syn, tcpFlag.rst | tcpFlag.ack, tcpFlag.syn | tcpFlag.ack),
        (seq, flags) => {
          const packet = tcpPacket(ends, { ...fields, seq, ack: seq ^ 0x5555, flags });
          stack.receive(batchOf(Array.from({ length: packetsEach }, () => packet)));
        },
      ),
    );
    expect(await echoed(stream, 'still here')).toBe('still here');
    stream.destroy();
  });

  test('packets longer than any MTU are dropped, and overwrite nothing', async () => {
    const { stream } = await openEcho(tunHost.address, tunHost.own);
    stack.receive(batchOf(Array.from({ length: 200 }, (_, index) => Buffer.alloc(65_535 - index, 0xff))));
    expect(await echoed(stream, 'still here')).toBe('still here');
    stream.destroy();
  });

  test('a flood of SYN for ports where nobody listens holds no memory', async () => {
    const before = stack.memoryUsed;
    for (let port = 1; port < 4_000; port++) {
      const ends = { from: tunHost.address, to: tunHost.own, fromPort: port, toPort: 65_535 - port };
      const fields = { seq: port, ack: 0, flags: tcpFlag.syn, window: 1_000, options: Buffer.alloc(0), data: Buffer.alloc(0) };
      stack.receive(batchOf([tcpPacket(ends, fields)]));
    }
    expect(stack.memoryUsed).toBeLessThanOrEqual(before);
    const stream = await stack.dial(tunHost.address, 7, limit());
    stream.end('and on');
    expect(await text(stream)).toBe('and on');
  });
});
