import net from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Duplex } from 'node:stream';
import { describe, expect, it, vi, type TestContext } from 'vitest';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import type { Tunnel } from '../../../electron/tunnels/tunnel.ts';
import { inside, startNcGateway } from '../../peers/gateways/nc.ts';
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

interface Bench {
  box: Middlebox;
  tunnel: Tunnel;
  /** Whether 5 MB come through the tunnel whole. */
  download: () => Promise<boolean>;
}

/** `minuteMs`: what the tunnel takes for a minute. */
async function openBehind(
  { onTestFinished }: TestContext,
  { minuteMs, ...grant }: Partial<OpenConnectGrant> & { minuteMs: number },
): Promise<Bench> {
  const gateway = await startNcGateway();
  const box = await startMiddlebox({ to: gateway.port, idleMs });
  const { engine, driver } = await startEngine({ speed: 60_000 / minuteMs });
  const endpoint = { host: gateway.host, port: 443, loopbackPort: box.port };
  const tunnel = await engine.open(gateway.grant({ endpoint, ...grant }), never);
  onTestFinished(async () => {
    await tunnel.close();
    driver.stop();
    await box.stop();
    await gateway.stop();
  });
  const download = async (): Promise<boolean> => {
    const stream = await tunnel.dial(inside.source.host, inside.source.port, never);
    return (await buffer(stream)).equals(gateway.data.bytes);
  };
  return { box, tunnel, download };
}

describe.skipIf(missingLibrary() !== null)('an nc tunnel behind a middlebox', { concurrent: true, timeout: 60_000 }, () => {
  it.for<[string, Partial<OpenConnectGrant>]>([
    ['whose gateway states no idle time', {}],
    ['whose profile asks for it although the gateway states an idle time', { keepAlive: 'always', idleSeconds: 1_800 }],
  ])('an nc tunnel %s outlives a middlebox’s time limit by far, idle, and then downloads', async ([, grant], context) => {
    const { box, tunnel, download } = await openBehind(context, { minuteMs: idleMs / 3, ...grant });
    const silent = vi.fn();
    tunnel.onSilent?.(silent);
    await wait(2.5 * idleMs);
    context.expect([box.forgotten, box.known]).toEqual([0, 1]);
    // Its own queries are no traffic of the person's
    context.expect(tunnel.traffic()).toEqual({ received: 0, sent: 0 });
    context.expect(await download()).toBe(true);
    context.expect(silent).not.toHaveBeenCalled();
  });

  it.for<[string, Partial<OpenConnectGrant>]>([
    ['whose gateway states an idle time', { idleSeconds: 1_800 }],
    ['whose profile forbids it', { keepAlive: 'never' }],
  ])(
    'an nc tunnel %s sends nothing of its own, and the first page after a middlebox forgot it casts doubt within seconds',
    async ([, grant], context) => {
      const { box, tunnel, download } = await openBehind(context, { minuteMs: idleMs / 3, ...grant });
      await context.expect.poll(() => box.forgotten, { timeout: 3 * idleMs }).toBe(1);
      const since = performance.now();
      const doubted = new Promise<number>((resolve) => tunnel.onSilent?.(() => resolve(performance.now() - since)));
      const page = download();
      context.expect(await doubted).toBeLessThan(8_000);
      // What the access layer does then: the stream that waits goes on
      tunnel.recover?.();
      context.expect(await page).toBe(true);
      context.expect(performance.now() - since).toBeLessThan(12_000);
    },
  );

  it('data that nothing answers casts doubt on an nc tunnel, and goes on after the tunnel has connected anew', async (context) => {
    const { box, tunnel } = await openBehind(context, { minuteMs: 6_000, keepAlive: 'never' });
    const stream = await tunnel.dial(inside.echo.host, inside.echo.port, never);
    stream.write('before');
    context.expect(await nextOf(stream)).toBe('before');
    await context.expect.poll(() => box.forgotten, { timeout: 3 * idleMs }).toBe(1);
    const doubted = new Promise<void>((resolve) => tunnel.onSilent?.(resolve));
    stream.write('into the void');
    await doubted;
    tunnel.recover?.();
    context.expect(await nextOf(stream)).toBe('into the void');
  });

  it('an nc tunnel that a middlebox forgot finds out by the next query of its own', async (context) => {
    const { box, tunnel, download } = await openBehind(context, { minuteMs: 2 * idleMs });
    await new Promise<void>((resolve) => tunnel.onSilent?.(resolve));
    context.expect(box.forgotten).toBe(1);
    tunnel.recover?.();
    await context.expect.poll(() => tunnel.answers(1_000)).toBe(true);
    context.expect(await download()).toBe(true);
  });
});

const nextOf = (stream: Duplex): Promise<string> => new Promise((resolve) => void stream.once('data', (bytes) => resolve(String(bytes))));
