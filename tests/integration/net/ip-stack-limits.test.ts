import dgram from 'node:dgram';
import dns from 'node:dns';
import net from 'node:net';
import { createHash } from 'node:crypto';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { dialHost } from '../../../electron/net/ip-stack/dial-host.ts';
import type { IpStack } from '../../../electron/net/ip-stack/ip-stack.ts';
import { CampusNames } from '../../../electron/net/ip-stack/names.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { TunHost } from '../../peers/tun-host.ts';
import { tunHost } from '../../peers/tun-host-settings.ts';

const limit = (): AbortSignal => AbortSignal.timeout(25_000);
const { address, address6, own6, servers } = tunHost;
const mebibyte = 1024 * 1024;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(missingForPeers(['/usr/sbin/ip']) !== null)('the network stack with odd links', { timeout: 60_000 }, () => {
  test.each([
    [200, 256 * 1024],
    [576, mebibyte],
    [65_535, 8 * mebibyte],
  ])('a link with an MTU of %d carries names, a download and an upload', async (mtu, size) => {
    const host = await TunHost.start({ mtu, records: { 'page.campus.test': { A: [address] } } });
    const stack = host.newStack(mtu);
    try {
      const names = new CampusNames(stack, { servers: [servers.good], search: [] });
      const longest = { in: 0, out: 0 };
      host.passes = (packet, direction) => {
        longest[direction] = Math.max(longest[direction], packet.length);
        return true;
      };
      const download = await dialHost(stack, names, 'page.campus.test', 80, limit());
      download.end(`G ${size}\n`);
      expect(sha256(await buffer(download))).toBe(sha256(tunHost.bytes(size)));
      const upload = await stack.dial(address, 80, limit());
      upload.write('P\n');
      upload.end(tunHost.bytes(size));
      expect(await text(upload)).toBe(`${size} ${sha256(tunHost.bytes(size))}`);
      expect(Math.max(longest.in, longest.out)).toBeLessThanOrEqual(Math.min(mtu, 9_000));
    } finally {
      stack.close();
      await host.close();
    }
  });
});

describe.skipIf(missingForPeers(['/usr/sbin/ip']) !== null)('names and addresses of a campus', { timeout: 60_000 }, () => {
  let host: TunHost;
  let stack: IpStack;
  beforeAll(async () => {
    host = await TunHost.start({
      mtu: 1_400,
      records: {
        'page.campus.test': { A: [address] },
        'rebound.campus.test': { A: [address, '127.0.0.1'] },
        'rebound6.campus.test': { A: [address], AAAA: ['::1'] },
        'mapped.campus.test': { AAAA: ['::ffff:127.0.0.1'] },
        'nowhere.campus.test': { A: ['0.0.0.0'] },
        'ourselves.campus.test': { A: [tunHost.own] },
        'ourselves6.campus.test': { AAAA: [own6] },
      },
    });
    stack = host.newStack(1_400);
  }, 30_000);
  afterAll(async () => {
    stack.close();
    await host.close();
  });
  const names = () => new CampusNames(stack, { servers: [servers.good], search: ['campus.test'] });

  test.each(['rebound', 'rebound6', 'mapped', 'nowhere', 'ourselves', 'ourselves6'])(
    '%s, a name of which one address leads to this computer, is refused, and no connection begins',
    async (name) => {
      const begun: string[] = [];
      host.passes = (packet, direction) => {
        const protocol = packet[0] === 0x45 ? packet[9] : packet[6];
        if (direction === 'out' && protocol === 6) begun.push(name);
        return true;
      };
      await expect(dialHost(stack, names(), `${name}.campus.test`, 7, limit())).rejects.toMatchObject({ code: 'EPERM' });
      expect(begun).toEqual([]);
      host.passes = () => true;
    },
  );

  test('names of the campus, known or not, are asked of its own servers and never of the local network', async () => {
    const local = [
      vi.spyOn(dns, 'lookup'),
      vi.spyOn(dns, 'resolve'),
      vi.spyOn(dns, 'resolve4'),
      vi.spyOn(dns.promises, 'lookup'),
      vi.spyOn(dns.promises, 'resolve'),
      vi.spyOn(dns.Resolver.prototype, 'resolve'),
      vi.spyOn(dgram, 'createSocket'),
      vi.spyOn(net, 'connect'),
      vi.spyOn(net.Socket.prototype, 'connect'),
    ];
    host.asked.length = 0;
    const stream = await dialHost(stack, names(), 'page', 7, limit());
    stream.destroy();
    for (const name of ['secret.campus.test', 'secret', 'localhost.campus.test'])
      await expect(dialHost(stack, names(), name, 7, limit())).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(host.asked).toEqual(expect.arrayContaining(['good page.campus.test', 'good secret.campus.test', 'good secret']));
    for (const spy of local) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  test('an open stream ends with a sentence when a reconnect brings another address, and a stream of the other kind goes on', async () => {
    const [four, six] = [await stack.dial(address, 7, limit()), await stack.dial(address6, 7, limit())];
    const ended = new Promise((resolve) => void four.once('error', resolve));
    stack.setAddresses(['10.9.0.3', own6], 1_400);
    await expect(ended).resolves.toMatchObject({ code: 'ECONNRESET', message: expect.stringContaining('another address') as unknown });
    const again = await stack.dial(address, 7, limit());
    for (const stream of [six, again]) {
      stream.end('goes on');
      expect(await text(stream)).toBe('goes on');
    }
  });
});
