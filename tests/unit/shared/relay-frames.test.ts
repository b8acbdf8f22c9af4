import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeFrame,
  encodeFrame,
  frameHeaderBytes,
  frameType,
  refusalReasons,
  relayProtocol,
  writeHeader,
  type Frame,
} from '../../../shared/relay-protocol.ts';

const stream = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const reason = fc.constantFrom(...refusalReasons);
const host = fc.stringMatching(/^[A-Za-z0-9.:_-]{1,253}$/);
const frames: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant('open' as const), stream, host, port: fc.integer({ min: 1, max: 65_535 }) }),
  fc.record({ type: fc.constantFrom('opened' as const, 'end' as const), stream }),
  fc.record({ type: fc.constantFrom('refused' as const, 'reset' as const), stream, reason }),
  fc.record({ type: fc.constant('data' as const), stream, payload: fc.uint8Array({ minLength: 1, maxLength: 500 }) }),
  fc.record({ type: fc.constant('credit' as const), stream, bytes: fc.integer({ min: 1, max: relayProtocol.windowBytes }) }),
);

describe('relay frames', () => {
  it('a relay frame is decoded as it was encoded', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
      }),
      { numRuns: 500 },
    );
  });

  it('a relay frame is decoded from the middle of a larger buffer too', () => {
    fc.assert(
      fc.property(frames, fc.uint8Array({ maxLength: 20 }), (frame, before) => {
        const bytes = encodeFrame(frame);
        const buffer = new Uint8Array(before.length + bytes.length + 3);
        buffer.set(bytes, before.length);
        expect(decodeFrame(buffer.subarray(before.length, before.length + bytes.length))).toEqual(frame);
      }),
    );
  });

  it('random bytes are decoded as a relay frame or refused, never throw, and each frame has one encoding', () => {
    const header = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 1, 255)).map(([type, last]) => [type, 0, 0, 0, last]);
    const framed = fc.tuple(header, fc.uint8Array({ maxLength: 300 })).map(([head, rest]) => Uint8Array.from([...head, ...rest]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), framed), (bytes) => {
        const frame = decodeFrame(bytes);
        if (frame) expect(encodeFrame(frame)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('relay frames are bounded', () => {
    const largest = encodeFrame({ type: 'data', stream: 1, payload: new Uint8Array(relayProtocol.maxDataBytes) });
    expect(decodeFrame(largest)).toMatchObject({ type: 'data' });
    expect(decodeFrame(new Uint8Array(largest.length + 1).fill(4, 0, 1).fill(1, 4, 5))).toBeNull();
    expect(decodeFrame(encodeFrame({ type: 'open', stream: 1, host: 'a'.repeat(254), port: 1 }))).toBeNull();
    expect(decodeFrame(encodeFrame({ type: 'credit', stream: 1, bytes: relayProtocol.windowBytes + 1 }))).toBeNull();
  });

  it('a relay frame has a stream and a port', () => {
    expect(decodeFrame(encodeFrame({ type: 'end', stream: 0 }))).toBeNull();
    expect(decodeFrame(encodeFrame({ type: 'open', stream: 1, host: 'a', port: 0 }))).toBeNull();
    expect(decodeFrame(encodeFrame({ type: 'data', stream: 1, payload: new Uint8Array() }))).toBeNull();
    expect(decodeFrame(encodeFrame({ type: 'credit', stream: 1, bytes: 0 }))).toBeNull();
  });

  it('a relay frame names hosts in plain ASCII only', () => {
    for (const name of ['', 'a b', 'münchen.test', 'a\u0000b', '../etc', 'a@b']) {
      expect(decodeFrame(encodeFrame({ type: 'open', stream: 1, host: name, port: 1 }))).toBeNull();
    }
  });

  it('a relay frame has the same header on the fast path', () => {
    fc.assert(
      fc.property(stream, fc.uint8Array({ minLength: 1, maxLength: 50 }), (id, payload) => {
        const bytes = new Uint8Array(frameHeaderBytes + payload.length);
        writeHeader(bytes, frameType.data, id);
        bytes.set(payload, frameHeaderBytes);
        expect(bytes).toEqual(encodeFrame({ type: 'data', stream: id, payload }));
      }),
    );
  });
});
