import { once } from 'node:events';
import net from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { relayProtocol } from '../../../shared/relay-protocol.ts';
import { openWebSocket } from '../../../electron/net/websocket.ts';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import { endpointOf } from '../../../electron/net/endpoint.ts';
import { splitHost } from '../../../shared/profile.ts';
import { signIn, startBench, type Bench } from '../../support/access.ts';
import { heldMemory } from '../../support/memory.ts';

/** Echoes what comes, and ends when its peer has. */
const echo = net.createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => socket.destroy()).pipe(socket));
/** Says a lot at once, whether anyone reads or not. */
const fountain = net.createServer((socket) => {
  const chunk = Buffer.alloc(64 * 1024, 7);
  const pour = (): void => {
    while (socket.write(chunk));
  };
  socket.on('drain', pour).on('error', () => socket.destroy());
  pour();
});
/** Was there, and is gone. */
const gone = net.createServer();
const secret = net.createServer((socket) => socket.on('error', () => socket.destroy()).end('not for you'));
const portOf = (server: net.Server): number => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};
let b: Bench;
let gonePort = 0;
const signal = AbortSignal.timeout(60_000);

beforeAll(async () => {
  for (const server of [echo, fountain, secret, gone]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  gonePort = portOf(gone);
  gone.close();
  b = await startBench({ targets: [{ host: '127.0.0.1', ports: [portOf(echo), portOf(fountain), gonePort] }] });
  await signIn(b);
});
afterAll(async () => {
  await b.close();
  for (const server of [echo, fountain, secret]) server.close();
});

describe('the relay', () => {
  test('the relay carries megabytes in both directions, intact, with half-close', async () => {
    const stream = await b.controller.dial('127.0.0.1', portOf(echo), signal);
    const sent = Buffer.alloc(5 * 1024 * 1024);
    for (let at = 0; at < sent.length; at += 4) sent.writeUInt32LE((at * 2654435761) % 2 ** 32, at);
    stream.end(sent);
    const back = await buffer(stream);
    expect(back.equals(sent)).toBe(true);
  });

  test('a relay stream that nobody reads does not hold up the others', async () => {
    const stalled = await b.controller.dial('127.0.0.1', portOf(fountain), signal);
    const before = heldMemory();
    const lively = await b.controller.dial('127.0.0.1', portOf(fountain), signal);
    let got = 0;
    for await (const chunk of lively) {
      got += Buffer.isBuffer(chunk) ? chunk.length : 0;
      if (got > 20 * 1024 * 1024) break;
    }
    expect(stalled.readableLength).toBeLessThanOrEqual(relayProtocol.windowBytes);
    expect(heldMemory() - before).toBeLessThan(64 * 1024 * 1024);
    stalled.destroy();
  });

  test('the relay reaches what the grant names and nothing else on loopback', async () => {
    const portal = await b.controller.dial('2fa.campus.test', 443, signal);
    portal.destroy();
    const campusPort = b.campus.port;
    for (const [host, port] of [
      ['127.0.0.1', portOf(secret)],
      ['localhost', portOf(secret)],
      ['127.0.0.1', campusPort],
      ['::1', portOf(echo)],
      ['2fa.campus.test', 80],
      ['vpn.campus.test', 443],
      ['2fa.campus.test.', 8443],
    ] as const) {
      await expect(b.controller.dial(host, port, signal), `${host}:${port}`).rejects.toThrow('host-not-allowed');
    }
  });

  test('a granted port that nobody listens on is unreachable, and the link stays up', async () => {
    await expect(b.controller.dial('127.0.0.1', gonePort, signal)).rejects.toThrow('host-unreachable');
    const stream = await b.controller.dial('127.0.0.1', portOf(echo), signal);
    stream.end('still here');
    expect((await buffer(stream)).toString()).toBe('still here');
  });

  test('the relay opens no WebSocket for a wrong ticket, no ticket or a wrong subprotocol', async () => {
    const { profile } = b.campus;
    const endpoint = endpointOf(splitHost(profile.gateways[0] ?? ''), profile.connectTo);
    const verifier = createVerifier({ trust: profile.trust, now: Date.now });
    const common = { path: '/relay', maxPayload: 1024, timeoutMs: 5_000, signal };
    const wrong = { authorization: `Bearer ${'A'.repeat(43)}` };
    await expect(openWebSocket(endpoint, verifier, { ...common, subprotocol: relayProtocol.subprotocol, headers: wrong })).rejects.toThrow(
      'ticket-rejected',
    );
    await expect(openWebSocket(endpoint, verifier, { ...common, subprotocol: relayProtocol.subprotocol })).rejects.toThrow(
      'ticket-rejected',
    );
    await expect(openWebSocket(endpoint, verifier, { ...common, subprotocol: 'something.else' })).rejects.toThrow(
      /ticket-rejected|gateway-protocol/,
    );
  });

  test('off campus the portal listens on no port: only its socket and the gateway are there', async () => {
    const { portalPort } = b.campus;
    const socket = net.connect(portalPort, '127.0.0.1');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });
});
