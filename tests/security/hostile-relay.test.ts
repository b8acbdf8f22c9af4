import type { Duplex } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Grant } from '../../electron/gateways/gateway.ts';
import { createVerifier } from '../../electron/trust/verifier.ts';
import { relayTunnel } from '../../electron/tunnels/relay.ts';
import type { Tunnel } from '../../electron/tunnels/tunnel.ts';
import { encodeFrame, relayProtocol, type Frame } from '../../shared/relay-protocol.ts';
import {
  gatewayHost,
  goodPapers,
  someTicket,
  startHostileGateway,
  webSocketFrame,
  type HostileGateway,
} from '../support/hostile-gateway.ts';
import { heldMemory } from '../support/memory.ts';

const { signal } = new AbortController();
const frame = (content: Frame): Buffer => webSocketFrame(encodeFrame(content));
const data = (bytes: number, stream = 1): Buffer => frame({ type: 'data', stream, payload: new Uint8Array(bytes) });
const opened = frame({ type: 'opened', stream: 1 });

/** The real tunnel to a gateway that sends these frames after the client opened its first stream, and never closes its side. */
async function tunnelTo(relay: (socket: Duplex) => void): Promise<{ tunnel: Tunnel; gateway: HostileGateway }> {
  const papers = await goodPapers();
  const gateway = await startHostileGateway({ relay: (socket) => void socket.once('data', () => relay(socket)) }, papers);
  const grant: Grant = {
    kind: 'relay',
    endpoint: { host: gatewayHost, port: 443, loopbackPort: gateway.port },
    verifier: createVerifier({ trust: papers.trust, now: Date.now }),
    relayPath: '/relay',
    ticket: someTicket,
    targets: [],
    idleSeconds: 600,
    expiresAt: Date.now() + 600_000,
  };
  const tunnel = await relayTunnel.open(grant, signal);
  onTestFinished(() => tunnel.close());
  return { tunnel, gateway };
}

describe('a relay that breaks the protocol', () => {
  const violations: [string, Buffer[]][] = [
    ['a frame of no type', [webSocketFrame(Uint8Array.of(99, 0, 0, 0, 1))]],
    ['a frame too short', [webSocketFrame(Uint8Array.of(4))]],
    ['an empty frame', [webSocketFrame(new Uint8Array())]],
    ['a frame too long', [webSocketFrame(new Uint8Array(relayProtocol.maxFrameBytes + 1))]],
    ['a frame of ten megabytes', [webSocketFrame(new Uint8Array(10 * 1024 * 1024))]],
    ['text', [webSocketFrame(Buffer.from('hello'), { text: true })]],
    ['no WebSocket frame', [Buffer.from('HTTP/1.1 200 OK\r\n\r\n')]],
    ['data for a stream that nobody opened', [data(1, 7)]],
    ['data beyond the window', [opened, ...Array.from({ length: 17 }, () => data(relayProtocol.maxDataBytes))]],
    ['data after the end', [opened, frame({ type: 'end', stream: 1 }), data(1)]],
    ['credit that was not owed', [opened, frame({ type: 'credit', stream: 1, bytes: 1 })]],
    ['a stream of its own', [frame({ type: 'open', stream: 2, host: 'localhost', port: 22 })]],
    ['an opening and a break in one breath', [opened, webSocketFrame(Uint8Array.of(99, 0, 0, 0, 1))]],
  ];
  test.each(violations)('the client drops a relay that sends %s, even if the relay never closes its side', async (_what, frames) => {
    const { tunnel, gateway } = await tunnelTo((socket) => void socket.write(Buffer.concat(frames)));
    const dialled = tunnel.dial('2fa.campus.test', 443, signal).then(
      (stream) => stream.destroyed || new Promise((resolve) => stream.once('close', resolve)),
      () => undefined,
    );
    expect(await tunnel.ended).toMatchObject({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
    await dialled;
    await expect(tunnel.dial('2fa.campus.test', 443, signal)).rejects.toMatchObject({ failure: { code: 'tunnel-down' } });
    await expect.poll(() => gateway.connections.open).toBe(0);
  });
});

test('a million tiny frames that nobody reads take no more memory than their window, and none is lost', async () => {
  const count = 1_000_000;
  const { tunnel } = await tunnelTo((socket) => {
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => data(1)));
    socket.write(opened);
    const pour = (left: number): void => {
      if (left > 0) socket.write(many, () => pour(left - 1));
    };
    pour(count / 10_000);
  });
  const stream = await tunnel.dial('2fa.campus.test', 443, signal);
  const before = heldMemory();
  await expect.poll(() => tunnel.traffic().received, { timeout: 30_000 }).toBeGreaterThanOrEqual(count * 6);
  expect(heldMemory() - before).toBeLessThan(32 * 1024 * 1024);
  let got = 0;
  for await (const chunk of stream) {
    got += Buffer.isBuffer(chunk) ? chunk.length : 0;
    if (got === count) break;
  }
  expect(got).toBe(count);
});
