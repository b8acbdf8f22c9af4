import { expect, it } from 'vitest';
import { SendBuffer } from '../../../campus/tunnel-network/send-buffer.ts';

it('the send buffer returns what was written, however it wraps and grows, and refuses more than its limit', () => {
  const ring = new SendBuffer(100_000);
  const expected: number[] = [];
  let value = 0;
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 0x7fff_ffff) % below;
  for (let times = 0; times < 400; times += 1) {
    const piece = Buffer.from(Array.from({ length: Math.min(ring.room, random(3_000)) }, () => (value = (value + 1) % 251)));
    ring.append(piece);
    expected.push(...piece);
    const offset = random(ring.length + 1);
    const copy = Buffer.alloc(Math.min(500, ring.length - offset));
    ring.copy(offset, copy);
    expect([...copy]).toEqual(expected.slice(offset, offset + copy.length));
    const count = random(ring.length + 1);
    ring.drop(count);
    expected.splice(0, count);
    expect(ring.length).toBe(expected.length);
  }
  expect(() => ring.append(Buffer.alloc(ring.room + 1))).toThrow(RangeError);
});
