import { echo } from './icmp.ts';
import { answerDns } from './dns.ts';
import { protocols, readIp, type IpPacket } from './ip.ts';
import { TcpConnection, type Target } from './tcp-connection.ts';
import { advance, flags, newTcp, readTcp, type Segment } from './tcp-segment.ts';
import { newUdp, readUdp } from './udp.ts';

/** Where a network's packets leave it: a tunnel's connection to its client. */
export interface PacketLink {
  /** Whether it takes more data. It tells {@link TunnelNetwork.onWritable} when it does again. */
  readonly writable: boolean;
  /** Sends a packet. It may drop the packet if it is not writable. */
  send(packet: Buffer): void;
}

export interface NetworkOptions {
  /** The client's address: a packet from any other is dropped. */
  client: number;
  nameServer: number;
  /** The largest packet that goes to the client. {@link TunnelNetwork.attach} may lower it. */
  mtu: number;
  /** The address of a name in lower case, or null. */
  addressOf: (name: string) => number | null;
  /** Whether somebody is at this address, who answers pings. */
  isHost: (address: number) => boolean;
  /** Finds what is behind an address and a port. Null: nothing, or nothing that the session may reach. */
  find: (address: number, port: number) => Promise<Target | null>;
}

const dnsPort = 53;
/** How many TCP connections one client may have. More are refused. */
const maxConnections = 256;
/** Every host takes packets of this size (RFC 791, 3.1). */
const smallestMtu = 576;

/**
 * A campus's network as one client of a tunnel sees it, without a network device and without root: TCP connections are
 * joined to sockets of this process, a name server knows the campus's names, and hosts answer pings.
 *
 * It outlives its link: a client that connects again still has its connections. Its memory is limited: at most
 * {@link maxConnections}, each with at most 320 KiB that the client has not acknowledged and 128 KiB that its target has not
 * taken.
 */
export class TunnelNetwork {
  private readonly connections = new Map<string, TcpConnection>();
  private link: PacketLink | null = null;
  private mtu: number;

  constructor(private readonly options: NetworkOptions) {
    this.mtu = options.mtu;
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  /** Uses this link from now on. `mtu`: what its client takes, for new connections. */
  attach(link: PacketLink, mtu = this.options.mtu): void {
    this.link = link;
    this.mtu = Math.min(this.options.mtu, Math.max(smallestMtu, mtu));
    for (const connection of this.connections.values()) connection.restart();
  }

  /** The link is gone. A link that has been replaced already changes nothing. */
  detach(link: PacketLink): void {
    if (this.link === link) this.link = null;
  }

  /** The link takes more data. */
  onWritable(): void {
    for (const [key, connection] of [...this.connections]) {
      if (!this.link?.writable) return;
      connection.output();
      // Moved to the end, so that each gets its turn
      if (this.connections.delete(key)) this.connections.set(key, connection);
    }
  }

  /** Takes a packet from the client. Drops what it does not understand. */
  receive(packet: Buffer): void {
    const ip = readIp(packet);
    if (ip?.source !== this.options.client) return;
    if (ip.protocol === protocols.tcp) this.receiveTcp(ip);
    else if (ip.protocol === protocols.udp) this.receiveUdp(ip);
    else if (ip.protocol === protocols.icmp && this.options.isHost(ip.destination)) this.emit(echo(ip));
  }

  /** Ends every connection. */
  close(): void {
    this.link = null;
    for (const connection of [...this.connections.values()]) connection.close();
  }

  private emit(packet: Buffer | null): void {
    if (packet) this.link?.send(packet);
  }

  private receiveUdp(ip: IpPacket): void {
    const { nameServer, addressOf } = this.options;
    const datagram = readUdp(ip);
    if (!datagram || ip.destination !== nameServer || datagram.destinationPort !== dnsPort) return;
    const data = answerDns(datagram.data, addressOf);
    if (data) this.emit(newUdp(nameServer, ip.source, { sourcePort: dnsPort, destinationPort: datagram.sourcePort, data }));
  }

  private receiveTcp(ip: IpPacket): void {
    const segment = readTcp(ip);
    if (!segment) return;
    const key = `${segment.sourcePort} ${ip.destination} ${segment.destinationPort}`;
    const isSyn = (segment.flags & (flags.syn | flags.ack | flags.rst)) === flags.syn;
    let connection = this.connections.get(key);
    if (connection?.isReplaceable && isSyn) {
      connection.close();
      connection = undefined;
    }
    if (connection) connection.receive(segment);
    else if (isSyn && this.connections.size < maxConnections) this.open(key, ip, segment);
    else this.refuse(ip, segment);
  }

  private open(key: string, { source, destination }: IpPacket, syn: Segment): void {
    const { find } = this.options;
    const connection = new TcpConnection({
      local: { address: destination, port: syn.destinationPort },
      remote: { address: source, port: syn.sourcePort },
      // Kept without its data, which is a view of a larger buffer, and which the client sends again
      syn: { ...syn, data: Buffer.alloc(0) },
      mtu: this.mtu,
      find: () => find(destination, syn.destinationPort),
      emit: (packet) => this.emit(packet),
      canEmit: () => this.link?.writable ?? false,
      onClosed: () => {
        if (this.connections.get(key) === connection) this.connections.delete(key);
      },
    });
    this.connections.set(key, connection);
  }

  /** Answers a segment that belongs to no connection (RFC 9293, 3.10.7.1). */
  private refuse({ source, destination }: IpPacket, segment: Segment): void {
    if ((segment.flags & flags.rst) !== 0) return;
    const hasAck = (segment.flags & flags.ack) !== 0;
    const length = segment.data.length + ((segment.flags & flags.syn) !== 0 ? 1 : 0) + ((segment.flags & flags.fin) !== 0 ? 1 : 0);
    this.emit(
      newTcp(destination, source, {
        sourcePort: segment.destinationPort,
        destinationPort: segment.sourcePort,
        sequence: hasAck ? segment.acknowledgment : 0,
        acknowledgment: hasAck ? 0 : advance(segment.sequence, length),
        flags: hasAck ? flags.rst : flags.rst | flags.ack,
        window: 0,
        dataBytes: 0,
      }),
    );
  }
}
