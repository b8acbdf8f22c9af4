import net from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tunnel } from '../../../electron/tunnels/tunnel.ts';
import { inside, startNcGateway, type NcGateway } from '../../peers/gateways/nc.ts';
import { missingLibrary, startEngine } from '../../peers/openconnect-bench.ts';
import { startMiddlebox, type Middlebox } from '../../peers/middlebox.ts';

/** A router between openconnect and the campus's gateway that forgets idle connections. */
const never = new AbortController().signal;
const idleMs = 3_000;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a middlebox', () => {
  it('a middlebox passes data until its time limit and nothing after it, without telling either side', async () => {
    const events: string[] = [];
    const echo = net.createServer((socket) => {
      socket
        .on('end', () => events.push('end'))
        .on('close', () => events.push('close'))
        .on('error', () => undefined);
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const address = echo.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const box = await startMiddlebox({ to: address.port, idleMs: 1_000 });
    const socket = net.connect(box.port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => (heard += String(chunk))).on('close', () => events.push('client closed'));
    for (const letter of 'abcd') {
      socket.write(letter);
      await wait(100);
    }
    expect(heard).toBe('abcd');
    await expect.poll(() => box.forgotten).toBe(1);
    socket.write('e');
    await wait(300);
    expect([heard, events, box.known]).toEqual(['abcd', [], 0]);
    socket.destroy();
    await wait(50);
    expect(events).toEqual(['client closed']);
    await box.stop();
    echo.close();
  });
});

describe.skipIf(missingLibrary() !== null)('an nc tunnel behind a middlebox', () => {
  let gateway: NcGateway;
  let box: Middlebox;
  let tunnel: Tunnel;

  beforeEach(async () => {
    gateway = await startNcGateway();
    box = await startMiddlebox({ to: gateway.port, idleMs });
    const { engine } = await startEngine();
    tunnel = await engine.open(gateway.grant({ endpoint: { host: gateway.host, port: 443, loopbackPort: box.port } }), never);
  });
  afterEach(async () => {
    await tunnel.close();
    await box.stop();
    await gateway.stop();
  });

  it('an nc tunnel that sends a small query now and then survives a middlebox’s time limit, and can still download', async () => {
    const until = Date.now() + 1.5 * idleMs;
    while (Date.now() < until) {
      await wait(idleMs / 6);
      expect(await tunnel.answers(1_000)).toBe(true);
    }
    expect(box.forgotten).toBe(0);
    const stream = await tunnel.dial(inside.source.host, inside.source.port, never);
    expect((await buffer(stream)).equals(gateway.data.bytes)).toBe(true);
  });

  it('an nc tunnel that the middlebox forgot finds out by a query, and by nothing else', async () => {
    await expect.poll(() => box.forgotten).toBe(1);
    let over = false;
    void tunnel.ended.then(() => (over = true));
    await wait(idleMs);
    expect(over).toBe(false);
    expect(await tunnel.answers(1_000)).toBe(false);
    tunnel.recover?.();
    await expect.poll(() => tunnel.answers(1_000)).toBe(true);
  });
});
