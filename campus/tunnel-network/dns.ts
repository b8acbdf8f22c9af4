import { AUTHORITATIVE_ANSWER, decode, encode, RECURSION_AVAILABLE, type Answer, type DecodedPacket } from 'dns-packet';
import { addressText } from './ip.ts';

/** A name server for a fixed set of names (RFC 1035, RFC 2308). It knows IPv4 addresses only. */

const headerBytes = 12;
const codes = { noError: 0, formatError: 1, nameError: 3, notImplemented: 4 } as const;
const ttl = 60;
/** An empty answer can be cached only with the zone's SOA record (RFC 2308, 3). It has short times, so that nothing is cached for long. */
const authority: Answer = {
  type: 'SOA',
  name: '.',
  ttl,
  data: { mname: '.', rname: '.', serial: 1, refresh: ttl, retry: ttl, expire: ttl, minimum: ttl },
};

/**
 * Answers one query. Null for something that is not a query, which nobody answers: it could be a reply of another server.
 *
 * @param addressOf the address of a name in lower case without a final dot, or null. A known name has no records but A, so
 * every other type (AAAA too) gets an empty answer, and an unknown name gets NXDOMAIN
 */
export function answerDns(query: Buffer, addressOf: (name: string) => number | null): Buffer | null {
  if (query.length < headerBytes || (query.readUInt16BE(2) & 0x8000) !== 0) return null;
  const operation = (query.readUInt16BE(2) >> 11) & 0xf;
  if (operation !== 0) return reply(query, codes.notImplemented);
  const [question, ...others] = readQuery(query)?.questions ?? [];
  if (!question || others.length > 0 || question.class !== 'IN') return reply(query, codes.formatError);
  const address = addressOf(question.name.toLowerCase());
  const answers: Answer[] =
    address !== null && question.type === 'A' ? [{ type: 'A', name: question.name, ttl, data: addressText(address) }] : [];
  return reply(query, address === null ? codes.nameError : codes.noError, {
    questions: [question],
    answers,
    authorities: answers.length === 0 ? [authority] : [],
  });
}

function readQuery(query: Buffer): DecodedPacket | null {
  try {
    return decode(query);
  } catch {
    return null;
  }
}

/** A reply with the query's number, operation and wish for recursion. */
function reply(query: Buffer, code: number, records: Pick<DecodedPacket, 'questions' | 'answers' | 'authorities'> = {}): Buffer {
  const flags = AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | (query.readUInt16BE(2) & 0x7900) | code;
  return encode({ type: 'response', id: query.readUInt16BE(0), flags, ...records });
}
