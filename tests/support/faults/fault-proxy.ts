import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { Lane, type Carriage } from './fault-lane.ts';
import { lastingPort } from '../ports.ts';

/** `up` is from the client to the server. */
export type Direction = 'up' | 'down';

/**
 * When a fault begins on a connection: after this many bytes in that direction, or at its nth message (bytes that arrive
 * at once; the first is 1), which is then the first to meet the fault. Counted from the moment when the fault is set, or
 * when the connection opens if that is later. Without an onset it begins at once.
 */
export type Onset = { direction: Direction; afterBytes: number } | { direction: Direction; atMessage: number };

/** What goes wrong on the line. */
export type Fault =
  | { kind: 'none' }
  /** Delay in milliseconds, each way. */
  | { kind: 'latency'; ms: number; onset?: Onset }
  | { kind: 'bandwidth'; bytesPerSecond: number; onset?: Onset }
  /** RST to both sides. */
  | { kind: 'reset'; onset?: Onset }
  /** FIN to both sides. */
  | { kind: 'close'; onset?: Onset }
  /** This direction goes silent. */
  | { kind: 'half-open'; direction: Direction; onset?: Onset }
  /** Connections are accepted, and nothing passes either way. */
  | { kind: 'black-hole'; onset?: Onset }
  /** The client gets other bytes than the server sent. */
  | { kind: 'garbage'; bytes?: Buffer; onset?: Onset }
  /** Nobody listens. Open connections continue. */
  | { kind: 'refuse' };

export interface FaultProxy {
  readonly port: number;
  /** Connections of clients: all so far, and those now open. */
  readonly connections: { readonly total: number; readonly open: number };
  /** Turns client → server → client, in total and by connection, oldest first. Each change of direction from down to up starts a turn. */
  readonly roundTrips: { readonly total: number; readonly each: readonly number[] };
  /**
   * Sets the fault from now on, for open and new connections. What a dead line held back is delivered once another fault,
   * or none, replaces it. The promise is for starting and stopping `refuse`.
   */
  readonly set: (fault: Fault) => Promise<void>;
  /** Resets every open connection, once. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

/** A TCP proxy on loopback whose line to the target can fail in every way that networks do. */
export async function startFaultProxy(target: { port: number; host?: string }): Promise<FaultProxy> {
  const lines = new Set<Line>();
  const roundTrips: number[] = [];
  let fault: Fault = { kind: 'none' };

  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const number = roundTrips.push(0) - 1;
    const line = new Line(client, target, fault, () => (roundTrips[number] = (roundTrips[number] ?? 0) + 1));
    lines.add(line);
    line.over.then(
      () => lines.delete(line),
      () => undefined,
    );
  });
  const port = await lastingPort();
  const listen = async (): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen();

  return {
    port,
    get connections() {
      return { total: roundTrips.length, open: [...lines].filter((line) => line.clientIsThere).length };
    },
    get roundTrips() {
      return { total: roundTrips.reduce((sum, each) => sum + each, 0), each: [...roundTrips] };
    },
    async set(next) {
      fault = next;
      for (const line of lines) line.set(next);
      // close() only stops listening. Its callback waits for the last connection, so it is not awaited
      if (next.kind === 'refuse') server.close();
      if (next.kind !== 'refuse' && !server.listening) await listen();
    },
    cut() {
      for (const line of lines) line.reset();
    },
    async close() {
      const left = [...lines].map((line) => line.over);
      for (const line of lines) line.reset();
      server.close();
      await Promise.all(left);
    },
  };
}

/** One client's connection and its connection to the target. */
class Line {
  /** Resolves when both sides are gone. */
  readonly over: Promise<void>;
  private server: Socket | null = null;
  private readonly up: Lane;
  private down: Lane | null = null;
  private begun = false;
  private passed = { up: { bytes: 0, messages: 0 }, down: { bytes: 0, messages: 0 } };
  private lastDirection: Direction | null = null;
  private markOver: () => void = () => undefined;

  constructor(
    private readonly client: Socket,
    private readonly target: { port: number; host?: string },
    private fault: Fault,
    private readonly onRoundTrip: () => void,
  ) {
    this.over = new Promise((resolve) => (this.markOver = resolve));
    this.up = new Lane(client, () => this.carriage('up'));
    this.listenTo(client, 'up', this.up);
    client.once('close', () => this.markOverIfSo());
    this.set(fault);
  }

  /** While the line back is dead, a client that has only finished sending looks like one that left */
  get clientIsThere(): boolean {
    return !this.client.destroyed && !(this.client.readableEnded && this.carriage('down').kind === 'dead');
  }

  set(fault: Fault): void {
    this.fault = fault;
    this.begun = false;
    this.passed = { up: { bytes: 0, messages: 0 }, down: { bytes: 0, messages: 0 } };
    if (!('onset' in fault)) this.begin();
    this.connect();
    this.up.pump();
    this.down?.pump();
  }

  reset(): void {
    this.up.stop();
    this.down?.stop();
    this.client.resetAndDestroy();
    this.server?.resetAndDestroy();
    this.markOverIfSo();
  }

  /** A black hole that was set first means that the target is never connected to */
  private connect(): void {
    if (this.server || this.client.destroyed || this.carriage('up').kind === 'dead') return;
    const server = net.connect({ host: this.target.host ?? '127.0.0.1', port: this.target.port, allowHalfOpen: true, noDelay: true });
    const down = new Lane(server, () => this.carriage('down'));
    this.server = server;
    this.down = down;
    this.listenTo(server, 'down', down);
    server.once('close', () => this.markOverIfSo());
    down.into(this.client);
    this.up.into(server);
  }

  private listenTo(source: Socket, direction: Direction, lane: Lane): void {
    let broken = false;
    source.on('data', (bytes: Buffer) => this.carry(direction, lane, bytes));
    source.on('error', () => (broken = true));
    source.once('end', () => lane.finish('end'));
    source.once('close', () => lane.finish(broken ? 'reset' : 'end'));
  }

  private carry(direction: Direction, lane: Lane, bytes: Buffer): void {
    if (direction === 'up' && this.lastDirection !== 'up') this.onRoundTrip();
    this.lastDirection = direction;
    const before = this.begun ? 0 : this.untilOnset(direction, bytes.length);
    if (before === null) {
      lane.push(bytes);
      return;
    }
    lane.push(bytes.subarray(0, before));
    if (!this.begun) this.begin();
    if (!this.isEnded) lane.push(bytes.subarray(before));
  }

  /** How many of these bytes pass before the fault begins. Null: all of them, and it does not begin yet. */
  private untilOnset(direction: Direction, length: number): number | null {
    const passed = this.passed[direction];
    const earlier = passed.bytes;
    passed.bytes += length;
    passed.messages += 1;
    const onset = 'onset' in this.fault ? this.fault.onset : undefined;
    if (onset?.direction !== direction) return null;
    if ('atMessage' in onset) return passed.messages >= onset.atMessage ? 0 : null;
    return passed.bytes >= onset.afterBytes ? onset.afterBytes - earlier : null;
  }

  private begin(): void {
    this.begun = true;
    if (this.fault.kind === 'reset') this.reset();
    if (this.fault.kind === 'close') {
      this.client.end();
      this.server?.end();
      // Whatever else arrives is dropped. Without a target there is nobody left to wait for
      this.client.resume();
    }
  }

  private get isEnded(): boolean {
    return this.begun && (this.fault.kind === 'close' || this.fault.kind === 'reset');
  }

  private carriage(direction: Direction): Carriage {
    const { fault } = this;
    if (!this.begun) return { kind: 'pass' };
    switch (fault.kind) {
      case 'latency':
        return { kind: 'latency', ms: fault.ms };
      case 'bandwidth':
        return { kind: 'bandwidth', bytesPerSecond: fault.bytesPerSecond };
      case 'black-hole':
        return { kind: 'dead' };
      case 'half-open':
        return { kind: fault.direction === direction ? 'dead' : 'pass' };
      case 'garbage':
        return direction === 'down' ? { kind: 'garbage', ...(fault.bytes ? { bytes: fault.bytes } : {}) } : { kind: 'pass' };
      case 'none':
      case 'refuse':
      case 'reset':
      case 'close':
        return { kind: 'pass' };
    }
  }

  private markOverIfSo(): void {
    if (this.client.destroyed && (!this.server || this.server.destroyed)) this.markOver();
  }
}
