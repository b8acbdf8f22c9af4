import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { PacketLink } from '../../../campus/tunnel-network/network.ts';
import { WireFault } from './byte-reader.ts';

/**
 * ESP in UDP (RFC 4303) with AES-128-CBC (RFC 3602) and HMAC-SHA-1-96 (RFC 2404), as OpenConnect has it (`esp.c`): the packet in
 * clear has its padding counted from 1, the length of that, and the type of what it carries.
 */
export interface EspKeys {
  /** Names the direction, in the packet's first 32 bits. */
  spi: number;
  cipher: Buffer;
  digest: Buffer;
}

export const espKeyBytes = { cipher: 16, digest: 20 } as const;
const headerBytes = 8;
const blockBytes = 16;
const macBytes = 12;
/** What a packet carries: IPv4 in IP, and IPv6. */
export const espCarries = { v4: 4, v6: 41 } as const;

export const newEspKeys = (): EspKeys => ({
  spi: randomBytes(4).readUInt32BE(0) | 0x1000,
  cipher: randomBytes(espKeyBytes.cipher),
  digest: randomBytes(espKeyBytes.digest),
});

/** Makes a datagram. `sequence`: counted from 1 in each direction. */
export function sealEsp({ spi, cipher, digest }: EspKeys, sequence: number, packet: Buffer, carries: number = espCarries.v4): Buffer {
  const padding = blockBytes - 1 - ((packet.length + 1) % blockBytes);
  const clear = Buffer.concat([packet, Buffer.from(Array.from({ length: padding }, (_, at) => at + 1)), Buffer.from([padding, carries])]);
  const iv = randomBytes(blockBytes);
  const encrypt = createCipheriv('aes-128-cbc', cipher, iv).setAutoPadding(false);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(spi >>> 0, 0);
  header.writeUInt32BE(sequence, 4);
  const sealed = Buffer.concat([header, iv, encrypt.update(clear), encrypt.final()]);
  return Buffer.concat([sealed, createHmac('sha1', digest).update(sealed).digest().subarray(0, macBytes)]);
}

/** Reads a datagram with this identifier. Throws {@link WireFault} for one with a wrong digest, padding or type. */
export function openEsp({ cipher, digest }: EspKeys, datagram: Buffer): { sequence: number; packet: Buffer } {
  const sealed = datagram.subarray(0, -macBytes);
  const body = sealed.subarray(headerBytes + blockBytes);
  const mac = createHmac('sha1', digest).update(sealed).digest().subarray(0, macBytes);
  if (body.length === 0 || body.length % blockBytes !== 0 || !datagram.subarray(-macBytes).equals(mac))
    throw new WireFault('a forged packet of ESP');
  const decrypt = createDecipheriv('aes-128-cbc', cipher, sealed.subarray(headerBytes, headerBytes + blockBytes)).setAutoPadding(false);
  const clear = Buffer.concat([decrypt.update(body), decrypt.final()]);
  const padding = clear.readUInt8(clear.length - 2);
  const carries = clear.readUInt8(clear.length - 1);
  const end = clear.length - 2 - padding;
  const isPadded = end > 0 && clear.subarray(end, end + padding).every((byte, at) => byte === at + 1);
  if (!isPadded || (carries !== espCarries.v4 && carries !== espCarries.v6))
    throw new WireFault('a packet of ESP with wrong padding or type');
  return { sequence: datagram.readUInt32BE(4), packet: clear.subarray(0, end) };
}

/** One client's ESP: its keys, and where it is, once it has been heard. */
export class EspLink implements PacketLink {
  /** UDP drops what it cannot take. */
  readonly writable = true;
  private from: RemoteInfo | null = null;
  private sent = 0;
  private heard = -1;

  constructor(
    private readonly socket: Socket,
    /** From the client, and to it. */
    readonly keys: { incoming: EspKeys; outgoing: EspKeys },
    private readonly isOpen: () => boolean,
    private readonly onPacket: (packet: Buffer) => void,
  ) {}

  send(packet: Buffer): void {
    if (!this.from || !this.isOpen()) return;
    this.sent += 1;
    this.socket.send(sealEsp(this.keys.outgoing, this.sent, packet), this.from.port, this.from.address);
  }

  /** Takes a datagram with its identifier. A repeated one is dropped. */
  receive(datagram: Buffer, from: RemoteInfo): void {
    const { sequence, packet } = openEsp(this.keys.incoming, datagram);
    if (sequence <= this.heard) return;
    this.heard = sequence;
    this.from = from;
    this.onPacket(packet);
  }
}

/** A gateway's UDP port for ESP. */
export class EspPort {
  /** How many packets came with valid keys. */
  received = 0;
  private readonly links = new Map<number, EspLink>();
  private isMute = false;

  private constructor(
    private readonly socket: Socket,
    readonly port: number,
  ) {}

  /** @param onFault hears what no client sends */
  static async open(onFault: (fault: WireFault) => void): Promise<EspPort> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const esp = new EspPort(socket, socket.address().port);
    socket.on('message', (datagram, from) => {
      try {
        esp.take(datagram, from);
      } catch (error) {
        if (!(error instanceof WireFault)) throw error;
        onFault(error);
      }
    });
    return esp;
  }

  /** Drops everything from now on, in both directions. */
  mute(): void {
    this.isMute = true;
  }

  /** Keys that are no longer valid are nobody's fault. */
  private take(datagram: Buffer, from: RemoteInfo): void {
    const link = datagram.length > headerBytes + blockBytes + macBytes ? this.links.get(datagram.readUInt32BE(0)) : undefined;
    if (!link || this.isMute) return;
    link.receive(datagram, from);
    this.received += 1;
  }

  /** Takes packets with these keys. `onPacket` gets each. */
  add(keys: EspLink['keys'], onPacket: (packet: Buffer) => void): EspLink {
    const link = new EspLink(this.socket, keys, () => !this.isMute, onPacket);
    this.links.set(keys.incoming.spi >>> 0, link);
    return link;
  }

  /** Its keys are no longer valid. */
  remove({ keys }: EspLink): void {
    this.links.delete(keys.incoming.spi >>> 0);
  }

  close(): void {
    // What a connection inside still has to send goes nowhere: a closed socket throws
    this.mute();
    this.socket.close();
  }
}
