import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { startGpGateway } from '../../peers/gateways/gp-gateway.ts';
import { inside, insidePlan, type InsideHosts } from '../../peers/gateways/inside-hosts.ts';
import { startPulse } from '../../peers/gateways/pulse.ts';
import { KernelClient } from '../../peers/kernel-client.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { nativeFolder } from '../../peers/openconnect-bench.ts';
import { removeFolder } from '../../support/folders.ts';

/**
 * The stand-ins' data channels with the openconnect program and the kernel's own TCP in front of them: they show that the
 * stand-ins speak the protocols, before anything of ours is behind them. A byte against the protocol rejects `stop`.
 */
const missing = missingForPeers(['/usr/sbin/openconnect']);
const ours = join(nativeFolder, 'openconnect');
const versions = ['/usr/sbin/openconnect', ...(existsSync(ours) ? [ours] : [])].map(
  (path) => [path === ours ? 'our own openconnect' : 'the system’s openconnect', path] as const,
);

/** What the tests need of a stand-in. */
interface Peer {
  host: string;
  port: number;
  inside: InsideHosts;
  grant(): OpenConnectGrant;
  hangUp(): void;
  sessionOf(grant: OpenConnectGrant): { opened: number } | null;
  stop(): Promise<void>;
}
const families: readonly (readonly [name: string, protocol: string, start: () => Promise<Peer>])[] = [
  ['GlobalProtect', 'gp', () => startGpGateway()],
  ['Pulse', 'pulse', () => startPulse()],
];
const at = (name: keyof typeof inside): string => JSON.stringify(inside[name]);

describe.skipIf(missing !== null).each(versions)('GlobalProtect and Pulse with %s', (_version, openconnect) => {
  describe.each(families)('%s', (name, protocol, start) => {
    let peer: Peer;
    let grant: OpenConnectGrant;
    let client: KernelClient;
    beforeAll(async () => {
      peer = await start();
      grant = peer.grant();
      const gateway = { host: peer.host, port: peer.port, pin: grant.serverPin };
      client = await KernelClient.start({ openconnect, protocol, gateway, cookie: grant.cookie, nameServer: insidePlan.nameServer });
    });
    afterAll(async () => {
      await client.stop();
      await peer.stop();
    });

    test(`openconnect’s ${name} tunnel gets its network, and carries pages by name and 5 MB each way with a half-close`, async () => {
      expect(client.pushed()).toBe('1400 10.80.0.53 campus.test 10.80.0.0/16');
      // The digest of the upload comes back after the end of the other direction
      const all = await client.run(`
        const page = dial(${at('page')}); page.end('GET / HTTP/1.0\\r\\n\\r\\n');
        const data = Buffer.alloc(5_000_000, 'campus'); const upload = dial(${at('digest')});
        const shown = await whole(page); const down = await digest(dial(${at('source')})); upload.end(data);
        tell([shown.includes('${peer.inside.page}'), down, (await whole(upload)) === createHash('sha256').update(data).digest('hex')]);`);
      expect(all).toEqual([true, peer.inside.data.sha256, true]);
    });

    test(`openconnect’s ${name} tunnel keeps what is open when it connects again with its ticket`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'causeway-channels-'));
      onTestFinished(() => removeFolder(folder));
      const enough = join(folder, 'enough');
      // Counts aloud until there is that file
      const counting = client.run(`const socket = dial(${at('echo')}); let sent = '';
        const timer = setInterval(() => {
          const next = sent.length + ' '; sent += next; socket.write(next);
          if (require('node:fs').existsSync('${enough}')) { clearInterval(timer); socket.end(); }
        }, 20);
        tell((await whole(socket)) === sent);`);
      await expect.poll(() => peer.inside.openConnections()).toBe(1);
      const opened = peer.sessionOf(grant)?.opened ?? 0;
      client.signal('SIGUSR2');
      await expect.poll(() => peer.sessionOf(grant)?.opened).toBe(opened + 1);
      peer.hangUp();
      await expect.poll(() => peer.sessionOf(grant)?.opened).toBe(opened + 2);
      await writeFile(enough, '');
      expect(await counting).toBe(true);
    });
  });
});

describe.skipIf(missing !== null).each(versions)('a ticket that is refused, with %s', (_, openconnect) => {
  test.each([
    ['GlobalProtect’s words', 'gp', () => startGpGateway()],
    ['Pulse’s question for a password', 'pulse', () => startPulse()],
  ] as const)('%s end openconnect with exit code 2, as a refusal of its ticket', async (_name, protocol, start) => {
    const peer = await start();
    const grant = peer.grant();
    peer.forget(grant);
    const gateway = { host: peer.host, port: peer.port, pin: grant.serverPin };
    await expect(
      KernelClient.start({ openconnect, protocol, gateway, cookie: grant.cookie, nameServer: insidePlan.nameServer }),
    ).rejects.toThrow('openconnect ended with 2');
    await peer.stop();
  });
});

describe.skipIf(missing !== null).each(versions)('ESP with %s', (_, openconnect) => {
  test.each([
    ['GlobalProtect', 'gp', () => startGpGateway({ esp: 'answers' })],
    ['Pulse', 'pulse', () => startPulse({ esp: 'answers' })],
  ] as const)('openconnect’s %s tunnel carries files each way by ESP', async (_name, protocol, start) => {
    const peer = await start();
    const grant = peer.grant();
    const gateway = { host: peer.host, port: peer.port, pin: grant.serverPin };
    const client = await KernelClient.start({ openconnect, protocol, gateway, cookie: grant.cookie, nameServer: insidePlan.nameServer });
    onTestFinished(async () => {
      await client.stop();
      await peer.stop();
    });
    const all = await client.run(`
      const data = Buffer.alloc(200_000, 'campus'); const upload = dial(${at('digest')});
      const down = await digest(dial(${at('lessSource')})); upload.end(data);
      tell([down, (await whole(upload)) === createHash('sha256').update(data).digest('hex')]);`);
    expect(all).toEqual([peer.inside.data.lessSha256, true]);
    // The upload alone is so many
    expect(peer.espPackets()).toBeGreaterThan(140);
  });
});
