import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dialHost } from '../../../electron/net/ip-stack/dial-host.ts';
import { IpStack } from '../../../electron/net/ip-stack/ip-stack.ts';
import { CampusNames } from '../../../electron/net/ip-stack/names.ts';
import { failureOf } from '../../../shared/failure.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { stackFile, TunHost } from '../../peers/tun-host.ts';
import { tunHost } from '../../peers/tun-host-settings.ts';

/** Far longer than anything here takes. */
const limit = (): AbortSignal => AbortSignal.timeout(25_000);
const { address, address6, servers } = tunHost;
const file = stackFile();
const mebibyte = 1024 * 1024;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(missingForPeers(['/usr/sbin/ip']) !== null)('the network stack against a kernel', { timeout: 30_000 }, () => {
  let host: TunHost;
  let stack: IpStack;
  beforeAll(async () => {
    host = await TunHost.start({
      mtu: 1_400,
      records: {
        'page.campus.test': { A: [address], AAAA: [address6] },
        'six.campus.test': { AAAA: [address6] },
        'alias.campus.test': { alias: 'page.campus.test' },
        'half.campus.test': { A: ['10.9.0.77', address] },
        'many.campus.test': { A: [...Array.from({ length: 30 }, (_, index) => `10.9.1.${index}`)] },
        'empty.campus.test': {},
        'brief.campus.test': { A: [address], ttl: 0 },
      },
    });
    stack = host.newStack(1_400);
  }, 30_000);
  afterAll(async () => {
    stack.close();
    await host.close();
  });
  const names = (list: readonly (keyof typeof servers)[], search: string[] = []): CampusNames =>
    new CampusNames(stack, { servers: list.map((name) => servers[name]), search });

  test.each([address, address6])('a download from %s arrives byte for byte, and its memory is given back', async (to) => {
    const stream = await stack.dial(to, 80, limit());
    stream.end(`G ${8 * mebibyte}\n`);
    expect(sha256(await buffer(stream))).toBe(sha256(tunHost.bytes(8 * mebibyte)));
    await expect.poll(() => stack.memoryUsed).toBeLessThan(16 * 1024);
  });

  test.each([address, address6])('an upload to %s arrives byte for byte, and the answer comes after our half-close', async (to) => {
    const bytes = tunHost.bytes(8 * mebibyte);
    const stream = await stack.dial(to, 80, limit());
    stream.write('P\n');
    stream.end(bytes);
    expect(await text(stream)).toBe(`${bytes.length} ${sha256(bytes)}`);
  });

  test('eight streams at once stay apart', async () => {
    const sizes = Array.from({ length: 8 }, (_, index) => mebibyte + index);
    const got = await Promise.all(
      sizes.map(async (size) => {
        const stream = await stack.dial(address, 80, limit());
        stream.end(`G ${size}\n`);
        return sha256(await buffer(stream));
      }),
    );
    expect(got).toEqual(sizes.map((size) => sha256(tunHost.bytes(size))));
  });

  test('a stream loses nothing when every twentieth packet is lost in both directions', async () => {
    let count = 0;
    host.passes = () => ++count % 20 !== 0;
    try {
      const stream = await stack.dial(address, 80, limit());
      stream.end(`G ${mebibyte}\n`);
      expect(sha256(await buffer(stream))).toBe(sha256(tunHost.bytes(mebibyte)));
      const upload = await stack.dial(address, 80, limit());
      upload.write('P\n');
      upload.end(tunHost.bytes(mebibyte));
      expect(await text(upload)).toBe(`${mebibyte} ${sha256(tunHost.bytes(mebibyte))}`);
    } finally {
      host.passes = () => true;
    }
  });

  test('a reader that stops reading stops the sender, and little memory is used', async () => {
    const stream = await stack.dial(address, 80, limit());
    stream.end(`G ${32 * mebibyte}\n`);
    await new Promise((resolve) => void stream.once('readable', resolve));
    let held = -1;
    await expect
      .poll(() => {
        const before = held;
        held = stack.memoryUsed;
        return held > 0 && held === before;
      })
      .toBe(true);
    expect(held).toBeLessThan(2 * mebibyte);
    expect(sha256(await buffer(stream))).toBe(sha256(tunHost.bytes(32 * mebibyte)));
  });

  test('a port where nobody listens refuses at once', async () => {
    await expect(stack.dial(address, 81, limit())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('a connection that the far end breaks ends with a reset', async () => {
    const stream = await stack.dial(address, 9, limit());
    const ended = new Promise((resolve) => void stream.once('error', resolve));
    stream.write('x');
    stream.resume();
    await expect(ended).resolves.toMatchObject({ code: 'ECONNRESET' });
  });

  test('an address where nobody is times out, and an abort ends the wait at once', async () => {
    const cancel = new AbortController();
    const dialled = stack.dial('10.9.0.99', 80, cancel.signal);
    cancel.abort(new Error('enough'));
    await expect(dialled).rejects.toThrow('enough');
    await expect(stack.dial('10.9.0.99', 80, limit())).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  test('text that is not an address is refused', async () => {
    await expect(stack.dial('page.campus.test', 80, limit())).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  test('streams beyond the limit are refused with a sentence, and closed streams make room again', async () => {
    const opened: Promise<Awaited<ReturnType<typeof stack.dial>>>[] = [];
    for (let index = 0; index < 1_100; index++) opened.push(stack.dial(address, 7, limit()));
    const settled = await Promise.allSettled(opened);
    const refused = settled.filter((each) => each.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map((each): unknown => Reflect.get(Object(each.reason), 'code')))).toEqual(new Set(['EMFILE']));
    const open = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(open.length).toBeGreaterThan(600);
    for (const stream of open) stream.destroy();
    const stream = await stack.dial(address, 7, limit());
    stream.end('room again');
    expect(await text(stream)).toBe('room again');
  });

  test.each([
    ['page.campus.test', address6],
    ['six.campus.test', address6],
    ['alias.campus.test', address6],
    ['PAGE.campus.test.', address6],
  ])('%s is resolved through the tunnel, IPv6 first', async (name, first) => {
    expect((await names(['good']).resolve(name, limit()))[0]).toBe(first);
  });

  test('a silent name server costs a third of a second once, and is asked last from then on', async () => {
    const campus = names(['mute', 'good']);
    expect(await campus.resolve('brief.campus.test', limit())).toEqual([address]);
    host.asked.length = 0;
    expect(await campus.resolve('brief.campus.test', limit())).toEqual([address]);
    expect(host.asked).not.toContain('mute brief.campus.test');
  });

  test.each([[['good']], [['mute', 'good']]] as const)(
    'two hundred names at once are all resolved by the name servers %j',
    async (list) => {
      const campus = names(list);
      const hosts = Array.from({ length: 200 }, (_, index) => (index % 2 ? 'brief.campus.test' : 'page.campus.test'));
      const found = await Promise.all(hosts.map((each) => campus.resolve(each, limit())));
      expect(found.every((addresses) => addresses.includes(address))).toBe(true);
    },
  );

  test.each(['a..b', '.', '..', '.campus.test', `${'x'.repeat(64)}.campus.test`, `${'abc.'.repeat(64)}test`, ''])(
    'a name that cannot be asked (%s) is unknown at once, and no name server hears of it',
    async (name) => {
      host.asked.length = 0;
      await expect(names(['mute', 'good']).resolve(name, limit())).rejects.toMatchObject({ code: 'ENOTFOUND' });
      expect(host.asked).toEqual([]);
    },
  );

  test('a name server that fails is passed over at once', async () => {
    expect(await names(['failing', 'good']).resolve('page.campus.test', limit())).toEqual([address6, address]);
  });

  test('DNS answers with another id or question, or from another port, are ignored', async () => {
    expect(await names(['lying']).resolve('half.campus.test', limit())).toEqual(['10.9.0.77', address]);
  });

  test('a DNS answer too long for a datagram is fetched by TCP', async () => {
    expect(await names(['good']).resolve('many.campus.test', limit())).toHaveLength(30);
  });

  test('a DNS answer is cached as long as it says, and no longer', async () => {
    const campus = names(['good']);
    for (const name of ['page.campus.test', 'brief.campus.test']) {
      await campus.resolve(name, limit());
      host.asked.length = 0;
      await campus.resolve(name, limit());
      expect(host.asked.length > 0).toBe(name.startsWith('brief'));
    }
  });

  test('a search domain completes a short name', async () => {
    expect(await names(['good'], ['other.test', 'campus.test']).resolve('page', limit())).toEqual([address6, address]);
  });

  test.each([
    ['nobody.campus.test', ['good'], 'ENOTFOUND'],
    ['empty.campus.test', ['good'], 'ENOTFOUND'],
    ['page.campus.test', [], 'EAI_AGAIN'],
    ['page.campus.test', ['mute'], 'EAI_AGAIN'],
  ] as const)('%s with the name servers %j fails with %s', async (name, list, code) => {
    await expect(names(list).resolve(name, limit())).rejects.toMatchObject({ code });
  });

  test('a host with a dead address is reached at its next one', async () => {
    const stream = await dialHost(stack, names(['good']), 'half.campus.test', 7, limit());
    stream.end('hello');
    expect(await text(stream)).toBe('hello');
  });

  test('after a break, resend() continues a stream without waiting for its timeout', async () => {
    const stream = await stack.dial(address, 7, limit());
    host.passes = () => false;
    stream.write('sent into the break');
    await expect.poll(() => stack.memoryUsed).toBeGreaterThan(0);
    host.passes = () => true;
    stack.resend();
    const first = await new Promise<Buffer>((resolve) => void stream.once('data', resolve));
    expect(first.toString()).toBe('sent into the break');
    stream.destroy();
  });
});

test('a file that is not a network stack is refused with its name', () => {
  for (const bytes of [new Uint8Array(0), file.slice(0, 1_000), new Uint8Array(readFileSync('package.json'))]) {
    const failure = failureFrom(() => new IpStack(bytes, { send: () => true }));
    expect(failure).toMatchObject({ code: 'component-failed', params: { component: 'stack.wasm' } });
  }
});

function failureFrom(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return failureOf(error);
  }
  return null;
}
