import { addressNumber, addressText } from '../../../campus/tunnel-network/ip.ts';
import type { TunnelNetwork } from '../../../campus/tunnel-network/network.ts';
import { insidePlan, type InsideHosts } from './inside-hosts.ts';
import type { PacketWriter } from './packet-writer.ts';

/** Somebody's session: an address and the connections inside its tunnel, which outlive the tunnel's own connection. */
export class PacketSession {
  readonly network: TunnelNetwork;
  /** How often a tunnel of it was opened. */
  opened = 0;
  /** The bytes of its client's packets. */
  received = 0;
  private writer: PacketWriter | null = null;

  constructor(
    /** The client's. */
    readonly address: string,
    hosts: InsideHosts,
  ) {
    this.network = hosts.network(address);
  }

  /** The tunnel's current connection, or null. */
  get link(): PacketWriter | null {
    return this.writer;
  }

  /** Uses this connection from now on, and closes the one before. */
  attach(writer: PacketWriter): void {
    const before = this.writer;
    this.writer = writer;
    this.opened += 1;
    before?.destroy();
    this.network.attach(writer);
  }

  detach(writer: PacketWriter): void {
    this.network.detach(writer);
    if (this.writer === writer) this.writer = null;
  }

  /** Takes a packet from the client. */
  receive(packet: Buffer): void {
    this.received += packet.length;
    this.network.receive(packet);
  }

  close(): void {
    this.network.close();
  }
}

/** The sessions of a stand-in gateway by their tickets. */
export class PacketSessions {
  private readonly known = new Map<string, PacketSession>();
  private count = 0;

  constructor(private readonly hosts: InsideHosts) {}

  get tickets(): ReadonlySet<string> {
    return new Set(this.known.keys());
  }

  /** Starts the session of a new ticket. */
  start(ticket: string): PacketSession {
    const session = new PacketSession(addressText(addressNumber(insidePlan.client) + this.count), this.hosts);
    this.count += 1;
    this.known.set(ticket, session);
    return session;
  }

  find(ticket: string): PacketSession | null {
    return this.known.get(ticket) ?? null;
  }

  /** Forgets a session. Its tunnel's connection stays, for the caller to end as its protocol does. Null: there is none. */
  forget(ticket: string): PacketSession | null {
    const session = this.find(ticket);
    this.known.delete(ticket);
    session?.close();
    return session;
  }

  /** Breaks the connection of this ticket's tunnel. Its next one gets another address, and what was open inside is gone. */
  readdress(ticket: string): void {
    const before = this.forget(ticket);
    this.start(ticket);
    before?.link?.destroy();
  }

  /** Breaks every tunnel's connection. Sessions stay. */
  hangUp(): void {
    for (const { link } of this.known.values()) link?.destroy();
  }

  /** How many tunnels are open. */
  get open(): number {
    return [...this.known.values()].filter(({ link }) => link !== null).length;
  }

  close(): void {
    for (const ticket of this.tickets) this.forget(ticket)?.link?.destroy();
  }
}
