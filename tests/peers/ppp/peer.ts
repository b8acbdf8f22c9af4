import { randomBytes } from 'node:crypto';
import {
  codes,
  decodeControl,
  encodeControl,
  ip6cpOptions,
  ipcpOptions,
  lcpOptions,
  option,
  type ControlPacket,
  type Option,
} from './control-packet.ts';
import { defaultAsyncMap } from './hdlc.ts';
import { decodeFrame, encodeFrame, pppProtocols, type HeaderCompression } from './frame.ts';
import { Negotiation, type Verdict } from './negotiation.ts';
import { ProtocolViolation } from './violation.ts';

/** What a gateway wants of a PPP connection. Addresses are their bytes. */
export interface PppPlan {
  /** The largest packet that we take. */
  mru: number;
  /** Whether HDLC-like framing lies around it, which has a map of control characters. */
  hdlc: boolean;
  /** Whether both sides may leave out parts of the header. Fortinet's may not (`ppp_reset`). */
  compression: boolean;
  /** Null: no IPv4, and IPCP is refused. */
  ipv4: { client: Buffer; gateway: Buffer; nameServers: readonly Buffer[] } | null;
  /** The client's and our own interface identifiers. Null: no IPv6, and IP6CP is refused. */
  ipv6: { client: Buffer; gateway: Buffer } | null;
  /** Asks for compression of data too, which OpenConnect does not know and has to refuse. */
  offersCompression?: boolean;
}

export interface PppEvents {
  /** A frame for the client, and the control characters to escape in it. */
  send(frame: Buffer, asyncMap: number): void;
  /** The client knows that LCP is open: it asks for an address. */
  onAsked(): void;
  /** IP packets may go both ways. `mru`: the largest packet that the client takes. */
  onReady(mru: number): void;
  onPacket(packet: Buffer): void;
  /** The client acknowledged that we ended the connection. */
  onTerminated(): void;
}

const none: HeaderCompression = { protocol: false, address: false };
/** Before LCP is open, other protocols are dropped however they look. */
const any: HeaderCompression = { protocol: true, address: true };
/** What a client takes that says nothing about it (RFC 1661, 6.1). */
const defaultMru = 1_500;

/** The gateway's end of a PPP connection (RFC 1661): LCP, then IPCP and IP6CP, then packets. Throws `ProtocolViolation` at the client's first mistake. */
export class PppPeer {
  private readonly magic = randomBytes(4);
  private readonly lcp: Negotiation;
  private readonly ipcp: Negotiation | null;
  private ip6cp: Negotiation | null;
  private receiving = any;
  private sending = none;
  private asyncMap = defaultAsyncMap;
  private nextId = 100;
  private isReady = false;
  private wasTerminated = false;
  /** Every packet that the client sent, as `LCP 1`, for tests. */
  readonly received: string[] = [];
  /** What came too late or too early, and was dropped as the RFC says. */
  readonly discarded: string[] = [];
  /** Which protocols the client refused (RFC 1661, 5.7). */
  readonly refused: number[] = [];
  echoReplies = 0;
  /** How many packets came of a family that was not agreed on. They are dropped. */
  unwanted = 0;

  constructor(
    private readonly plan: PppPlan,
    private readonly events: PppEvents,
  ) {
    const { ipv4, ipv6 } = plan;
    this.lcp = new Negotiation({
      name: 'LCP',
      ask: this.lcpRequest(),
      after: insistOnMru,
      judge: (each) => this.judgeLcp(each),
      send: (packet) => this.sendControl(pppProtocols.lcp, packet),
      discard: (what) => void this.discarded.push(`LCP: ${what}`),
      onOpen: () => this.onLcpOpen(),
    });
    this.ipcp =
      ipv4 &&
      new Negotiation({
        name: 'IPCP',
        ask: [option(ipcpOptions.address, ipv4.gateway)],
        judge: (each) => judgeIpcp(each, ipv4),
        send: (packet) => this.sendControl(pppProtocols.ipcp, packet),
        discard: (what) => void this.discarded.push(`IPCP: ${what}`),
        onOpen: () => this.onNetworkOpen(),
      });
    this.ip6cp =
      ipv6 &&
      new Negotiation({
        name: 'IP6CP',
        ask: [option(ip6cpOptions.interfaceId, ipv6.gateway)],
        judge: (each) => judgeIp6cp(each, ipv6),
        send: (packet) => this.sendControl(pppProtocols.ip6cp, packet),
        discard: (what) => void this.discarded.push(`IP6CP: ${what}`),
        onOpen: () => this.onNetworkOpen(),
      });
  }

  start(): void {
    this.lcp.start();
  }

  /** Sends an IP packet. It is dropped unless its family has been set up. */
  sendPacket(packet: Buffer): void {
    const isIpv6 = packet.readUInt8(0) >> 4 === 6;
    if (this.wasTerminated || !(isIpv6 ? this.ip6cp : this.ipcp)?.isOpen) return;
    this.sendFrame(isIpv6 ? pppProtocols.ipv6 : pppProtocols.ipv4, packet);
  }

  /** Asks the client whether it is there (RFC 1661, 5.8). It answers with its own magic number. */
  echo(): void {
    this.nextId += 1;
    this.sendControl(pppProtocols.lcp, { code: codes.echo, id: this.nextId, data: this.magic });
  }

  /** Ends the connection (RFC 1661, 5.5). `reason`: a sentence for the client's log. */
  terminate(reason: string): void {
    this.nextId += 1;
    this.sendControl(pppProtocols.lcp, { code: codes.terminate, id: this.nextId, data: Buffer.from(reason, 'latin1') });
  }

  /** Takes a frame. `hasBareControls`: control characters came without an escape. */
  receive(bytes: Buffer, hasBareControls: boolean): void {
    const { protocol, information } = decodeFrame(bytes, this.receiving);
    const { lcp, ipcp, ip6cp, ipv4, ipv6 } = pppProtocols;
    if (protocol === lcp) {
      // RFC 1662, 7.1: LCP's own packets have every control character escaped
      if (hasBareControls) throw new ProtocolViolation('LCP: control characters without an escape');
      this.onLcp(decodeControl(information));
    } else if (protocol === ipcp || protocol === ip6cp) {
      this.onNetworkControl(protocol, decodeControl(information));
    } else if (protocol === ipv4 || protocol === ipv6) {
      if (!this.isReady) throw new ProtocolViolation('PPP: an IP packet before it was agreed on');
      // OpenConnect passes on whatever its device brings, and the kernel sends IPv6 by itself (`ppp_mainloop`)
      if (!(protocol === ipv4 ? this.ipcp : this.ip6cp)?.isOpen) {
        this.unwanted += 1;
        return;
      }
      if (information.length > this.plan.mru) throw new ProtocolViolation(`PPP: a packet of ${information.length} bytes`);
      this.events.onPacket(information);
    } else {
      throw new ProtocolViolation(`PPP: protocol 0x${protocol.toString(16)}`);
    }
  }

  private lcpRequest(): Option[] {
    const { mru, hdlc, compression } = this.plan;
    return [
      option(lcpOptions.mru, word(mru)),
      ...(hdlc ? [option(lcpOptions.asyncMap, Buffer.alloc(4))] : []),
      option(lcpOptions.magic, this.magic),
      ...(compression ? [option(lcpOptions.protocolCompression), option(lcpOptions.addressCompression)] : []),
    ];
  }

  private judgeLcp({ type, value }: Option): Verdict {
    const { hdlc, compression } = this.plan;
    if (type === lcpOptions.mru && value.length === 2) return 'ack';
    if (type === lcpOptions.asyncMap && value.length === 4 && hdlc) return 'ack';
    if (type === lcpOptions.magic && value.length === 4) return value.equals(this.magic) ? { nak: randomBytes(4) } : 'ack';
    if ((type === lcpOptions.protocolCompression || type === lcpOptions.addressCompression) && value.length === 0)
      return compression ? 'ack' : 'reject';
    throw new ProtocolViolation(`LCP: option ${type} with ${value.length} bytes, which OpenConnect does not send`);
  }

  private onLcpOpen(): void {
    this.receiving = compressionIn(this.lcp.own ?? []);
    this.sending = compressionIn(this.lcp.agreed ?? []);
    this.asyncMap = valueOf(this.lcp.agreed, lcpOptions.asyncMap)?.readUInt32BE(0) ?? defaultAsyncMap;
    if (this.plan.offersCompression) this.sendControl(pppProtocols.compression, { code: codes.request, id: 1, data: Buffer.alloc(0) });
    this.ipcp?.start();
    this.ip6cp?.start();
  }

  private onNetworkOpen(): void {
    const all = [this.ipcp, this.ip6cp].filter((each) => each !== null);
    if (this.isReady || !all.every(({ isOpen }) => isOpen)) return;
    this.isReady = true;
    this.events.onReady(valueOf(this.lcp.agreed, lcpOptions.mru)?.readUInt16BE(0) ?? defaultMru);
  }

  private onLcp(packet: ControlPacket): void {
    const { code, id, data } = packet;
    this.received.push(`LCP ${code}`);
    if (code >= codes.request && code <= codes.reject) this.lcp.receive(packet);
    else if (code === codes.terminate) {
      this.wasTerminated = true;
      this.sendControl(pppProtocols.lcp, { code: codes.terminateAck, id, data: Buffer.alloc(0) });
    } else if (code === codes.terminateAck) this.events.onTerminated();
    else if (code === codes.echo) {
      this.expectMagic('an echo request', data);
      this.sendControl(pppProtocols.lcp, { code: codes.echoReply, id, data: this.magic });
    } else if (code === codes.echoReply) {
      this.expectMagic('an echo reply', data);
      if (id !== this.nextId) throw new ProtocolViolation(`LCP: a reply to echo ${id}`);
      this.echoReplies += 1;
    } else if (code === codes.protocolReject) this.onProtocolReject(data);
    else if (code !== codes.discard) throw new ProtocolViolation(`LCP: code ${code}`);
  }

  /** The protocol, then what we had sent in it (RFC 1661, 5.7). The client may do without compression, and without IPv6 as 9.01 does with Fortinet. */
  private onProtocolReject(data: Buffer): void {
    const protocol = data.length < 2 ? 0 : data.readUInt16BE(0);
    const isOptional = protocol === pppProtocols.compression || (protocol === pppProtocols.ip6cp && this.ipcp !== null);
    if (!isOptional) throw new ProtocolViolation(`LCP: protocol 0x${protocol.toString(16)} refused`);
    decodeControl(data.subarray(2));
    this.refused.push(protocol);
    if (protocol === pppProtocols.ip6cp) this.ip6cp = null;
    this.onNetworkOpen();
  }

  private onNetworkControl(protocol: number, packet: ControlPacket): void {
    const name = protocol === pppProtocols.ipcp ? 'IPCP' : 'IP6CP';
    this.received.push(`${name} ${packet.code}`);
    // RFC 1661, 3.4: dropped, and left over from an earlier connection as above
    if (!this.lcp.isOpen) {
      this.discarded.push(`${name}: before LCP was open`);
      return;
    }
    this.events.onAsked();
    const negotiation = protocol === pppProtocols.ipcp ? this.ipcp : this.ip6cp;
    if (!negotiation) {
      this.nextId += 1;
      const data = Buffer.concat([word(protocol), encodeControl(packet)]);
      this.sendControl(pppProtocols.lcp, { code: codes.protocolReject, id: this.nextId, data });
    } else if (packet.code >= codes.request && packet.code <= codes.reject) negotiation.receive(packet);
    else throw new ProtocolViolation(`${name}: code ${packet.code}`);
  }

  private expectMagic(what: string, data: Buffer): void {
    const theirs = valueOf(this.lcp.agreed, lcpOptions.magic) ?? Buffer.alloc(4);
    if (!data.subarray(0, 4).equals(theirs)) throw new ProtocolViolation(`LCP: ${what} with another magic number`);
  }

  private sendControl(protocol: number, packet: ControlPacket): void {
    this.sendFrame(protocol, encodeControl(packet));
  }

  private sendFrame(protocol: number, information: Buffer): void {
    const asyncMap = protocol === pppProtocols.lcp ? defaultAsyncMap : this.asyncMap;
    this.events.send(encodeFrame({ protocol, information }, this.sending), asyncMap);
  }
}

/** A client may offer a larger MRU once (`BIT_MRU_COAX`). Ours stays. */
function insistOnMru(asked: readonly Option[], refused: readonly Option[], code: 'nak' | 'reject'): readonly Option[] {
  const isOffer = (each: Option): boolean =>
    each.type === lcpOptions.mru && each.value.readUInt16BE(0) > (valueOf(asked, lcpOptions.mru)?.readUInt16BE(0) ?? 0);
  if (code === 'reject' || !refused.every(isOffer)) throw new ProtocolViolation(`LCP: a ${code} of what OpenConnect knows`);
  return asked;
}

/** Name servers are given by refusing the zeros that a client asks with (RFC 1877, 1). Those for NetBIOS do not exist. */
function judgeIpcp({ type, value }: Option, plan: NonNullable<PppPlan['ipv4']>): Verdict {
  if (value.length !== 4) throw new ProtocolViolation(`IPCP: option ${type} with ${value.length} bytes`);
  const [first, second] = plan.nameServers;
  const wanted =
    type === ipcpOptions.address
      ? plan.client
      : type === ipcpOptions.nameServer
        ? first
        : type === ipcpOptions.secondNameServer
          ? second
          : undefined;
  if (!wanted) return 'reject';
  return value.equals(wanted) ? 'ack' : { nak: wanted };
}

/** RFC 5072, 4.1: zeros ask for an identifier; ours is taken. */
function judgeIp6cp({ type, value }: Option, plan: NonNullable<PppPlan['ipv6']>): Verdict {
  if (type !== ip6cpOptions.interfaceId || value.length !== 8)
    throw new ProtocolViolation(`IP6CP: option ${type} with ${value.length} bytes`);
  return value.equals(Buffer.alloc(8)) || value.equals(plan.gateway) ? { nak: plan.client } : 'ack';
}

const valueOf = (options: readonly Option[] | null, type: number): Buffer | undefined => options?.find((each) => each.type === type)?.value;

const compressionIn = (options: readonly Option[]): HeaderCompression => ({
  protocol: options.some(({ type }) => type === lcpOptions.protocolCompression),
  address: options.some(({ type }) => type === lcpOptions.addressCompression),
});

function word(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
