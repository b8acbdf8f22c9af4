import { ProtocolViolation } from './violation.ts';

/** What a packet of LCP, IPCP or IP6CP is for (RFC 1661, 5). */
export const codes = {
  request: 1,
  ack: 2,
  nak: 3,
  reject: 4,
  terminate: 5,
  terminateAck: 6,
  codeReject: 7,
  protocolReject: 8,
  echo: 9,
  echoReply: 10,
  discard: 11,
} as const;

/** A packet of LCP, IPCP or IP6CP. */
export interface ControlPacket {
  code: number;
  id: number;
  data: Buffer;
}

/** An option of a request or its answer (RFC 1661, 6). */
export interface Option {
  type: number;
  value: Buffer;
}

/** LCP (RFC 1661, 6; the map of control characters: RFC 1662, 7.1). */
export const lcpOptions = { mru: 1, asyncMap: 2, magic: 5, protocolCompression: 7, addressCompression: 8 } as const;
/** IPCP (RFC 1332, 3; name servers: RFC 1877, 1). */
export const ipcpOptions = { address: 3, nameServer: 129, netbios: 130, secondNameServer: 131, secondNetbios: 132 } as const;
/** IP6CP (RFC 5072, 4). */
export const ip6cpOptions = { interfaceId: 1 } as const;

const headerBytes = 4;

export function encodeControl({ code, id, data }: ControlPacket): Buffer {
  const head = Buffer.from([code, id, 0, 0]);
  head.writeUInt16BE(headerBytes + data.length, 2);
  return Buffer.concat([head, data]);
}

/** Reads a packet. Throws {@link ProtocolViolation} unless its length is exactly what follows: OpenConnect pads nothing (`queue_config_packet`). */
export function decodeControl(information: Buffer): ControlPacket {
  if (information.length < headerBytes || information.readUInt16BE(2) !== information.length)
    throw new ProtocolViolation(`PPP: a control packet of a wrong length: ${information.subarray(0, 8).toString('hex')}`);
  return { code: information.readUInt8(0), id: information.readUInt8(1), data: information.subarray(headerBytes) };
}

export function encodeOptions(options: readonly Option[]): Buffer {
  return Buffer.concat(options.map(({ type, value }) => Buffer.concat([Buffer.from([type, 2 + value.length]), value])));
}

/** Reads options. Throws {@link ProtocolViolation} when their lengths do not add up, or one comes twice (RFC 1661, 5.1). */
export function decodeOptions(data: Buffer): Option[] {
  const options: Option[] = [];
  let at = 0;
  while (at < data.length) {
    const length = data[at + 1] ?? 0;
    if (length < 2 || at + length > data.length) throw new ProtocolViolation(`PPP: options of wrong lengths: ${data.toString('hex')}`);
    const type = data.readUInt8(at);
    if (options.some((other) => other.type === type)) throw new ProtocolViolation(`PPP: option ${type} twice`);
    options.push({ type, value: data.subarray(at + 2, at + length) });
    at += length;
  }
  return options;
}

export const option = (type: number, value: Buffer = Buffer.alloc(0)): Option => ({ type, value });

export const sameOption = (a: Option, b: Option): boolean => a.type === b.type && a.value.equals(b.value);
