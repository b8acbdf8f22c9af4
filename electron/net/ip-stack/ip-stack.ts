import { isIP } from 'node:net';
import { plainHost } from '../../trust/host.ts';
import { isLoopback } from '../loopback.ts';
import type { PacketBatch, PacketLink } from './packet-link.ts';
import { StackModule } from './stack-module.ts';
import { StackStream } from './stack-stream.ts';
import { streamError } from '../stream-error.ts';

/** lwIP's own clock, `TCP_TMR_INTERVAL` in `build/lwip/lwipopts.h`. */
const tickMs = 25;

/** `dial` and `open_socket` of `build/lwip/stack.c`. */
const noRoom = -2;

/** A link must carry packets of this size for IPv4 (RFC 791, 3.2), and of this for IPv6 (RFC 8200, 5). */
const leastMtu = { 4: 68, 6: 1280 } as const;
/** Used if the gateway says nothing, or nothing that can be true. */
const usualMtu = 1280;
type Family = keyof typeof leastMtu;

const familyOf = (address: string): Family | null => {
  // A zone names an interface, and here is only one
  const family = address.includes('%') ? 0 : isIP(address);
  return family === 4 || family === 6 ? family : null;
};

/** The MTU that the stack uses for what a gateway pushed. lwIP itself takes no more than 9,000. */
const mtuOf = (pushed: number): number => (pushed < leastMtu[4] ? usualMtu : pushed);

/** Those of the addresses that a gateway pushed which a link with this MTU can carry. */
export const usableAddresses = (addresses: readonly string[], mtu: number): string[] =>
  addresses.filter((address) => {
    const family = familyOf(address);
    return family !== null && mtuOf(mtu) >= leastMtu[family];
  });

/**
 * TCP/IP in this process, for one tunnel: IP packets on one side, streams and datagrams on the other. Its memory is limited
 * to 64 MiB, of which the receive windows of all streams may take 40 MiB.
 */
export class IpStack {
  readonly #module: StackModule;
  readonly #link: PacketLink;
  readonly #streams = new Map<number, { stream: StackStream; family: Family }>();
  /** Our address in the tunnel, of each kind. */
  readonly #own = new Map<Family, string>();
  readonly #sockets = new Map<number, (datagram: Buffer) => void>();
  #timer: NodeJS.Timeout | undefined;
  #settling: NodeJS.Immediate | undefined;
  #blocked = false;
  #closed = false;

  /** @param file the compiled `stack.wasm`. Fails with `component-failed` */
  constructor(file: Uint8Array<ArrayBuffer>, link: PacketLink) {
    this.#link = link;
    this.#module = StackModule.load(file, {
      datagram: (socket, length) => this.#sockets.get(socket)?.(Buffer.from(this.#module.scratch.subarray(0, length))),
    });
  }

  /** Bytes that lwIP holds. */
  get memoryUsed(): number {
    return this.#module.calls.memory_used();
  }

  /**
   * Takes the addresses in the tunnel, IPv4 or IPv6 or both, and the link's MTU in bytes, as the gateway pushed them; again
   * after each reconnect. A stream whose own address is no longer ours ends with an error. An address of a kind that the link
   * is too narrow for is not used, and text that is no address is not either.
   *
   * @returns whether there is an address to dial from
   */
  setAddresses(addresses: readonly string[], mtu: number): boolean {
    const before = new Map(this.#own);
    this.#own.clear();
    for (const address of usableAddresses(addresses, mtu)) this.setAddress(address, mtu);
    for (const [family, address] of before) if (this.#own.get(family) !== address) this.#breakOff(family);
    return this.#own.size > 0;
  }

  /** Takes one address, and leaves the others as they are. */
  setAddress(address: string, mtu: number): void {
    const family = familyOf(address);
    if (!family || this.#closed) return;
    // lwIP, too, would end the streams of the former address, but with an error that says something else
    if (this.#own.has(family) && this.#own.get(family) !== plainHost(address)) this.#breakOff(family);
    this.#own.set(family, plainHost(address));
    this.#module.calls.set_address(this.#module.text(address), mtuOf(mtu));
  }

  /** Whether an address leads to this computer, which no campus host does: loopback, or our own in the tunnel. */
  isOwn(address: string): boolean {
    return isLoopback(address) || [...this.#own.values()].includes(plainHost(address));
  }

  /** Takes packets that came from the tunnel. Damaged ones are dropped, and those that are longer than any MTU of ours. */
  receive(batch: PacketBatch): void {
    if (this.#closed) return;
    const { slots, largest } = this.#module;
    const start = this.#module.calls.packets_in_at();
    let lengths: number[] = [];
    let end = start;
    let at = 0;
    for (const length of batch.lengths.subarray(0, batch.count)) {
      if (length <= largest) {
        this.#module.bytes(end, length).set(batch.bytes.subarray(at, at + length));
        lengths.push(length);
        end += length;
      }
      at += length;
      if (lengths.length < slots) continue;
      this.#takeIn(lengths);
      lengths = [];
      end = start;
    }
    if (lengths.length > 0) this.#takeIn(lengths);
  }

  /** The link takes packets again. */
  writable(): void {
    this.#blocked = false;
    if (this.#closed) return;
    this.#module.calls.push();
    this.settle();
  }

  /** The tunnel is up again after a break: sends at once what would wait for a timeout. */
  resend(): void {
    this.#module.calls.resend();
    this.settle();
  }

  /**
   * Opens a stream to an address, IPv4 or IPv6. Fails like Node's own: `ECONNREFUSED`, `ETIMEDOUT`, `EMFILE` if too many
   * streams are open, `EADDRNOTAVAIL` if the tunnel has no address of this kind, `EPERM` if it leads to this computer; or
   * with the signal's reason.
   */
  async dial(address: string, port: number, signal: AbortSignal): Promise<StackStream> {
    signal.throwIfAborted();
    if (this.#closed) throw streamError('ENETDOWN', 'the tunnel is closed');
    if (this.isOwn(address)) throw ownAddress(address);
    const family = familyOf(address);
    if (!family || !this.#own.has(family)) throw streamError('EADDRNOTAVAIL', `no way to ${address} through the tunnel`);
    const id = this.#module.calls.dial(this.#module.text(address), port);
    if (id === noRoom) throw streamError('EMFILE', 'too many connections through the tunnel');
    if (id < 0) throw streamError('EADDRNOTAVAIL', `no way to ${address} through the tunnel`);
    const stream = new StackStream(id, this.#module, {
      changed: () => this.#settleSoon(),
      gone: () => void this.#streams.delete(id),
    });
    this.#streams.set(id, { stream, family });
    this.#keepTime();
    const connected = stream.connected(signal);
    this.settle();
    return connected;
  }

  /**
   * Opens a socket for datagrams to and from one server. Null if there are too many, or no address of this kind. Only this
   * server's datagrams arrive, at a random port.
   */
  openSocket(
    address: string,
    port: number,
    onDatagram: (datagram: Buffer) => void,
  ): { send(datagram: Uint8Array): void; close(): void } | null {
    const family = familyOf(address);
    if (this.#closed || !family || !this.#own.has(family)) return null;
    const { calls } = this.#module;
    const id = calls.open_socket(this.#module.text(address), port);
    if (id < 0) return null;
    this.#sockets.set(id, onDatagram);
    this.#keepTime();
    let open = true;
    return {
      send: (datagram) => {
        if (!open || this.#closed || datagram.length > this.#module.scratchSize) return;
        this.#module.scratch.set(datagram);
        calls.send_datagram(id, datagram.length);
        this.settle();
      },
      close: () => {
        if (!open) return;
        open = false;
        this.#sockets.delete(id);
        calls.close_socket(id);
      },
    };
  }

  /** Tells streams what happened to them, and sends what waits. */
  settle(): void {
    if (this.#closed) return;
    const { calls } = this.#module;
    for (let id = calls.next_changed(); id >= 0; id = calls.next_changed()) {
      const flags = calls.flags_of(id);
      this.#streams.get(id)?.stream.happened(flags);
    }
    this.#flush();
  }

  /** Ends every stream with an error, and stops. Calling it twice is harmless. */
  close(reason: Error = streamError('ENETDOWN', 'the tunnel is closed')): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    clearImmediate(this.#settling);
    for (const { stream } of [...this.#streams.values()]) stream.breakOff(reason);
    this.#sockets.clear();
  }

  #breakOff(family: Family): void {
    const reason = streamError('ECONNRESET', 'the gateway gave this computer another address, and the far end knows only the former one');
    for (const each of [...this.#streams.values()]) if (each.family === family) each.stream.breakOff(reason);
  }

  #takeIn(lengths: readonly number[]): void {
    const { calls } = this.#module;
    this.#module.words(calls.lengths_in_at(), lengths.length).set(lengths);
    calls.input(lengths.length);
    this.settle();
  }

  #flush(): void {
    const { calls, slots } = this.#module;
    for (let count = calls.out_waiting(); count > 0 && !this.#blocked; count = calls.out_waiting()) {
      const bytes = this.#module.bytes(calls.packets_out_at(), calls.out_bytes());
      const lengths = this.#module.words(calls.lengths_out_at(), count);
      this.#blocked = !this.#link.send({ bytes, lengths, count });
      calls.out_taken();
      if (count === slots) calls.push();
    }
  }

  /** Scheduled once for all reads and writes of one turn of the event loop. */
  #settleSoon(): void {
    this.#settling ??= setImmediate(() => {
      this.#settling = undefined;
      this.settle();
    });
  }

  /** lwIP's clock ticks only while something can happen by itself. */
  #keepTime(): void {
    this.#timer ??= setInterval(() => {
      const { calls } = this.#module;
      calls.tick();
      this.settle();
      if (calls.busy() !== 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    }, tickMs);
  }
}

/** The error for an address that leads to this computer. */
export const ownAddress = (host: string): Error => streamError('EPERM', `${host} leads to this computer`);
