/**
 * Answers a DNS query (RFC 1035, 4.1) for the address of a name. Null: the query cannot be read.
 * @param addressOf returns the IPv4 address of a lower-case name; undefined: no such name
 */
export function answerName(question: Buffer, addressOf: (name: string) => string | undefined): Buffer | null {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at]; length !== undefined && length > 0; length = question[at]) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const end = at + 5;
  if (question.length < end) return null;
  const address = addressOf(labels.join('.').toLowerCase());
  const isA = question.readUInt16BE(at + 1) === 1;
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(address === undefined ? 0x8583 : 0x8580, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(address !== undefined && isA ? 1 : 0, 6);
  header.writeUInt32BE(0, 8);
  const asked = question.subarray(12, end);
  if (address === undefined || !isA) return Buffer.concat([header, asked]);
  return Buffer.concat([header, asked, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, ...address.split('.').map(Number)])]);
}
