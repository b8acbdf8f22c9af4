/** A name server for a fixed set of names (RFC 1035, RFC 2308). It knows IPv4 addresses only. */

const headerBytes = 12;
const types = { a: 1, soa: 6, any: 255 } as const;
const classInternet = 1;
const codes = { noError: 0, formatError: 1, nameError: 3, notImplemented: 4 } as const;
const ttlSeconds = 60;
/** A name has at most 255 bytes on the wire, and a label 63 (RFC 1035, 2.3.4). */
const maxNameBytes = 255;
const maxLabelBytes = 63;

interface Question {
  name: string;
  type: number;
  /** The question's bytes as they came, for the answer. */
  bytes: Buffer;
}

/**
 * Answers one query. Null for something that is not a query, which nobody answers: it could be a reply of another server.
 *
 * @param addressOf the address of a name in lower case without a final dot, or null. A known name has no records but A, so
 * every other type (AAAA too) gets an empty answer, and an unknown name gets NXDOMAIN
 */
export function answerDns(query: Buffer, addressOf: (name: string) => number | null): Buffer | null {
  if (query.length < headerBytes) return null;
  const flags = query.readUInt16BE(2);
  if ((flags & 0x8000) !== 0) return null;
  const isStandardQuery = ((flags >> 11) & 0xf) === 0;
  if (!isStandardQuery) return reply(query, null, codes.notImplemented, null);
  const question = query.readUInt16BE(4) === 1 ? readQuestion(query) : null;
  if (!question) return reply(query, null, codes.formatError, null);
  const address = addressOf(question.name);
  if (address === null) return reply(query, question, codes.nameError, null);
  return reply(query, question, codes.noError, question.type === types.a || question.type === types.any ? address : null);
}

/** The query's first question. Null when it does not fit, or when its name is compressed, which nothing before it allows. */
function readQuestion(query: Buffer): Question | null {
  const labels: string[] = [];
  let at = headerBytes;
  for (;;) {
    const length = query[at];
    if (length === undefined || length > maxLabelBytes || at - headerBytes > maxNameBytes) return null;
    at += 1;
    if (length === 0) break;
    if (at + length > query.length) return null;
    labels.push(query.toString('latin1', at, at + length));
    at += length;
  }
  if (at + 4 > query.length || query.readUInt16BE(at + 2) !== classInternet) return null;
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at), bytes: query.subarray(headerBytes, at + 4) };
}

function reply(query: Buffer, question: Question | null, code: number, address: number | null): Buffer {
  const header = Buffer.alloc(headerBytes);
  query.copy(header, 0, 0, 2);
  // Response, authoritative, recursion available; "recursion desired" and the operation as asked
  header.writeUInt16BE(0x8480 | (query.readUInt16BE(2) & 0x7900) | code, 2);
  header.writeUInt16BE(question ? 1 : 0, 4);
  const parts = [header, question?.bytes ?? Buffer.alloc(0)];
  if (address !== null) {
    header.writeUInt16BE(1, 6);
    parts.push(addressRecord(address));
  } else if (question) {
    // An empty answer can be cached only with the zone's SOA record (RFC 2308, 3)
    header.writeUInt16BE(1, 8);
    parts.push(authority);
  }
  return Buffer.concat(parts);
}

/** A pointer to the question's name, then the record. */
function addressRecord(address: number): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc000 | headerBytes, 0);
  record.writeUInt16BE(types.a, 2);
  record.writeUInt16BE(classInternet, 4);
  record.writeUInt32BE(ttlSeconds, 6);
  record.writeUInt16BE(4, 10);
  record.writeUInt32BE(address, 12);
  return record;
}

/** The root's SOA record with the shortest times, so that nothing is cached for long. */
const authority = ((): Buffer => {
  const data = Buffer.alloc(22);
  [1, ttlSeconds, ttlSeconds, ttlSeconds, ttlSeconds].forEach((value, index) => data.writeUInt32BE(value, 2 + 4 * index));
  const record = Buffer.alloc(11);
  record.writeUInt16BE(types.soa, 1);
  record.writeUInt16BE(classInternet, 3);
  record.writeUInt32BE(ttlSeconds, 5);
  record.writeUInt16BE(data.length, 9);
  return Buffer.concat([record, data]);
})();
