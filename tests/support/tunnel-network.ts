import net, { type Server, type Socket } from 'node:net';
import { afterEach, vi } from 'vitest';
import { addressNumber, readIp } from '../../campus/tunnel-network/ip.ts';
import { TunnelNetwork, type NetworkOptions } from '../../campus/tunnel-network/network.ts';
import { advance, flags, newTcp, readTcp, type NewSegment, type Segment } from '../../campus/tunnel-network/tcp-segment.ts';

export const client = addressNumber('10.80.128.1');
export const portal = addressNumber('10.80.0.80');
export const nameServer = addressNumber('10.80.0.53');

/** The network at the campus's end of a tunnel, for the tests of a file. What a test starts ends with it. */
export function useTunnelNetwork() {
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

  return { target, start };
}
export type NetworkBench = ReturnType<ReturnType<typeof useTunnelNetwork>['start']>;

export function fail(): never {
  throw new Error('a packet of the network cannot be read');
}

/** A client's TCP, driven by hand. */
export class Client {
  next: number;
  constructor(
    private readonly bench: NetworkBench,
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
