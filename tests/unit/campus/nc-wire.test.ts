import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { configurationMessage } from '../../../campus/nc/configuration.ts';
import { NcLink } from '../../../campus/nc/link.ts';
import { NcReader, type NcInput } from '../../../campus/nc/reader.ts';
import {
  attribute,
  clientMtu,
  dataRecord,
  isHello,
  maxHelloBytes,
  message,
  messageHeaderBytes,
  messageTypes,
  packetsIn,
  readAttributes,
  record,
} from '../../../campus/nc/wire.ts';
import { addressNumber, newIp } from '../../../campus/tunnel-network/ip.ts';

/** As OpenConnect 9.21 sends it (`oncp_connect`). */
function hello(name: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(name.length);
  return record(Buffer.concat([Buffer.from([0, 4, 0, 0, 0]), length, Buffer.from(name), Buffer.from([0xbb, 1, 0, 0, 0, 0])]));
}
const settings = (mtu: number): Buffer => {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(mtu);
  return record(message(messageTypes.clientSettings, attribute(6, attribute(2, value))));
};
const packet = (bytes: number): Buffer => newIp(99, 1, 2, bytes).fill(7, 20);

/** What a reader makes of bytes that come in pieces. Bodies are copied: they are valid for a moment only. */
function readAll(bytes: Buffer, pieceBytes: () => number): NcInput[] {
  const reader = new NcReader(maxHelloBytes);
  const found: NcInput[] = [];
  for (let at = 0; at < bytes.length;) {
    const piece = Buffer.from(bytes.subarray(at, (at += pieceBytes())));
    for (const input of reader.read(piece)) found.push(input.kind === 'end' ? input : { ...input, body: Buffer.from(input.body) });
  }
  return found;
}

const textOf = (input: NcInput): string => (input.kind === 'message' ? `${input.type} ${input.body.toString('latin1')}` : input.kind);

describe('oNCP records and messages', () => {
  it('oNCP messages are read however records, messages and arriving bytes are split', () => {
    const bodies = [packet(30), packet(1_380), Buffer.alloc(0), packet(3), packet(60_000)];
    const stream = Buffer.concat(bodies.map((body) => message(messageTypes.data, body)));
    let seed = 11;
    const random = (below: number): number => (seed = (seed * 48_271) % 0x7fff_ffff) % below;
    for (let times = 0; times < 60; times += 1) {
      const records: Buffer[] = [hello('laptop')];
      for (let at = 0; at < stream.length;) records.push(record(stream.subarray(at, (at += 1 + random(times < 30 ? 40 : 60_000)))));
      const found = readAll(Buffer.concat(records), () => 1 + random(times % 2 === 0 ? 30 : 70_000));
      expect(found.map(({ kind }) => kind)).toEqual(['hello', ...bodies.map(() => 'message')]);
      // Compared as text: a matcher takes seconds for a long buffer
      expect(found.slice(1).map(textOf)).toEqual(bodies.map((body) => textOf({ kind: 'message', type: messageTypes.data, body })));
    }
  });

  it('oNCP input ends at a record of length 0 and at a first record that is too long', () => {
    const whole = (bytes: Buffer): NcInput[] => readAll(bytes, () => bytes.length);
    expect(whole(Buffer.concat([hello('x'), Buffer.from([0, 0, 1, 9, 9, 9])])).map(({ kind }) => kind)).toEqual(['hello', 'end']);
    expect(whole(Buffer.from([0, 0]))).toEqual([{ kind: 'end' }]);
    expect(whole(record(Buffer.alloc(maxHelloBytes + 1)))).toEqual([{ kind: 'end' }]);
  });

  it('an oNCP hello is accepted only when its lengths match', () => {
    const body = (bytes: Buffer): Buffer => bytes.subarray(2);
    expect(isHello(body(hello('a-laptop')))).toBe(true);
    expect(isHello(body(hello('')))).toBe(true);
    expect(isHello(body(hello('a-laptop')).subarray(1))).toBe(false);
    expect(isHello(Buffer.alloc(4))).toBe(false);
  });

  it('a data message carries several packets, up to the first part that is not a packet', () => {
    const [first, second] = [packet(30), packet(7)];
    expect([...packetsIn(Buffer.concat([first, second]))]).toEqual([first, second]);
    expect([...packetsIn(Buffer.concat([first, Buffer.from([0x60]), second]))]).toEqual([first]);
    expect([...packetsIn(Buffer.concat([first, second.subarray(0, 26)]))]).toEqual([first]);
    const looping = packet(30);
    looping.writeUInt16BE(0, 2);
    expect([...packetsIn(looping)]).toEqual([]);
  });

  it('attributes are read only when their lengths match', () => {
    expect(readAttributes(attribute(3, Buffer.from('abc')))).toEqual([{ number: 3, value: Buffer.from('abc') }]);
    const lies = attribute(3, Buffer.from('abc'));
    lies.writeUInt32BE(0xffff_ffff, 2);
    expect(readAttributes(lies)).toBeNull();
    expect(readAttributes(Buffer.alloc(5))).toBeNull();
    expect(clientMtu(attribute(6, attribute(2, Buffer.from([0, 0, 5, 0x78]))))).toBe(1_400);
    expect(clientMtu(attribute(6, attribute(2, Buffer.from([5])))) ?? clientMtu(lies)).toBeNull();
  });
});

describe('the configuration', () => {
  it('the configuration gives OpenConnect the gateway’s values, although OpenConnect skips a group in the last 20 bytes', () => {
    const bytes = configurationMessage({
      address: addressNumber('10.80.128.1'),
      netmask: addressNumber('255.255.255.255'),
      mtu: 1_400,
      nameServers: [addressNumber('10.80.0.53')],
      searchDomain: 'c.test',
      routes: [{ network: addressNumber('10.80.0.0'), netmask: addressNumber('255.255.0.0') }],
    });
    const found: string[] = [];
    const length = bytes.readUInt16BE(18);
    expect(bytes).toHaveLength(messageHeaderBytes + length);
    // As `parse_conf_pkt` counts: from the beginning of the header, to the length of what follows it
    for (let at = messageHeaderBytes; at < length;) {
      const end = at + 6 + bytes.readUInt32BE(at + 2);
      for (const { number, value } of readAttributes(bytes.subarray(at + 6, end)) ?? []) {
        found.push(
          `${bytes.readUInt16BE(at)}/${number} ${number === 2 && bytes.readUInt16BE(at) === 2 ? value.toString() : value.toString('hex')}`,
        );
      }
      at = end;
    }
    expect(found.sort()).toEqual(['1/1 0a508001', '1/2 ffffffff', '2/1 0a500035', '2/2 c.test', '3/3 0a500000ffff0000', '6/2 00000578']);
  });
});

describe('a tunnel’s connection to its client', () => {
  const links: NcLink[] = [];
  afterEach(() => {
    vi.useRealTimers();
    for (const link of links.splice(0)) link.close();
  });

  /** A link whose socket takes one write at a time, when the test lets it. */
  function start(configuration = message(messageTypes.configuration, Buffer.alloc(100)), isHeld = false) {
    const writes: Buffer[] = [];
    const held: (() => void)[] = [];
    const socket = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        writes.push(chunk);
        if (isHeld) held.push(done);
        else done();
      },
      writev: (chunks, done) => {
        writes.push(Buffer.concat(chunks.map(({ chunk }) => (chunk instanceof Buffer ? chunk : Buffer.alloc(0)))));
        done();
      },
    });
    const events = { onReady: vi.fn(), onPacket: vi.fn(), onWritable: vi.fn(), onClosed: vi.fn() };
    const link = new NcLink(socket, configuration, events);
    links.push(link);
    link.start(Buffer.alloc(0));
    return { link, socket, writes, held, events, say: (bytes: Buffer) => socket.push(bytes) };
  }

  it('an nc link answers the hello, configures, and sends nothing before the client is ready', async () => {
    const { link, writes, events, say } = start();
    link.send(packet(10));
    say(hello('laptop'));
    await vi.waitFor(() => expect(writes).toHaveLength(2));
    expect(writes[0]).toEqual(Buffer.from([1, 0, 0]));
    expect(writes[1]?.readUInt16LE(0)).toBe(120);
    link.send(packet(10));
    await turn();
    expect([writes.length, link.writable]).toEqual([2, false]);
    say(settings(1_280));
    await vi.waitFor(() => expect(events.onReady).toHaveBeenCalledExactlyOnceWith(1_280));
    link.send(packet(10));
    await vi.waitFor(() => expect(writes[2]).toEqual(dataRecord(packet(10))));
    say(dataRecord(packet(33)));
    await vi.waitFor(() => expect(events.onPacket).toHaveBeenCalledOnce());
  });

  it('an nc link sends a long configuration in several records, one write each, which form one message', async () => {
    const long = message(messageTypes.configuration, Buffer.alloc(40_000, 'r'));
    const { writes, say } = start(long);
    say(hello('laptop'));
    const bodies = (): Buffer[] => writes.slice(1).map((write) => write.subarray(2));
    await vi.waitFor(() => expect(Buffer.concat(bodies()).equals(long)).toBe(true));
    for (const write of writes.slice(1)) expect([write.length <= 16_384, write.readUInt16LE(0)]).toEqual([true, write.length - 2]);
  });

  it('an nc link writes whole records that fit a TLS record, reports when it is full, and drops packets beyond that', async () => {
    const { link, writes, held, events, say } = start(undefined, true);
    const release = (): void => held.shift()?.();
    say(hello('laptop'));
    await vi.waitFor(() => {
      release();
      expect(writes).toHaveLength(2);
    });
    say(settings(1_400));
    await vi.waitFor(() => expect(events.onReady).toHaveBeenCalledOnce());
    for (let times = 0; times < 1_000; times += 1) link.send(packet(1_380));
    expect(link.writable).toBe(false);
    await vi.waitFor(() => {
      release();
      expect(events.onWritable).toHaveBeenCalledOnce();
    });
    await vi.waitFor(() => {
      release();
      expect(held).toHaveLength(0);
      expect(link.writable).toBe(true);
    });
    for (const write of writes.slice(2)) {
      expect(write.length).toBeLessThanOrEqual(16_000);
      expect(write.length % dataRecord(packet(1_380)).length).toBe(0);
    }
    expect(Buffer.concat(writes.slice(2)).length).toBeLessThan(300_000);
  });

  it('an nc link ends with a reason, and then closes', async () => {
    const { link, socket, writes, events, say } = start();
    say(hello('laptop'));
    await vi.waitFor(() => expect(writes).toHaveLength(2));
    say(settings(1_400));
    await vi.waitFor(() => expect(events.onReady).toHaveBeenCalledOnce());
    link.end(8);
    link.end(1);
    await vi.waitFor(() => expect(socket.destroyed).toBe(true));
    expect(writes[2]).toEqual(Buffer.from([0, 0, 8]));
    expect(writes).toHaveLength(3);
  });

  it('an nc link closes if the client is silent, sends something wrong, or says goodbye', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const silent = start();
    vi.advanceTimersByTime(15_000);
    expect(silent.socket.destroyed).toBe(true);
    vi.useRealTimers();
    for (const bytes of [
      Buffer.from([0, 0, 0]),
      record(Buffer.from('no hello')),
      record(Buffer.alloc(5_000)),
      Buffer.concat([hello('x'), settings(1_400), Buffer.from([0, 0, 1])]),
    ]) {
      const { socket, events, say } = start();
      say(bytes);
      await vi.waitFor(() => expect(socket.destroyed).toBe(true));
      expect(events.onClosed).toHaveBeenCalledOnce();
    }
  });

  it('an nc link survives any bytes after the hello, and passes on only whole packets', async () => {
    let seed = 3;
    const random = (below: number): number => (seed = (seed * 48_271) % 0x7fff_ffff) % below;
    for (let times = 0; times < 100; times += 1) {
      const { say, events } = start();
      say(hello('x'));
      for (let piece = 0; piece < 20; piece += 1) say(Buffer.from(Array.from({ length: 1 + random(400) }, () => random(256))));
      say(dataRecord(Buffer.from(Array.from({ length: 1 + random(100) }, () => random(256)))));
      await turn();
      for (const [bytes] of events.onPacket.mock.calls) expect(bytes).toHaveLength(Buffer.from(bytes as Buffer).readUInt16BE(2));
    }
  });
});
