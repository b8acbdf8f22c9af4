import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { decode, encode, streamEncode, type DecodedPacket } from 'dns-packet';
import { onAbort } from '../../../shared/abort.ts';
import type { IpStack } from './ip-stack.ts';
import { abortReason } from '../stream-error.ts';

export type AddressType = 'A' | 'AAAA';

/** What a name server said. `none`: the name exists, but has no address of this type. Times to live are seconds. */
export type NameReply =
  | { kind: 'found'; addresses: readonly string[]; ttl: number }
  | { kind: 'none' | 'unknown'; ttl: number }
  /** The server refused or failed: another one may know. */
  | { kind: 'failed' }
  /** The answer did not fit into a datagram. */
  | { kind: 'truncated' };

const dnsPort = 53;
/** A datagram may get lost in the tunnel: when to send it again, counted from the first. */
const resendAtMs = [1_500, 3_500, 5_000, 6_000];
/** RFC 1035, 4.2.2: a length of two bytes comes first. */
const lengthBytes = 2;
/** Used if an answer without records does not say how long it is valid. */
const unknownTtl = 5;

/** A question with a random id. The port is random too, and only the server's own datagrams arrive there. */
function newQuery(name: string, type: AddressType): { id: number; name: string; type: AddressType } {
  return { id: randomInt(0x1_0000), name, type };
}

/** Reads an answer. Null if it does not belong to the question: another id, another name, or no answer at all. Never throws. */
export function readReply(query: { id: number; name: string; type: AddressType }, bytes: Buffer): NameReply | null {
  let packet: DecodedPacket;
  try {
    packet = decode(bytes);
  } catch {
    return null;
  }
  const [question, ...others] = packet.questions ?? [];
  if (packet.type !== 'response' || packet.id !== query.id || others.length > 0 || !question) return null;
  if (question.type !== query.type || !sameName(question.name, query.name)) return null;
  if (packet.flag_tc) return { kind: 'truncated' };
  const soa = packet.authorities?.find((record) => record.type === 'SOA');
  const nothingFor = Math.min(soa?.ttl ?? unknownTtl, soa?.data.minimum ?? unknownTtl);
  // Its types do not declare `rcode`, the low four bits of the flags
  switch ((packet.flags ?? 0) & 0xf) {
    case 0:
      return addressesIn(packet, query) ?? { kind: 'none', ttl: nothingFor };
    case 3:
      return { kind: 'unknown', ttl: nothingFor };
    default:
      return { kind: 'failed' };
  }
}

/** The addresses of the name, or of the name that it is an alias of. */
function addressesIn({ answers = [] }: DecodedPacket, { name, type }: { name: string; type: AddressType }): NameReply | null {
  const names = [name];
  let ttl = Infinity;
  for (const record of answers) {
    if (record.type !== 'CNAME' || !names.some((each) => sameName(each, record.name))) continue;
    names.push(record.data);
    ttl = Math.min(ttl, record.ttl ?? 0);
  }
  const addresses: string[] = [];
  for (const record of answers) {
    if (record.type !== type || !names.some((each) => sameName(each, record.name)) || typeof record.data !== 'string') continue;
    addresses.push(record.data);
    ttl = Math.min(ttl, record.ttl ?? 0);
  }
  return addresses.length > 0 ? { kind: 'found', addresses, ttl } : null;
}

const sameName = (one: string, other: string): boolean => one.toLowerCase().replace(/\.$/, '') === other.toLowerCase().replace(/\.$/, '');

/**
 * Asks one name server for the addresses of one name, by UDP, and by TCP if the answer is too long. `failed` if the server
 * cannot be asked. Rejects only with the signal's reason: the caller bounds the wait.
 */
export async function askServer(stack: IpStack, server: string, name: string, type: AddressType, signal: AbortSignal): Promise<NameReply> {
  const reply = await askByDatagram(stack, server, name, type, signal);
  if (reply.kind !== 'truncated') return reply;
  try {
    return await askByStream(stack, server, name, type, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error) return { kind: 'failed' };
    throw error;
  }
}

function askByDatagram(stack: IpStack, server: string, name: string, type: AddressType, signal: AbortSignal): Promise<NameReply> {
  return new Promise((resolve, reject) => {
    const query = newQuery(name, type);
    const finish = (settle: () => void): void => {
      for (const timer of timers) clearTimeout(timer);
      off();
      socket?.close();
      settle();
    };
    const socket = stack.openSocket(server, dnsPort, (datagram) => {
      const reply = readReply(query, datagram);
      if (reply) finish(() => resolve(reply));
    });
    const off = onAbort(signal, () => finish(() => reject(abortReason(signal))));
    const send = (): void => socket?.send(encoded(query));
    const timers = resendAtMs.map((ms) => setTimeout(send, ms));
    if (socket) send();
    else finish(() => resolve({ kind: 'failed' }));
  });
}

async function askByStream(stack: IpStack, server: string, name: string, type: AddressType, signal: AbortSignal): Promise<NameReply> {
  const query = newQuery(name, type);
  const stream = await stack.dial(server, dnsPort, signal);
  const off = onAbort(signal, () => stream.destroy());
  try {
    stream.write(streamEncode(packetOf(query)));
    let bytes = Buffer.alloc(0);
    while (bytes.length < lengthBytes || bytes.length < lengthBytes + bytes.readUInt16BE(0)) {
      const chunk: unknown = stream.read();
      if (Buffer.isBuffer(chunk)) bytes = Buffer.concat([bytes, chunk]);
      else if (stream.readableEnded || stream.destroyed) return { kind: 'failed' };
      else await Promise.race([once(stream, 'readable', { signal }), once(stream, 'end', { signal }), once(stream, 'close', { signal })]);
    }
    const reply = readReply(query, bytes.subarray(lengthBytes, lengthBytes + bytes.readUInt16BE(0)));
    return reply && reply.kind !== 'truncated' ? reply : { kind: 'failed' };
  } finally {
    off();
    stream.on('error', () => undefined); // nobody is waiting for it any more
    stream.destroy();
  }
}

const recursionDesired = 1 << 8;
const packetOf = ({ id, name, type }: { id: number; name: string; type: AddressType }) => ({
  type: 'query' as const,
  id,
  flags: recursionDesired,
  questions: [{ name, type, class: 'IN' as const }],
});
const encoded = (query: { id: number; name: string; type: AddressType }): Buffer => encode(packetOf(query));
