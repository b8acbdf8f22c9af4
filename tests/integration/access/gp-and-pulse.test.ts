import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, afterAll, describe, expect, test, vi } from 'vitest';
import { AccessController } from '../../../electron/access/controller.ts';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import { fail } from '../../../shared/failure.ts';
import type { AccessStateKind } from '../../../shared/access-state.ts';
import type { Profile } from '../../../shared/profile.ts';
import { startGpGateway } from '../../peers/gateways/gp-gateway.ts';
import { inside, type InsideHosts } from '../../peers/gateways/inside-hosts.ts';
import { startPulse } from '../../peers/gateways/pulse.ts';
import { kill } from '../../peers/namespaces.ts';
import { missingLibrary, startEngine, type EngineBench } from '../../peers/openconnect-bench.ts';
import { answer, credentials, handEnvironment, reach } from '../../support/access.ts';

/** Our own code from Connect to a page behind the gateway and back, with one stand-in for sign-in and tunnel. */
interface Peer {
  inside: InsideHosts;
  profile(): Profile;
  tickets(): ReadonlySet<string>;
  tunnels(): number;
  forgetAll(): void;
  leave(): Promise<{ back(): Promise<void> }>;
  stop(): Promise<void>;
}

async function pulse(): Promise<Peer> {
  const peer = await startPulse({ token: 'Enter your code' });
  return { ...peer, tickets: () => peer.cookies };
}

const signIns = {
  gp: async (controller: AccessController): Promise<void> => {
    await answer(controller, 'credentials', credentials('mei', 'harbour'));
    await answer(controller, 'choice', ({ options }) => ({
      kind: 'choice',
      option: options.find(({ label }) => label === 'Main site')?.id ?? '',
    }));
    await answer(controller, 'passcode', { kind: 'passcode', passcode: '123456' });
  },
  pulse: async (controller: AccessController): Promise<void> => {
    await answer(controller, 'credentials', credentials('mei.chan', 'harbour-lantern-42'));
    await answer(controller, 'passcode', { kind: 'passcode', passcode: '287082' });
  },
} as const;

describe.skipIf(missingLibrary() !== null).each([
  ['GlobalProtect', 'gp', (): Promise<Peer> => startGpGateway()],
  ['Pulse', 'pulse', pulse],
] as const)('a campus behind %s', (_name, protocol, start) => {
  let bench: EngineBench;
  let peer: Peer;
  let controller: AccessController;
  let seen: AccessStateKind[];
  beforeAll(async () => {
    [bench, peer] = await Promise.all([startEngine(), start()]);
  });
  afterEach(() => controller.disconnect());
  afterAll(async () => {
    bench.driver.stop();
    await peer.stop();
  });

  async function connect(): Promise<void> {
    controller = new AccessController({
      drivers: { [protocol]: bench.driver },
      tunnels: { app: bench.engine },
      direct: () => () => Promise.reject(fail('internal')),
      verifierFor: (profile) => createVerifier({ trust: profile.trust, now: Date.now }),
      environment: handEnvironment(),
      client: { name: 'test', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
      prepared: () => () => Promise.resolve(null),
      now: Date.now,
      random: Math.random,
      log: () => undefined,
    });
    controller.connect(peer.profile());
    await signIns[protocol](controller);
    await reach(controller, 'connected');
    seen = [];
    controller.onChange(({ kind }) => seen.push(kind));
  }
  async function page(): Promise<string> {
    const stream = await controller.dial(inside.page.host, inside.page.port, AbortSignal.timeout(10_000));
    stream.end('GET / HTTP/1.0\r\n\r\n');
    return text(stream);
  }

  test('signs in, shows a page by name, comes back from a killed process and from a gateway that was gone, asks nobody, and ends with its ticket', async () => {
    await connect();
    expect(await page()).toContain(peer.inside.page);

    const back = reach(controller, 'reconnecting').then(() => reach(controller, 'connected'));
    kill(bench.workers.at(-1)?.pid);
    await back;
    expect(await page()).toContain(peer.inside.page);

    const gone = reach(controller, 'reconnecting');
    const away = await peer.leave();
    await gone;
    await away.back();
    await reach(controller, 'connected');
    expect(await page()).toContain(peer.inside.page);
    expect(seen).not.toContain('asking');
    expect(peer.tickets().size).toBe(1);

    peer.forgetAll();
    kill(bench.workers.at(-1)?.pid);
    expect((await reach(controller, 'idle')).ending?.code).toBe('ticket-rejected');
  });

  test('Disconnect signs out at the gateway', async () => {
    await connect();
    expect([peer.tickets().size, peer.tunnels()]).toEqual([1, 1]);
    await controller.disconnect();
    await vi.waitFor(() => expect([peer.tickets().size, peer.tunnels()]).toEqual([0, 0]));
  });
});
