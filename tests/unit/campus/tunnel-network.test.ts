import net, { type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addressNumber, checksum, ipHeaderBytes, newIp, protocols, readIp } from '../../../campus/tunnel-network/ip.ts';
import { TunnelNetwork, type NetworkOptions } from '../../../campus/tunnel-network/network.ts';
import { SendBuffer } from '../../../campus/tunnel-network/send-buffer.ts';
import { advance, distance, flags, newTcp, readTcp, type NewSegment, type Segment } from '../../../campus/tunnel-network/tcp-segment.ts';
import { newUdp, readUdp } from '../../../campus/tunnel-network/udp.ts';

const client = addressNumber('10.80.128.1');
const portal = addressNumber('10.80.0.80');
const nameServer = addressNumber('10.80.0.53');
const servers: Server[] = [];
const sockets: Socket[] = [];
const networks: TunnelNetwork[] = [];

afterEach(() => {
  vi.useRealTimers();
  for (const network of networks.splice(0)) network.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A real server outside the tunnel. `accepted` has its connections. */
async function target(serve: (socket: Socket) => void = () => undefined): Promise<{ port: number; accepted: Socket[] }> {
  const accepted: Socket[] = [];
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: false }, (socket) => {
    accepted.push(socket);
    sockets.push(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, accepted };
}

/** A network and the client's end of its link: what the network sends is in `sent`. */
function start(options: Partial<NetworkOptions> = {}) {
  const sent: Buffer[] = [];
  const link = { writable: true, send: (packet: Buffer) => void sent.push(packet) };
  const network = new TunnelNetwork({
    client,
    nameServer,
    mtu: 1400,
    addressOf: (name) => (name === '2fa.campus.test' ? portal : null),
    isHost: (address) => address === portal,
    find: () => Promise.resolve(null),
    ...options,
  });
  networks.push(network);
  network.attach(link);
  const segments = (): Segment[] => sent.flatMap((packet) => readTcp(readIp(packet) ?? fail()) ?? fail());
  return { network, link, sent, segments };
}
function fail(): never {
  throw new Error('a packet of the network cannot be read');
}

/** A client's TCP, driven by hand. */
class Client {
  next: number;
  constructor(
    private readonly bench: ReturnType<typeof start>,
    private readonly port = 40_000,
    public initial = 0xffff_fff0,
    private readonly windowScale: number | null = 7,
  ) {
    this.next = advance(initial, 1);
  }

  send(segment: Partial<NewSegment> & { data?: Buffer } = {}): void {
    const { data = Buffer.alloc(0), ...rest } = segment;
    this.bench.network.receive(
      newTcp(client, portal, {
        sourcePort: this.port,
        destinationPort: 443,
        sequence: this.next,
        acknowledgment: this.received,
        flags: flags.ack,
        window: 0xffff,
        dataBytes: data.length,
        fill: (room) => void data.copy(room),
        ...rest,
      }),
    );
  }

  received = 0;

  syn(): void {
    const scale = this.windowScale === null ? {} : { windowScale: this.windowScale };
    this.send({ sequence: this.initial, acknowledgment: 0, flags: flags.syn, maxSegment: 1360, ...scale });
  }

  /** Opens the connection and returns its SYN-ACK. */
  async open(window = 0xffff): Promise<Segment> {
    this.syn();
    const answer = await this.answer(({ flags: bits }) => (bits & flags.syn) !== 0);
    this.received = advance(answer.sequence, 1);
    this.send({ window });
    return answer;
  }

  answer(fits: (segment: Segment) => boolean): Promise<Segment> {
    return vi.waitFor(
      () => {
        const found = this.bench.segments().find((segment) => segment.destinationPort === this.port && fits(segment));
        if (!found) throw new Error('no such answer');
        return found;
      },
      { timeout: 5_000, interval: 5 },
    );
  }

  last(): Segment {
    return readTcp(readIp(this.bench.sent.at(-1) ?? fail()) ?? fail()) ?? fail();
  }
}

const bitsOf = ({ flags: bits }: Segment): number => bits;
const toTarget = (port: number) => ({ find: () => Promise.resolve({ host: '127.0.0.1', port }) });

describe('TCP inside a tunnel', () => {
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
    tcp.send({ window: 0 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(tcp.last().data).toHaveLength(1);
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
});

const sum = (bench: ReturnType<typeof start>): number => bench.segments().reduce((total, { data }) => total + data.length, 0);

describe('other packets inside a tunnel', () => {
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
});

describe('the send buffer', () => {
  it('the send buffer returns what was written, however it wraps and grows, and refuses more than its limit', () => {
    const ring = new SendBuffer(100_000);
    const expected: number[] = [];
    let value = 0;
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 0x7fff_ffff) % below;
    for (let times = 0; times < 400; times += 1) {
      const piece = Buffer.from(Array.from({ length: Math.min(ring.room, random(3_000)) }, () => (value = (value + 1) % 251)));
      ring.append(piece);
      expected.push(...piece);
      const offset = random(ring.length + 1);
      const copy = Buffer.alloc(Math.min(500, ring.length - offset));
      ring.copy(offset, copy);
      expect([...copy]).toEqual(expected.slice(offset, offset + copy.length));
      const count = random(ring.length + 1);
      ring.drop(count);
      expected.splice(0, count);
      expect(ring.length).toBe(expected.length);
    }
    expect(() => ring.append(Buffer.alloc(ring.room + 1))).toThrow(RangeError);
  });
});
