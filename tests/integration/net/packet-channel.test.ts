import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { IpStack } from '../../../electron/net/ip-stack/ip-stack.ts';
import { PosixPacketChannel, type PosixVariant } from '../../../electron/net/packet-channel/packet-channel-posix.ts';
import { largestPacket } from '../../../electron/net/packet-channel/packet-channel.ts';
import { socketCalls } from '../../../electron/net/packet-channel/socket-calls.ts';
import { batchOf, stackFile } from '../../peers/tun-host.ts';

const calls = socketCalls();
const opened: PosixPacketChannel[] = [];
afterEach(() => {
  for (const channel of opened.splice(0)) channel.close();
});

/** A channel, what came out of it, and the library's side of it. */
function open(variant: PosixVariant) {
  const channel = new PosixPacketChannel(variant);
  opened.push(channel);
  const received: Buffer[] = [];
  const batches: number[] = [];
  channel.onPackets(({ bytes, lengths, count }) => {
    batches.push(count);
    let at = 0;
    for (const length of lengths.subarray(0, count)) {
      received.push(Buffer.from(bytes.subarray(at, at + length)));
      at += length;
    }
  });
  const family = (packet: Uint8Array): Buffer =>
    variant === 'with-family' ? Buffer.from([0, 0, 0, (packet[0] ?? 0) >> 4 === 6 ? 30 : 2]) : Buffer.alloc(0);
  const incoming = Buffer.alloc(70_000);
  const library = {
    /** Whether the socket took the packet. */
    write: (packet: Uint8Array): boolean => {
      const whole = Buffer.concat([family(packet), packet]);
      return calls.send(channel.tun, whole, whole.length) === whole.length;
    },
    writeRaw: (bytes: Uint8Array): number => calls.send(channel.tun, bytes, bytes.length),
    /** The next packet, or null. */
    read: (): Buffer | null => {
      const length = calls.receive(channel.tun, incoming, incoming.length);
      if (length < 0) return null;
      const prefix = family(incoming.subarray(variant === 'with-family' ? 4 : 0)).length;
      if (variant === 'with-family') expect(incoming.subarray(0, 4)).toEqual(family(incoming.subarray(4, 5)));
      return Buffer.from(incoming.subarray(prefix, length));
    },
  };
  return { channel, received, batches, library };
}

/** A packet that starts like IPv4 or IPv6, and whose every byte depends on its number. */
function packet(number: number, length: number): Buffer {
  const bytes = Buffer.alloc(length, number % 251);
  bytes[0] = number % 2 === 0 ? 0x45 : 0x60;
  if (length >= 5) bytes.writeUInt32BE(number, 1);
  return bytes;
}

describe.each(['batched', 'single', 'with-family'] as const)('a packet channel, %s', (variant) => {
  test('brings the library’s packets whole and in order, whatever their lengths', async () => {
    const { received, library } = open(variant);
    const sent = Array.from({ length: 500 }, (_, number) => packet(number, 1 + ((number * 37) % 1_500)));
    for (const each of sent) {
      while (!library.write(each)) await wait(1);
    }
    await expect.poll(() => received.length).toBe(sent.length);
    expect(received.every((each, index) => each.equals(sent[index] ?? Buffer.alloc(0)))).toBe(true);
  });

  test('takes many waiting packets in few batches', async () => {
    const { received, batches, library } = open(variant);
    for (let number = 0; number < 64; number++) expect(library.write(packet(number, 100))).toBe(true);
    await expect.poll(() => received.length).toBe(64);
    expect(batches.length).toBeLessThanOrEqual(3);
  });

  test('sends the stack’s packets whole and in order, and waits while the library takes none', async () => {
    const { channel, library } = open(variant);
    let writable = 0;
    channel.onWritable(() => (writable += 1));
    const sent: Buffer[] = [];
    let blocked = false;
    while (!blocked) {
      const batch = Array.from({ length: 64 }, (_, index) => packet(sent.length + index, 1_400));
      sent.push(...batch);
      blocked = !channel.link.send(batchOf(batch));
      expect(sent.length).toBeLessThan(100_000);
    }
    await wait(20);
    expect(writable).toBe(0);
    const got: Buffer[] = [];
    const readAll = (): void => {
      for (let each = library.read(); each; each = library.read()) got.push(each);
    };
    await expect
      .poll(() => {
        readAll();
        return got.length;
      })
      .toBe(sent.length);
    expect(got.every((each, index) => each.equals(sent[index] ?? Buffer.alloc(0)))).toBe(true);
    await expect.poll(() => writable).toBe(1);
    expect(channel.link.send(batchOf([packet(7, 1_400)]))).toBe(true);
    expect(library.read()).toEqual(packet(7, 1_400));
  });

  test('passes the largest packet, and cuts off a longer one so that the stack drops it', async () => {
    const { channel, received, library } = open(variant);
    expect(library.write(packet(2, largestPacket))).toBe(true);
    expect(library.write(packet(4, 65_000))).toBe(true);
    expect(library.write(packet(6, 40))).toBe(true);
    await expect.poll(() => received.length).toBe(3);
    expect(received[0]).toEqual(packet(2, largestPacket));
    expect(received[1]?.length).toBeGreaterThan(largestPacket);
    expect(received[2]).toEqual(packet(6, 40));
    expect(channel.link.send(batchOf([packet(2, largestPacket)]))).toBe(true);
    expect(library.read()).toEqual(packet(2, largestPacket));
  });

  test('goes on after empty packets, which look like the end of a stream', async () => {
    const { received, library } = open(variant);
    for (let round = 1; round <= 3; round++) {
      expect(library.writeRaw(Buffer.alloc(0))).toBe(0);
      expect(library.write(packet(round, 50))).toBe(true);
      await expect.poll(() => received.length).toBe(round);
      expect(library.writeRaw(Buffer.alloc(0))).toBe(0);
    }
    expect(received).toEqual([1, 2, 3].map((number) => packet(number, 50)));
  });

  test('uses no processor time while nothing comes', async () => {
    const { received, library } = open(variant);
    for (let number = 0; number < 64; number++) library.write(packet(number, 100));
    await expect.poll(() => received.length).toBe(64);
    await wait(50);
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const start = process.cpuUsage();
    await wait(300);
    const { user, system } = process.cpuUsage(start);
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBe(before);
    expect(user + system).toBeLessThan(150_000);
  });

  test('gives its descriptors back when it closes, and calls nobody afterwards', async () => {
    const sockets = (): number =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
        } catch {
          return false;
        }
      }).length;
    const before = sockets();
    const { channel, received, library } = open(variant);
    let writable = 0;
    channel.onWritable(() => (writable += 1));
    while (channel.link.send(batchOf([packet(2, 1_400)]))) continue;
    library.write(packet(1, 100));
    channel.close();
    channel.close();
    await expect.poll(sockets).toBe(before);
    expect(received).toEqual([]);
    expect(writable).toBe(0);
    expect(channel.link.send(batchOf([packet(2, 1_400)]))).toBe(true);
  });

  test('carries a stack’s connection request to the library', async () => {
    const { channel, library } = open(variant);
    const stack = new IpStack(stackFile(), channel.link);
    channel.onPackets((batch) => stack.receive(batch));
    channel.onWritable(() => stack.writable());
    stack.setAddress('10.9.0.1', 1_400);
    const refused = expect(stack.dial('10.9.0.2', 80, AbortSignal.timeout(10_000))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const sent: Buffer[] = [];
    await expect
      .poll(() => {
        const next = library.read();
        if (next) sent.push(next);
        return sent.length;
      })
      .toBe(1);
    const [request = Buffer.alloc(60)] = sent;
    expect(request.subarray(12, 20)).toEqual(Buffer.from([10, 9, 0, 1, 10, 9, 0, 2]));
    expect(library.write(resetFor(request))).toBe(true);
    await refused;
    stack.close();
  });
});

/** The RST that answers a SYN over IPv4. RFC 9293, 3.10.7.1. */
function resetFor(syn: Buffer): Buffer {
  const reply = Buffer.alloc(40);
  reply[0] = 0x45;
  reply.writeUInt16BE(40, 2);
  reply[8] = 64;
  reply[9] = 6;
  syn.copy(reply, 12, 16, 20);
  syn.copy(reply, 16, 12, 16);
  const header = ((syn[0] ?? 0) & 15) * 4;
  syn.copy(reply, 20, header + 2, header + 4);
  syn.copy(reply, 22, header, header + 2);
  reply.writeUInt32BE((syn.readUInt32BE(header + 4) + 1) >>> 0, 28);
  reply[32] = 0x50;
  reply[33] = 0x14;
  reply.writeUInt16BE(checksum(reply.subarray(0, 20)), 10);
  const pseudo = Buffer.concat([reply.subarray(12, 20), Buffer.from([0, 6, 0, 20]), reply.subarray(20)]);
  reply.writeUInt16BE(checksum(pseudo), 36);
  return reply;
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
