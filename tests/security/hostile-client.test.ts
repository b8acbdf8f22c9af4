import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startCampus, type Campus } from '../../campus/campus.ts';
import { listenLocally, localAddress } from '../../campus/local-socket.ts';
import type { RelayTarget } from '../../campus/relay/grant.ts';
import { createRelayServer } from '../../campus/relay/server.ts';
import { accessProtocol } from '../../shared/access-protocol.ts';
import { encodeFrame, relayProtocol, type Frame } from '../../shared/relay-protocol.ts';
import { mei } from '../support/campus/campus-services.ts';
import { credentials, GatewayClient, proceed, withPasscode } from '../support/campus/gateway-client.ts';
import { webSocketFrame } from '../support/hostile-gateway.ts';
import { heldMemory } from '../support/memory.ts';
import { listen } from '../support/servers.ts';

/** Accepts connections and reads nothing. */
const deaf = net.createServer((socket) => void socket.on('error', () => socket.destroy()).pause());
const unexpected: unknown[] = [];
let campus: Campus;
let deafPort = 0;

beforeAll(async () => {
  deaf.listen(0, '127.0.0.1');
  await once(deaf, 'listening');
  const address = deaf.address();
  deafPort = typeof address === 'object' && address !== null ? address.port : 0;
  campus = await startCampus({ targets: [{ host: '127.0.0.1', ports: [deafPort] }], report: (error) => unexpected.push(error) });
});
afterAll(async () => {
  await campus.stop();
  deaf.close();
});
afterEach(async () => {
  // After any attack, the next honest person can sign in
  const { client } = await signIn();
  client.send({ type: 'bye' });
  expect(await client.next('ended')).toMatchObject({ reason: 'signed-out' });
  expect(unexpected).toEqual([]);
});

/** An honest sign-in, with a recovery passcode so that several fit into one code's time. */
async function signIn(): Promise<{ client: GatewayClient; ticket: string }> {
  const { passcode } = await campus.services.factors.issueRecoveryPasscode(mei.userId);
  const client = await GatewayClient.open(campus);
  client.hello();
  await client.prompt('notice');
  client.answer(proceed);
  await client.prompt('credentials');
  client.answer(credentials(mei.userId, mei.password));
  await client.prompt('second-factor');
  client.answer(withPasscode(passcode));
  return { client, ticket: (await client.next('granted')).ticket };
}

async function secured(): Promise<TLSSocket> {
  const socket = tls.connect({ host: '127.0.0.1', port: campus.port, servername: 'vpn.campus.test', ca: campus.authority.pem });
  socket.on('error', () => socket.destroy());
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

/** A handmade WebSocket that answers no ping and never closes. */
async function upgraded(path: string, subprotocol: string, ticket?: string): Promise<TLSSocket> {
  const socket = await secured();
  socket.write(upgradeTo(path, subprotocol, ticket));
  expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 101 /);
  return socket;
}

function upgradeTo(path: string, subprotocol: string, ticket?: string): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: vpn.campus.test:${campus.port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Sec-WebSocket-Protocol: ${subprotocol}`,
    ...(ticket === undefined ? [] : [`Authorization: Bearer ${ticket}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

const masked = (payload: Uint8Array, text = false): Buffer => webSocketFrame(payload, { client: true, text });
const frame = (content: Frame): Buffer => masked(encodeFrame(content));
const openDeaf = (stream: number): Buffer => frame({ type: 'open', stream, host: '127.0.0.1', port: deafPort });
const data = (stream: number, bytes: number): Buffer => frame({ type: 'data', stream, payload: new Uint8Array(bytes) });

describe('a client that breaks the relay’s protocol', () => {
  const violations: [string, number, () => Buffer[]][] = [
    ['a frame of no type', 1002, () => [masked(Uint8Array.of(99, 0, 0, 0, 1))]],
    ['an empty frame', 1002, () => [masked(new Uint8Array())]],
    ['a frame too long', 1009, () => [masked(new Uint8Array(relayProtocol.maxFrameBytes + 1))]],
    ['text', 1003, () => [masked(Buffer.from('hello'), true)]],
    ['a frame that is not masked', 1002, () => [webSocketFrame(Uint8Array.of(1))]],
    ['no WebSocket frame', 1002, () => [Buffer.from('GET / HTTP/1.1\r\n\r\n')]],
    ['data for a stream that it did not open', 1002, () => [data(7, 1)]],
    // The kernel buffers what it can for the target, and credit is returned for that; this is more
    ['data beyond the window', 1002, () => [openDeaf(1), ...Array.from({ length: 400 }, () => data(1, relayProtocol.maxDataBytes))]],
    ['a stream opened twice', 1002, () => [openDeaf(1), openDeaf(1)]],
    ['credit that was not owed', 1002, () => [openDeaf(1), frame({ type: 'credit', stream: 1, bytes: 1 })]],
  ];
  test.each(violations)(
    'the gateway drops a client that sends %s, even if the client never closes its side',
    async (_what, code, frames) => {
      const { client, ticket } = await signIn();
      const relay = await upgraded('/relay', relayProtocol.subprotocol, ticket);
      let got = Buffer.alloc(0);
      relay.on('data', (bytes: Buffer) => (got = Buffer.concat([got, bytes])));
      // If it closes with unread data, the kernel sends a reset: that is an end too
      relay.on('error', () => undefined);
      const closed = new Promise((resolve) => relay.once('close', resolve));
      relay.write(Buffer.concat(frames()));
      await closed;
      expect(got.includes(Buffer.from([code >> 8, code & 0xff])) && got.includes(0x88)).toBe(true);
      await client.cut();
    },
  );

  test('the gateway refuses streams above the limit, and keeps the connection', async () => {
    const { client, ticket } = await signIn();
    const relay = await upgraded('/relay', relayProtocol.subprotocol, ticket);
    const busy = Buffer.from(encodeFrame({ type: 'refused', stream: relayProtocol.maxStreams + 1, reason: 'busy' }));
    let got = Buffer.alloc(0);
    relay.on('data', (bytes: Buffer) => (got = Buffer.concat([got, bytes])));
    relay.write(Buffer.concat(Array.from({ length: relayProtocol.maxStreams + 1 }, (_, index) => openDeaf(index + 1))));
    await expect.poll(() => got.includes(busy), { timeout: 15_000 }).toBe(true);
    expect(relay.destroyed).toBe(false);
    relay.destroy();
    await client.cut();
  });
});

describe('a million tiny frames', () => {
  const targets: [string, () => Promise<RelayTarget>][] = [
    ['for a target that is not there yet', () => new Promise(() => undefined)],
    [
      'for a target that takes nothing',
      async () => {
        // The kernel buffers little for a local socket; for a TCP socket it would buffer everything
        const path = await localAddress(`deaf-${randomUUID().slice(0, 8)}`);
        const server = net.createServer((socket) => void socket.on('error', () => socket.destroy()).pause());
        await listenLocally(server, path);
        onTestFinished(() => void server.close());
        return { path };
      },
    ],
  ];
  test.each(targets)('a million tiny frames %s take no more memory than their window', async (_what, reach) => {
    const target = reach();
    const session = {
      id: 'S',
      targets: [{ host: 'deaf.test', ports: [443] }],
      touch: () => undefined,
      ended: new AbortController().signal,
    };
    const server = createRelayServer({ authorize: () => session, resolve: () => target });
    const port = await listen(http.createServer().on('upgrade', (request, socket, head) => server.handleUpgrade(request, socket, head)));
    onTestFinished(() => server.close());
    const relay = net.connect(port, '127.0.0.1').on('error', () => undefined);
    relay.write(upgradeTo('/relay', relayProtocol.subprotocol, 'T'.repeat(43)));
    expect(String(await once(relay, 'data'))).toMatch(/^HTTP\/1.1 101 /);

    relay.write(frame({ type: 'open', stream: 1, host: 'deaf.test', port: 443 }));
    const before = heldMemory();
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => data(1, 1)));
    for (let sent = 0; sent < 1_000_000; sent += 10_000) {
      await new Promise<void>((resolve) => {
        relay.write(many, () => resolve());
      });
    }
    // When this is refused, everything before it was read
    const refused = Buffer.from(encodeFrame({ type: 'refused', stream: 2, reason: 'not-allowed' }));
    const answered = new Promise<void>((resolve) => {
      relay.on('data', (bytes: Buffer) => {
        if (bytes.includes(refused)) resolve();
      });
    });
    relay.write(frame({ type: 'open', stream: 2, host: 'localhost', port: 22 }));
    await answered;
    expect(heldMemory() - before).toBeLessThan(48 * 1024 * 1024);
    relay.destroy();
  });
});

test('the gateway closes on a message of ten megabytes without waiting for its end', async () => {
  const socket = await upgraded(accessProtocol.path, accessProtocol.subprotocol);
  socket.resume().write(masked(Buffer.alloc(10 * 1024 * 1024, 'x'), true));
  await once(socket, 'close');
});

test('thousands of silent connections keep nobody from signing in', async () => {
  const silent = Array.from({ length: 2_000 }, () => net.connect({ host: '127.0.0.1', port: campus.port }));
  onTestFinished(() => silent.forEach((socket) => void socket.destroy()));
  await Promise.all(
    silent.map((socket) =>
      once(
        socket.on('error', () => socket.destroy()),
        'connect',
      ),
    ),
  );
  await Promise.all(Array.from({ length: 100 }, () => secured()));
  await Promise.all(Array.from({ length: 100 }, () => upgraded(accessProtocol.path, accessProtocol.subprotocol)));
  const { client } = await signIn();
  await client.cut();
});
