import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { Carrier } from '../../../electron/tunnels/openconnect/carrier.ts';
import { libraryOptionsFor, targetOf } from '../../../electron/tunnels/openconnect/arguments.ts';
import type { Tunnel } from '../../../electron/tunnels/tunnel.ts';
import { failureOf } from '../../../shared/failure.ts';
import { startCstpGateway, usual, type CstpGateway } from '../../peers/gateways/cstp.ts';
import { bothLibraries, startEngine, type EngineBench } from '../../peers/openconnect-bench.ts';

const never = new AbortController().signal;

/** What the library does when its gateway breaks off, and what the tunnel makes of it. */
describe.each(bothLibraries)('the app tunnel after a break, with %s library', (_name, library) => {
  let bench: EngineBench;
  let gateway: CstpGateway;
  beforeAll(async () => {
    bench = await startEngine({ library });
  });
  beforeEach(async () => {
    gateway = await startCstpGateway();
    gateway.push(usual());
  });
  afterEach(() => {
    gateway.stop();
    bench.driver.stop();
  });

  async function opened(): Promise<Tunnel> {
    const tunnel = await bench.engine.open(gateway.grant, never);
    onTestFinished(() => tunnel.close());
    return tunnel;
  }

  test('a tunnel reconnects when its gateway hangs up, and when it is told to, in the same process', async () => {
    const tunnel = await opened();
    const workers = bench.workers.length;
    gateway.hangUp();
    await expect.poll(() => gateway.opened).toBe(2);
    tunnel.recover?.();
    await expect.poll(() => gateway.opened).toBe(3);
    expect(bench.workers).toHaveLength(workers);
    await tunnel.close();
  });

  test('a tunnel whose gateway gives another address at a reconnect is up again with that one', async () => {
    const tunnel = await opened();
    const workers = bench.workers.length;
    gateway.push(usual('10.9.0.2'));
    gateway.hangUp();
    await expect.poll(() => bench.workers.length, { timeout: 5_000 }).toBe(workers + 1);
    await expect.poll(() => bench.log.at(-1), { timeout: 5_000 }).toBe('app tunnel: up again in another process');
    expect(bench.log).toContain('app tunnel: the gateway gave another address');
    expect(gateway.opened).toBe(3);
    await tunnel.close();
    expect(await tunnel.ended).toEqual({ kind: 'closed' });
  });

  // The library's own clock: once is enough
  test.runIf(library === bothLibraries[0]?.[1])(
    'a gateway that falls silent is noticed within fifteen seconds, and the person is told',
    async () => {
      const tunnel = await opened();
      const told = new Promise<void>((resolve) => tunnel.onSilent?.(resolve));
      const at = performance.now();
      gateway.fallSilent();
      await told;
      expect(performance.now() - at).toBeLessThan(15_000);
      expect(await tunnel.answers(1_000)).toBe(false);
      const closing = performance.now();
      await tunnel.close();
      expect(performance.now() - closing).toBeLessThan(2_500);
    },
  );

  test('a gateway that is gone for longer than the library tries ends the tunnel as dropped', async () => {
    const carrier = new Carrier(bench.driver.workers.handOver(), {
      up: () => undefined,
      connecting: () => undefined,
      note: () => undefined,
    });
    const options = { ...libraryOptionsFor(targetOf(gateway.grant), gateway.grant), reconnectSeconds: 2 };
    expect(await carrier.open(options, never)).toMatchObject({ addresses: ['10.9.0.1'], mtu: 1400, nameServers: ['10.9.0.53'] });
    gateway.stop();
    expect(await carrier.ended).toEqual({ kind: 'returned' });
    expect(carrier.output).toMatchObject({ code: 1, endedByGateway: false });
    expect(carrier.output.tail).toMatch(/result -\d+/);
  });

  test('TCP itself probes an idle connection to the gateway', async () => {
    const tunnel = await opened();
    const port = gateway.grant.endpoint.loopbackPort ?? 0;
    const place = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const timers = (): string[] =>
      readFileSync('/proc/self/net/tcp', 'latin1')
        .split('\n')
        .map((row) => row.trim().split(/\s+/))
        .filter(([, , remote, state]) => remote === place && state === '01')
        .map((row) => row[5]?.split(':')[0] ?? '');
    // proc_pid_net(5): 2 is the timer of SO_KEEPALIVE
    await expect.poll(timers).toEqual(['02']);
    await tunnel.close();
  });

  test('a gateway that pushes no address or no name server is told from one that is down', async () => {
    gateway.push(['X-CSTP-MTU: 1400']);
    const failure = await bench.engine.open(gateway.grant, never).catch((error: unknown) => failureOf(error));
    expect(failure).toMatchObject({ code: 'tunnel-failed', detail: expect.stringContaining('No IP address received') as unknown });
    gateway.push(usual().filter((line) => !line.includes('DNS')));
    const tunnel = await opened();
    const dialled = tunnel.dial('portal.campus.test', 80, never).catch((error: unknown) => failureOf(error));
    expect(await dialled).toMatchObject({ code: 'names-none' });
    await tunnel.close();
  });

  test('a gateway’s thousand routes, search domains, banner and expiry are read', async () => {
    const routes = Array.from({ length: 1_000 }, (_, index) => `X-CSTP-Split-Include: 10.${index >> 8}.${index & 255}.0/255.255.255.0`);
    const told = ['X-CSTP-Banner: Hello%0Athere', 'X-CSTP-Default-Domain: campus.test lab.campus.test', 'X-CSTP-Split-DNS: campus.test'];
    const times = ['X-CSTP-Session-Timeout-Remaining: 600', 'X-CSTP-Idle-Timeout: 900'];
    gateway.push([...usual(), ...routes, ...told, ...times]);
    const carrier = new Carrier(bench.driver.workers.handOver(), {
      up: () => undefined,
      connecting: () => undefined,
      note: () => undefined,
    });
    const pushed = await carrier.open(libraryOptionsFor(targetOf(gateway.grant), gateway.grant), never);
    await carrier.leave('detach');
    expect(pushed?.routes).toHaveLength(1_000);
    expect(pushed?.routes.slice(0, 2)).toEqual(['10.0.0.0/255.255.255.0', '10.0.1.0/255.255.255.0']);
    expect(pushed).toMatchObject({ domains: ['campus.test', 'lab.campus.test'], splitNames: ['campus.test'], idleSeconds: 900 });
    const tunnel = await opened();
    expect(tunnel.banner).toBe('Hello\nthere');
    expect(tunnel.limits?.idleSeconds).toBe(900);
    expect(tunnel.limits?.expiresAt).toBeGreaterThan(Date.now() + 590_000);
    await tunnel.close();
  });
});
