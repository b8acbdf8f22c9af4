import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RelayMux, RelayProtocolError, type MuxStream } from '../../../shared/relay-mux.ts';
import { encodeFrame, relayProtocol } from '../../../shared/relay-protocol.ts';

/** Memory with something in it, as a real one has. */
const allocate = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(0xee);

/** Two multiplexers with a wire between them that delivers when told to. The far end keeps what it gets, unread, or only counts it. */
function wire({ keep = true } = {}) {
  const toGateway: Uint8Array[] = [];
  const toClient: Uint8Array[] = [];
  const accepted: { stream: MuxStream; host: string; port: number; got: number[]; size: number; ended: boolean; broken: string | null }[] =
    [];
  const size = (queue: Uint8Array[]): number => queue.reduce((sum, message) => sum + message.length, 0);
  const client = new RelayMux({ allocate, send: (message) => toGateway.push(message.slice()), backlog: () => size(toGateway) });
  const gateway = new RelayMux(
    { allocate, send: (message) => toClient.push(message.slice()), backlog: () => size(toClient) },
    (stream, host, port) => {
      const record = { stream, host, port, got: [] as number[], size: 0, ended: false, broken: null as string | null };
      accepted.push(record);
      stream.events = {
        data: (payload) => {
          record.size += payload.length;
          if (keep) record.got.push(...payload);
        },
        end: () => (record.ended = true),
        broken: (reason) => (record.broken = reason),
      };
      stream.confirm();
    },
  );
  /** Delivers one message of one direction; false when there was none. */
  const deliver = (direction: 'up' | 'down'): boolean => {
    const message = (direction === 'up' ? toGateway : toClient).shift();
    if (!message) return false;
    (direction === 'up' ? gateway : client).receive(message);
    (direction === 'up' ? client : gateway).drained();
    return true;
  };
  const settle = (): void => {
    let moved = true;
    while (moved) moved = [deliver('up'), deliver('down')].includes(true);
  };
  return { client, gateway, accepted, deliver, settle, toGateway, toClient };
}

describe('relay multiplexer', () => {
  test('the relay carries any mix of writes on any streams in order, whatever the wire does', () => {
    const actions = fc.array(
      fc.oneof(
        fc.record({ do: fc.constant('write' as const), stream: fc.nat(4), bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }) }),
        fc.record({ do: fc.constant('end' as const), stream: fc.nat(4) }),
        fc.record({ do: fc.constant('deliver' as const), side: fc.constantFrom('up' as const, 'down' as const) }),
      ),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(actions, (steps) => {
        const { client, accepted, deliver, settle } = wire();
        const sent = Array.from({ length: 5 }, () => [] as number[]);
        const ended = new Set<number>();
        const free = Array.from({ length: 5 }, () => true);
        const streams = sent.map((_, index) => client.open(`host${index}`, 443, { writable: () => (free[index] = true) }));
        for (const step of steps) {
          if (step.do === 'deliver') deliver(step.side);
          else if (step.do === 'end') {
            ended.add(step.stream);
            streams[step.stream]?.end();
          } else if (free[step.stream] && !ended.has(step.stream)) {
            sent[step.stream]?.push(...step.bytes);
            free[step.stream] = streams[step.stream]?.write(step.bytes) ?? false;
          }
        }
        settle();
        expect(accepted.map(({ host }) => host)).toEqual(['host0', 'host1', 'host2', 'host3', 'host4']);
        accepted.forEach((record, index) => {
          expect(record.got).toEqual(sent[index]);
          expect(record.ended).toBe(ended.has(index));
          expect(record.broken).toBeNull();
        });
      }),
    );
  });

  test('a relay reader that takes nothing stops its own stream at the window, and no other', () => {
    const { client, accepted, settle } = wire();
    const stalled = client.open('stalled', 443, {});
    let room = true;
    const lively = client.open('lively', 443, { writable: () => (room = true) });
    const chunk = new Uint8Array(64 * 1024);
    let written = 0;
    while (stalled.write(chunk)) {
      written += chunk.length;
      settle();
    }
    settle();
    expect(accepted[0]?.got.length).toBe(relayProtocol.windowBytes);
    expect(written).toBeLessThanOrEqual(relayProtocol.windowBytes);
    const lively2 = accepted[1];
    if (lively2) {
      let consumed = 0;
      lively2.stream.events = {
        data: (payload) => {
          consumed += payload.length;
          lively2.stream.consumed(payload.length);
        },
      };
      for (let sent = 0; sent < 4 * relayProtocol.windowBytes; sent += chunk.length) {
        expect(room).toBe(true);
        room = lively.write(chunk);
        settle();
      }
      expect(consumed).toBe(4 * relayProtocol.windowBytes);
    }
    // And it goes on as soon as its reader does
    accepted[0]?.stream.consumed(relayProtocol.windowBytes);
    settle();
    expect(accepted[0]?.got.length).toBeGreaterThan(relayProtocol.windowBytes);
  });

  test('bytes that wait for the relay’s window are a copy, and the writer may reuse its memory at once', () => {
    const { client, accepted, settle } = wire();
    const stream = client.open('host', 443, {});
    const memory = new Uint8Array(relayProtocol.windowBytes + 1000).fill(7);
    expect(stream.write(memory)).toBe(false);
    memory.fill(9);
    settle();
    accepted[0]?.stream.consumed(relayProtocol.windowBytes);
    settle();
    const got = accepted[0]?.got ?? [];
    expect(got.length).toBe(memory.length);
    expect(got.every((byte) => byte === 7)).toBe(true);
  });

  test('unread bytes of all relay streams are bounded: the stream that exceeds the limit is reset, and reading makes room', () => {
    const { client, accepted, settle } = wire({ keep: false });
    const broken: string[] = [];
    const window = new Uint8Array(relayProtocol.windowBytes);
    const fits = relayProtocol.maxUnreadBytes / relayProtocol.windowBytes;
    const fill = (index: number): void => {
      client.open(`host${index}`, 443, { broken: (reason) => broken.push(`${index} ${reason}`) }).write(window);
      settle();
    };
    for (let index = 0; index <= fits; index++) fill(index);
    expect(broken).toEqual([`${fits} busy`]);
    expect(accepted[fits - 1]?.size).toBe(relayProtocol.windowBytes);
    accepted[0]?.stream.consumed(relayProtocol.windowBytes);
    accepted[1]?.stream.reset();
    settle();
    fill(fits + 1);
    fill(fits + 2);
    expect(broken).toEqual([`${fits} busy`, '1 reset']);
  });

  test('one side of a relay stream can end while the other continues', () => {
    const { client, accepted, settle } = wire();
    const back: number[] = [];
    let ended = false;
    const stream = client.open('host', 443, { data: (payload) => back.push(...payload), end: () => (ended = true) });
    stream.write(new Uint8Array([1, 2]));
    stream.end();
    settle();
    expect(accepted[0]).toMatchObject({ got: [1, 2], ended: true });
    accepted[0]?.stream.write(new Uint8Array([3]));
    accepted[0]?.stream.end();
    settle();
    expect(back).toEqual([3]);
    expect(ended).toBe(true);
    expect(client.streamCount).toBe(0);
  });

  test('any byte sequence is read, or at worst refused as a breach of the relay’s protocol', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (messages) => {
        const { gateway } = wire();
        for (const message of messages) {
          try {
            gateway.receive(message);
          } catch (error) {
            expect(error).toBeInstanceOf(RelayProtocolError);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('exceeding the window, a second END, a wrong id and an unknown stream each end the relay’s link', () => {
    const open = encodeFrame({ type: 'open', stream: 1, host: 'host', port: 443 });
    const data = encodeFrame({ type: 'data', stream: 1, payload: new Uint8Array(relayProtocol.maxDataBytes) });
    const tooMany = relayProtocol.windowBytes / relayProtocol.maxDataBytes + 1;
    const end = encodeFrame({ type: 'end', stream: 1 });
    const cases: Uint8Array[][] = [
      [open, ...Array.from({ length: tooMany }, () => data)],
      [open, end, end],
      [open, open],
      [encodeFrame({ type: 'end', stream: 7 })],
      [open, encodeFrame({ type: 'credit', stream: 1, bytes: 1 })],
    ];
    for (const messages of cases) {
      const { gateway } = wire();
      expect(() => messages.forEach((message) => gateway.receive(message))).toThrow(RelayProtocolError);
    }
  });
});
