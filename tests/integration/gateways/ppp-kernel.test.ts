import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { systemPaths } from '../../../electron/tunnels/openconnect/programs-linux.ts';
import { inside, insidePlan } from '../../peers/gateways/inside-hosts.ts';
import { startPppGateway, type PppGateway } from '../../peers/gateways/ppp-gateway.ts';
import { KernelClient } from '../../peers/kernel-client.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { nativeFolder } from '../../peers/openconnect-bench.ts';

/**
 * The stand-ins for the tunnels of F5 and Fortinet, with the real openconnect and the kernel's own TCP in front of them.
 * What openconnect does here is what the stand-ins were made from; a mistake in either shows.
 */
const missing = missingForPeers([]);
const system = systemPaths.find((path) => existsSync(path));
const ours = join(nativeFolder, 'openconnect');
const versions = [
  ...(system === undefined ? [] : [['the system’s openconnect', system] as const]),
  ...(existsSync(ours) ? [['our own openconnect', ours] as const] : []),
];
if (versions.length < 2) console.warn(`PPP tunnels: only ${versions.length} of two versions of openconnect are here`);

const kinds = [
  ['F5', 'f5', {}],
  ['F5 with HDLC', 'f5', { hdlc: true }],
  ['Fortinet', 'fortinet', {}],
] as const;
const at = (name: keyof typeof inside): string => JSON.stringify(inside[name]);
const bytes = 'Buffer.alloc(2_000_000, "campus ~}")';

describe.skipIf(missing !== null).each(kinds)('the tunnel of %s', (name, family, options) => {
  let gateway: PppGateway;
  beforeAll(async () => {
    gateway = await startPppGateway(family, { ...options, ipv6: true });
  });
  afterAll(async () => {
    expect(gateway.violations).toEqual([]);
    await gateway.stop();
  });

  async function connected(openconnect: string, grant = gateway.grant(), args: readonly string[] = []): Promise<KernelClient> {
    const { cookie } = grant;
    const client = await KernelClient.start({ openconnect, protocol: family, gateway, cookie, nameServer: insidePlan.nameServer, args });
    onTestFinished(() => client.stop());
    return client;
  }

  test.each(versions)(
    `the tunnel of ${name} carries a page by name, megabytes each way and closed halves, with %s`,
    async (version, openconnect) => {
      const client = await connected(openconnect);
      // 9.01 does not ask a Fortinet gateway for IPv6
      const hasIpv6 = family === 'f5' || version === 'our own openconnect';
      const pushed = [
        1_400,
        insidePlan.nameServer,
        ...(hasIpv6 ? ['fd80::53'] : []),
        'campus.test',
        '10.80.0.0/16',
        ...(hasIpv6 ? ['fd80::2'] : []),
      ];
      expect(client.pushed()).toBe(pushed.join(' '));
      expect(
        await client.run(`const socket = dial(${at('page')}); socket.write('GET / HTTP/1.0\\r\\n\\r\\n'); tell(await whole(socket));`),
      ).toContain(gateway.hosts.page);
      if (hasIpv6) {
        const asked = "const names = new dns.Resolver(); names.setServers(['[fd80::53]']); tell(await names.resolve4('2fa.campus.test'))";
        expect(await client.run(asked)).toEqual(['10.80.0.80']);
      }
      expect(await client.run(`tell(await digest(dial(${at('source')})))`)).toBe(gateway.hosts.data.sha256);
      const [sent, arrived, greeting] = z.tuple([z.string(), z.string(), z.string()]).parse(
        await client.run(`const data = ${bytes}; const socket = dial(${at('digest')}); socket.end(data);
                        const arrived = await whole(socket);
                        const other = dial(${at('farewell')});
                        const greeting = await whole(other);
                        other.end('after the end');
                        other.once('close', () => tell([createHash('sha256').update(data).digest('hex'), arrived, greeting]));`),
      );
      expect([arrived, greeting]).toEqual([sent, 'bye']);
      await expect.poll(() => gateway.hosts.heardAfterFarewell()).toMatch(/after the end$/);
    },
  );

  // The rest is one program's code for all kinds, which `ppp-tunnel.test.ts` tries with each
  test.skipIf(!existsSync(ours) || name !== 'F5')(
    `the tunnel of ${name} keeps its streams when the client connects again, and when the gateway hangs up`,
    async () => {
      const grant = gateway.grant();
      const session = gateway.session(grant);
      const client = await connected(ours, grant);
      const talk = client.run(`const socket = dial(${at('echo')}); let heard = 0;
      socket.on('data', (chunk) => { heard += chunk.length; });
      for (let sent = 1; sent <= 3; sent++) {
        socket.write('x');
        while (heard < sent) await new Promise((resolve) => setTimeout(resolve, 10));
        if (sent < 3) await whole(dial({ ...${at('page')}, port: 80 }).on('connect', function () { this.write('GET / HTTP/1.0\\r\\n\\r\\n'); }));
        if (sent < 3) await new Promise((resolve) => setTimeout(resolve, 400));
      }
      socket.end(); tell(heard);`);
      await expect.poll(() => gateway.hosts.openConnections()).toBeGreaterThan(0);
      client.signal('SIGUSR2');
      await expect.poll(() => [session.tunnels, session.link?.isReady]).toEqual([2, true]);
      gateway.hangUp();
      await expect.poll(() => [session.tunnels, session.link?.isReady]).toEqual([3, true]);
      expect(await talk).toBe(3);
    },
  );

  test.skipIf(!existsSync(ours) || name === 'F5 with HDLC')(
    `the tunnel of ${name} refuses a ticket that it does not know when the client connects again`,
    async () => {
      const grant = gateway.grant();
      const client = await connected(ours, grant);
      const { link } = gateway.session(grant);
      gateway.forget(grant);
      link?.close();
      expect(await client.exited, client.output).toBe(2);
    },
  );

  test.skipIf(!existsSync(ours) || name !== 'F5')(`the tunnel of ${name} ends with the gateway’s reason`, async () => {
    const grant = gateway.grant();
    const client = await connected(ours, grant);
    gateway.session(grant).link?.peer.terminate('Your session was ended by an administrator');
    expect(await client.exited).toBe(1);
    expect(client.output).toContain('Your session was ended by an administrator');
  });

  test.skipIf(!existsSync(ours) || name !== 'F5')(
    `the tunnel of ${name} answers the client’s question whether it is there, and is left when it does not`,
    async () => {
      const grant = gateway.grant();
      const session = gateway.session(grant);
      await connected(ours, grant, ['--force-dpd=1']);
      const first = session.link;
      await expect.poll(() => first?.peer.received).toContain('LCP 9');
      first?.peer.echo();
      await expect.poll(() => first?.peer.echoReplies).toBe(1);
      expect(session.tunnels).toBe(1);
      first?.freeze();
      await expect.poll(() => session.tunnels).toBe(2);
    },
  );
});
