import type { Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { advance, distance, flags, type Segment } from '../../../campus/tunnel-network/tcp-segment.ts';
import { Client, useTunnelNetwork, type NetworkBench } from '../../support/tunnel-network.ts';

/** TCP inside a tunnel, at the campus's end. */

const { target, start } = useTunnelNetwork();
const bitsOf = ({ flags: bits }: Segment): number => bits;
const toTarget = (port: number) => ({ find: () => Promise.resolve({ host: '127.0.0.1', port }) });
const sum = (bench: NetworkBench): number => bench.segments().reduce((total, { data }) => total + data.length, 0);

it('a TCP connection opens across the wrap of the sequence numbers, with the options of both sides, and carries data both ways', async () => {
  const { port, accepted } = await target((socket) => socket.once('data', (chunk) => socket.write(chunk.toString().toUpperCase())));
  const bench = start(toTarget(port));
  const tcp = new Client(bench);
  const answer = await tcp.open();
  expect(answer).toMatchObject({ acknowledgment: 0xffff_fff1, maxSegment: 1360, windowScale: 2 });
  const text = Buffer.from('the number wraps around in this very text');
  tcp.send({ data: text });
  const data = await tcp.answer((segment) => segment.data.length > 0);
  expect(data.data.toString()).toBe(text.toString().toUpperCase());
  expect(data.acknowledgment).toBe(advance(0xffff_fff1, text.length));
  expect(data.acknowledgment).toBeLessThan(100);
  expect(accepted).toHaveLength(1);
});

it('a TCP connection scales no window when the client does not', async () => {
  const { port } = await target();
  const tcp = new Client(start(toTarget(port)), 40_001, 5, null);
  const answer = await tcp.open();
  expect(answer.windowScale).toBeUndefined();
});

it('a TCP connection is refused if the target refuses or does not exist, and so is a segment of no connection', async () => {
  const bench = start();
  const tcp = new Client(bench);
  tcp.syn();
  const refused = await tcp.answer((segment) => (bitsOf(segment) & flags.rst) !== 0);
  expect(refused).toMatchObject({ sequence: 0, acknowledgment: 0xffff_fff1, flags: flags.rst | flags.ack });
  expect(bench.network.connectionCount).toBe(0);
  tcp.received = 77;
  tcp.send({ data: Buffer.from('x') });
  expect(tcp.last()).toMatchObject({ sequence: 77, flags: flags.rst });
  // A reset is never answered
  const count = bench.sent.length;
  tcp.send({ flags: flags.rst });
  expect(bench.sent).toHaveLength(count);
});

it('a TCP connection ends each half by itself, and is gone when both have ended', async () => {
  const { port, accepted } = await target();
  const bench = start(toTarget(port));
  const tcp = new Client(bench);
  await tcp.open();
  let heard = '';
  let ended = false;
  await vi.waitFor(() => expect(accepted).toHaveLength(1));
  accepted[0]?.on('data', (chunk) => (heard += String(chunk))).on('end', () => (ended = true));
  tcp.send({ data: Buffer.from('last'), flags: flags.ack | flags.fin });
  await vi.waitFor(() => expect([heard, ended]).toEqual(['last', true]));
  expect(tcp.last().acknowledgment).toBe(advance(tcp.next, 5));
  tcp.next = advance(tcp.next, 5);
  // Its other half still sends
  accepted[0]?.end('after');
  const end = await tcp.answer((segment) => (bitsOf(segment) & flags.fin) !== 0);
  tcp.received = advance(tcp.received, 'after'.length + 1);
  expect(advance(end.sequence, end.data.length + 1)).toBe(tcp.received);
  tcp.send();
  // The client's FIN may come once more, and a new connection may take the ports at once
  tcp.send({ sequence: advance(tcp.next, -1), flags: flags.ack | flags.fin });
  expect(tcp.last()).toMatchObject({ flags: flags.ack, acknowledgment: tcp.next });
  const again = new Client(bench, 40_000, 1_000);
  again.syn();
  await again.answer((segment) => (bitsOf(segment) & flags.syn) !== 0 && segment.acknowledgment === 1_001);
  expect(bench.network.connectionCount).toBe(1);
});

it('a TCP sender respects the client’s window, probes a closed one, and continues when it opens', async () => {
  const bytes = Buffer.alloc(5_000, 'w');
  const { port } = await target((socket) => socket.end(bytes));
  const bench = start(toTarget(port));
  const tcp = new Client(bench, 40_000, 9, null);
  await tcp.open(2_000);
  await vi.waitFor(() => expect(sum(bench)).toBe(1_360));
  // Acknowledged, and closed
  tcp.received = advance(tcp.received, 1_360);
  tcp.send({ window: 0 });
  const probe = await vi.waitFor(() => {
    const last = tcp.last();
    expect(last.data).toHaveLength(1);
    return last;
  }, 3_000);
  expect(probe.sequence).toBe(tcp.received);
  // It was not taken. Nothing but probes comes
  const before = bench.sent.length;
  tcp.send({ window: 0 });
  await vi.waitFor(() => expect(bench.sent.length).toBeGreaterThan(before), 3_000);
  expect(
    bench
      .segments()
      .slice(before)
      .map(({ data }) => data.length),
  ).toEqual([1]);
  tcp.send({ window: 4_000 });
  await vi.waitFor(() => expect((bitsOf(tcp.last()) & flags.fin) !== 0).toBe(true));
  expect(advance(tcp.last().sequence, tcp.last().data.length)).toBe(advance(tcp.received, 5_000 - 1_360));
});

it('a TCP sender sends again what was not acknowledged, by the timer, and at once after three duplicates and on a new link', async () => {
  const { port } = await target((socket) => socket.write(Buffer.alloc(4_000, 'r')));
  const bench = start(toTarget(port));
  const tcp = new Client(bench);
  await tcp.open();
  await vi.waitFor(() => expect(sum(bench)).toBe(4_000));
  const firstOnes = (): number => bench.segments().filter(({ sequence, data }) => sequence === tcp.received && data.length > 0).length;
  expect(firstOnes()).toBe(1);
  for (let times = 0; times < 3; times += 1) tcp.send();
  expect(firstOnes()).toBe(2);
  await vi.waitFor(() => expect(firstOnes()).toBe(3), 3_000);
  bench.sent.length = 0;
  bench.network.attach(bench.link);
  expect(sum(bench)).toBe(4_000);
  expect(bench.segments()[0]?.sequence).toBe(tcp.received);
});

it('a TCP receiver gives each byte to its target once and in order, however segments overlap, repeat and leave gaps', async () => {
  const heard: Buffer[] = [];
  const { port } = await target((socket) => socket.on('data', (chunk) => heard.push(chunk)));
  const bench = start(toTarget(port));
  const tcp = new Client(bench);
  await tcp.open();
  const text = Buffer.from('abcdefghijklmnopqrstuvwxyz');
  const part = (from: number, to: number): void => tcp.send({ sequence: advance(tcp.next, from), data: text.subarray(from, to) });
  part(5, 10);
  expect(tcp.last().acknowledgment).toBe(tcp.next);
  part(0, 6);
  part(0, 6);
  part(3, 12);
  part(20, 26);
  part(2, 26);
  part(-0, 26);
  await vi.waitFor(() => expect(Buffer.concat(heard).toString()).toBe(text.toString()));
  expect(tcp.last().acknowledgment).toBe(advance(tcp.next, 26));
});

it('a TCP receiver closes its window when the target does not read, takes nothing beyond it, and opens it again', async () => {
  let reader: Socket | null = null;
  let heard = 0;
  const { port } = await target((socket) => {
    reader = socket;
    socket.on('data', (chunk) => (heard += chunk.length)).pause();
  });
  const bench = start(toTarget(port));
  const tcp = new Client(bench);
  await tcp.open();
  await vi.waitFor(() => expect(reader).not.toBeNull());
  // As much as the kernel between the two takes, and then as much as the window
  let sentBytes = 0;
  await vi.waitFor(
    async () => {
      for (let times = 0; times < 100; times += 1) {
        const at = tcp.last().acknowledgment;
        sentBytes = distance(at, tcp.next);
        tcp.send({ sequence: at, data: Buffer.alloc(1_360) });
      }
      await new Promise((resolve) => setImmediate(resolve));
      expect(tcp.last().window).toBe(0);
    },
    { timeout: 10_000, interval: 5 },
  );
  const edge = tcp.last().acknowledgment;
  tcp.send({ sequence: edge, data: Buffer.alloc(1_360) });
  await vi.waitFor(() => expect(tcp.last().acknowledgment).toBe(edge));
  expect(sentBytes).toBeGreaterThan(100_000);
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(100_000_000);
  (reader as Socket | null)?.resume();
  await vi.waitFor(() => expect(tcp.last().window).toBeGreaterThan(1_000));
  await vi.waitFor(() => expect(heard).toBe(distance(edge, tcp.next)));
});

it('a TCP connection is reset by the exact sequence number only, and challenges others', async () => {
  const { port, accepted } = await target();
  const bench = start(toTarget(port));
  const tcp = new Client(bench);
  await tcp.open();
  await vi.waitFor(() => expect(accepted).toHaveLength(1));
  const closed = new Promise((resolve) => accepted[0]?.resume().once('close', resolve));
  tcp.send({ sequence: advance(tcp.next, 500), flags: flags.rst });
  expect(tcp.last()).toMatchObject({ flags: flags.ack, acknowledgment: tcp.next });
  tcp.send({ flags: flags.syn | flags.ack });
  expect(tcp.last()).toMatchObject({ flags: flags.ack, acknowledgment: tcp.next });
  // Acknowledges what was never sent
  tcp.send({ acknowledgment: advance(tcp.received, 10_000) });
  expect(tcp.last()).toMatchObject({ flags: flags.ack, acknowledgment: tcp.next });
  expect(bench.network.connectionCount).toBe(1);
  tcp.send({ flags: flags.rst });
  expect(bench.network.connectionCount).toBe(0);
  accepted[0]?.end();
  await closed;
});

it('a tunnel’s network refuses the 257th connection and forgets those that are over', async () => {
  const { port } = await target();
  const bench = start(toTarget(port));
  const all = Array.from({ length: 257 }, (_, index) => new Client(bench, 2_000 + index));
  for (const each of all) each.syn();
  expect(bench.network.connectionCount).toBe(256);
  const refused = await all[256]?.answer((segment) => (bitsOf(segment) & flags.rst) !== 0);
  expect(refused).toBeDefined();
  for (const each of all) each.send({ flags: flags.rst, sequence: each.next });
  expect(bench.network.connectionCount).toBe(0);
});
