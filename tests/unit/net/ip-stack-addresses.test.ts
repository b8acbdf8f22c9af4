import { describe, expect, onTestFinished, test } from 'vitest';
import { dialHost } from '../../../electron/net/ip-stack/dial-host.ts';
import { IpStack } from '../../../electron/net/ip-stack/ip-stack.ts';
import { CampusNames } from '../../../electron/net/ip-stack/names.ts';
import { stackFile } from '../../peers/tun-host.ts';

const never = new AbortController().signal;
const own = ['10.9.0.2', 'fd09::2'];

/** A stack whose packets go nowhere. */
function stackWith(addresses: readonly string[], mtu = 1_400) {
  const sent: Buffer[] = [];
  const stack = new IpStack(stackFile(), {
    send({ bytes, lengths, count }) {
      let at = 0;
      for (const length of lengths.subarray(0, count)) {
        sent.push(Buffer.from(bytes.subarray(at, at + length)));
        at += length;
      }
      return true;
    },
  });
  const ready = stack.setAddresses(addresses, mtu);
  onTestFinished(() => stack.close());
  return { stack, sent, ready };
}

/** Dials, and says what became of it so far: its error, or null while it waits. */
function dialled(stack: IpStack, address: string) {
  const outcome: { error: unknown } = { error: null };
  const done = stack.dial(address, 80, never).catch((error: unknown) => (outcome.error = error));
  return { outcome, done };
}

describe('addresses that lead to this computer', () => {
  test.each([
    '127.0.0.1',
    '127.8.9.10',
    '0.0.0.0',
    '::1',
    '::',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:10.9.0.2',
    '::7f00:1',
    '10.9.0.2',
    'fd09::2',
    'FD09:0:0::0002',
  ])('the stack opens no stream to %s, and sends nothing', async (address) => {
    const { stack, sent } = stackWith(own);
    await expect(stack.dial(address, 80, never)).rejects.toMatchObject({ code: 'EPERM', message: `${address} leads to this computer` });
    expect(sent).toEqual([]);
  });

  test.each(['localhost', 'LOCALHOST.', 'portal.localhost'])('%s is refused before any name server is asked', async (host) => {
    const { stack, sent } = stackWith(own);
    const names = new CampusNames(stack, { servers: ['10.9.0.53'], search: ['campus.test'] });
    await expect(dialHost(stack, names, host, 80, never)).rejects.toMatchObject({ code: 'EPERM' });
    expect(sent).toEqual([]);
  });

  test.each(['0x7f.1', '127.1', '2130706433', 'fe80::1%lo', 'campus.test'])('%s is no address for the stack', async (text) => {
    await expect(stackWith(own).stack.dial(text, 80, never)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });
});

describe('what a gateway pushes', () => {
  test.each([[[]], [['']], [['none', '10.9.0']], [['fd09::2%tun0', '999.1.1.1']]])(
    'a gateway that pushes the addresses %j gives none, and streams and names fail at once',
    async (addresses) => {
      const { stack, sent, ready } = stackWith(addresses);
      expect(ready).toBe(false);
      for (const address of ['10.9.0.1', 'fd09::1'])
        await expect(stack.dial(address, 80, never)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
      const names = new CampusNames(stack, { servers: ['10.9.0.53', 'fd09::53'], search: [] });
      await expect(names.resolve('page.campus.test', never)).rejects.toMatchObject({ code: 'ENOTFOUND' });
      expect(sent).toEqual([]);
    },
  );

  test('without a name server names fail with a sentence, and addresses work', async () => {
    const { stack, sent } = stackWith(own);
    const names = new CampusNames(stack, { servers: [], search: ['campus.test'] });
    await expect(dialHost(stack, names, 'page.campus.test', 80, never)).rejects.toMatchObject({
      code: 'EAI_AGAIN',
      message: 'the gateway named no name server',
    });
    expect(sent).toEqual([]);
    dialled(stack, '10.9.0.1');
    expect(sent).toHaveLength(1);
  });

  test.each([
    [0, 1_280],
    [-1, 1_280],
    [67, 1_280],
    [68, 68],
    [200, 200],
    [576, 576],
    [1_280, 1_280],
    [1_400, 1_400],
    [9_000, 9_000],
    [65_535, 9_000],
    [1_000_000, 9_000],
  ])('with an MTU of %d the stack asks for packets of %d bytes at most', (mtu, used) => {
    const { stack, sent } = stackWith(own, mtu);
    dialled(stack, '10.9.0.1');
    expect(segmentSize(sent[0], 20)).toBe(used - 40);
    dialled(stack, 'fd09::1');
    // RFC 8200, 5: a link for IPv6 carries 1,280 bytes
    if (used < 1_280) expect(sent).toHaveLength(1);
    else expect(segmentSize(sent[1], 40)).toBe(used - 60);
  });

  test('an IPv6 address on a link that is too narrow for it is not used', async () => {
    const { stack, ready } = stackWith(['fd09::2'], 576);
    expect(ready).toBe(false);
    await expect(stack.dial('fd09::1', 80, never)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });
});

describe('a reconnect', () => {
  test('streams go on if the addresses are the same, in whatever spelling', () => {
    const { stack } = stackWith(own);
    const streams = ['10.9.0.1', 'fd09::1'].map((address) => dialled(stack, address).outcome);
    expect(stack.setAddresses(['FD09:0::2', '10.9.0.2'], 1_300)).toBe(true);
    expect(streams.map(({ error }) => error)).toEqual([null, null]);
  });

  test('a stream whose own address changed ends with a sentence, the others go on, and new ones use the new address', async () => {
    const { stack, sent } = stackWith(own);
    const [four, six] = [dialled(stack, '10.9.0.1'), dialled(stack, 'fd09::1')];
    stack.setAddresses(['10.9.0.3', 'fd09::2'], 1_400);
    await four.done;
    expect(four.outcome.error).toMatchObject({ code: 'ECONNRESET', message: expect.stringContaining('another address') as unknown });
    expect(six.outcome.error).toBeNull();
    sent.length = 0;
    dialled(stack, '10.9.0.1');
    expect(sent.find(isSyn)?.subarray(12, 16)).toEqual(Buffer.from([10, 9, 0, 3]));
    // The former one is any other host now
    expect([stack.isOwn('10.9.0.2'), stack.isOwn('10.9.0.3')]).toEqual([false, true]);
  });

  test('a stream ends with a sentence if the gateway pushes no address of its kind any more', async () => {
    const { stack } = stackWith(own);
    const [four, six] = [dialled(stack, '10.9.0.1'), dialled(stack, 'fd09::1')];
    stack.setAddresses(['10.9.0.2'], 1_400);
    await six.done;
    expect(six.outcome.error).toMatchObject({ code: 'ECONNRESET' });
    expect(four.outcome.error).toBeNull();
    await expect(stack.dial('fd09::1', 80, never)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });
});

/** Whether an IPv4 packet opens a connection. */
const isSyn = (packet: Buffer): boolean => packet[33] === 2;

/** The maximum segment size that a SYN names: its first option (RFC 9293, 3.2). */
function segmentSize(packet: Buffer | undefined, header: number): number {
  const options = packet?.subarray(header + 20);
  expect([options?.[0], options?.[1]]).toEqual([2, 4]);
  return options?.readUInt16BE(2) ?? 0;
}
