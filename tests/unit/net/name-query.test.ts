import { encode, type Answer, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readReply } from '../../../electron/net/ip-stack/name-query.ts';

const query = { id: 4_711, name: 'page.campus.test', type: 'A' as const };
const reply = (more: Partial<Packet>): Buffer =>
  encode({ type: 'response', id: query.id, questions: [{ type: 'A', name: query.name }], ...more });
const a = (name: string, data: string, ttl = 60): Answer => ({ type: 'A', name, data, ttl });

test('a DNS answer gives the addresses of the name and of its aliases, with the shortest time to live', () => {
  const answers: Answer[] = [
    { type: 'CNAME', name: 'PAGE.campus.test', data: 'front.campus.test', ttl: 30 },
    a('front.campus.test', '10.0.0.1', 90),
    a('other.campus.test', '10.0.0.66'),
  ];
  expect(readReply(query, reply({ answers }))).toEqual({ kind: 'found', addresses: ['10.0.0.1'], ttl: 30 });
});

test.each([
  ['another id', reply({ id: 4_712, answers: [a(query.name, '10.0.0.1')] })],
  ['another name', reply({ questions: [{ type: 'A', name: 'other.test' }], answers: [a('other.test', '10.0.0.1')] })],
  ['another type', reply({ questions: [{ type: 'AAAA', name: query.name }] })],
  ['no question', reply({ questions: [] })],
  ['a question, not an answer', encode({ type: 'query', id: query.id, questions: [{ type: 'A', name: query.name }] })],
])('a datagram with %s is not an answer', (_, bytes) => {
  expect(readReply(query, bytes)).toBeNull();
});

test.each([
  [0, 'none'],
  [3, 'unknown'],
  [2, 'failed'],
  [5, 'failed'],
])('response code %i without addresses is reported as %s', (flags, kind) => {
  expect(readReply(query, reply({ flags }))?.kind).toBe(kind);
});

test('reading a DNS answer never throws, whatever its bytes', () => {
  const whole = reply({ answers: [a(query.name, '10.0.0.1'), { type: 'CNAME', name: query.name, data: query.name, ttl: 1 }] });
  const damaged = fc.tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length)).map(([at, value, length]) => {
    const bytes = Buffer.from(whole);
    bytes[at] = value;
    return bytes.subarray(0, length);
  });
  fc.assert(
    fc.property(
      fc.oneof(
        damaged,
        fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
      ),
      (bytes) => {
        readReply(query, bytes);
      },
    ),
    { numRuns: 3_000 },
  );
});
