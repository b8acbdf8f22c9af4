import type { Readable, Writable } from 'node:stream';
import { ByteReader, WireFault } from './byte-reader.ts';
import {
  challengeBody,
  packet,
  packetBytes,
  packetHeaderBytes,
  readPacketHeader,
  readReply,
  successBody,
  vendor,
  versions,
  type Packet,
  type Reply,
} from './pulse-wire.ts';

const maxHeadBytes = 8 * 1024;

/** The gateway's end of a connection. Reads reject when the client is gone, and with {@link WireFault} for what no client sends. */
export class PulseConnection {
  private readonly reader: ByteReader;
  private sent = 0;
  private received = 0;
  private ident = 1;

  constructor(
    incoming: Readable,
    private readonly outgoing: Writable,
  ) {
    this.reader = new ByteReader(incoming);
  }

  /** The head of an HTTP request, line by line. */
  async head(): Promise<string[]> {
    return (await this.reader.through('\r\n\r\n', maxHeadBytes)).toString('latin1').trimEnd().split('\r\n');
  }

  async packet(): Promise<Packet> {
    const { bytes, ...header } = readPacketHeader(await this.reader.exactly(packetHeaderBytes), this.received);
    this.received += 1;
    return { ...header, body: await this.reader.exactly(bytes) };
  }

  /** The next packet, which must be of this kind. */
  async expect(from: number, type: number): Promise<Buffer> {
    const next = await this.packet();
    if (next.vendor !== from || next.type !== type)
      throw new WireFault(`a packet ${next.vendor.toString(16)}/${next.type} instead of ${from.toString(16)}/${type}`);
    return next.body;
  }

  write(bytes: string | Buffer): Promise<void> {
    return new Promise((resolve, reject) => this.outgoing.write(bytes, (error) => (error ? reject(error) : resolve())));
  }

  /** The bytes of the next packet to be sent, which has the next number. */
  next(from: number, type: number, body: Buffer): Buffer {
    const bytes = packetBytes(from, type, this.sent, body);
    this.sent += 1;
    return bytes;
  }

  /** Wait for it: OpenConnect takes each TLS record for one packet. */
  send(from: number, type: number, body: Buffer): Promise<void> {
    return this.write(this.next(from, type, body));
  }

  /** What comes before any question: the client's versions, and what it says about its computer (`pulse_authenticate`). */
  async greet(): Promise<void> {
    const wanted = await this.expect(vendor.trustedComputing, packet.versionRequest);
    if (!wanted.equals(versions.asked)) throw new WireFault(`versions ${wanted.toString('hex')}`);
    await this.send(vendor.trustedComputing, packet.versionResponse, versions.taken);
    const computer = (await this.expect(vendor.juniper, packet.computer)).toString();
    if (!/^clientHostName=\S* clientIp=\S+( clientCapabilities=\{\})?\n\0$/.test(computer))
      throw new WireFault(`a computer described as ${JSON.stringify(computer)}`);
  }

  /** An empty challenge opens the negotiation. The client is anonymous so far. */
  async begin(): Promise<void> {
    await this.send(vendor.trustedComputing, packet.challenge, challengeBody());
    const identity = await this.expect(vendor.trustedComputing, packet.authResponse);
    if (!identity.subarray(9).equals(Buffer.from('anonymous'))) throw new WireFault(`an identity ${identity.toString('hex')}`);
  }

  challenge(...avps: Buffer[]): Promise<void> {
    const body = challengeBody(this.ident, ...avps);
    this.ident += 1;
    return this.send(vendor.trustedComputing, packet.challenge, body);
  }

  succeed(): Promise<void> {
    return this.send(vendor.trustedComputing, packet.success, successBody(this.ident));
  }

  /** The reply to a challenge. */
  async reply(): Promise<Reply> {
    return readReply(await this.expect(vendor.trustedComputing, packet.authResponse));
  }
}
