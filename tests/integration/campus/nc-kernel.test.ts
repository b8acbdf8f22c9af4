import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { inside, startNcGateway, type NcGateway } from '../../peers/gateways/nc.ts';
import { KernelClient } from '../../peers/kernel-client.ts';
import { missingForPeers, type Namespace } from '../../peers/namespaces.ts';

/**
 * The campus's nc tunnel against the kernel's own TCP: openconnect's device stands in a network namespace, where programs have
 * no other way out. The kernel closes halves, scales windows, and tells every error.
 */
const missing = missingForPeers(['/usr/sbin/openconnect']);
const iptables = '/usr/sbin/iptables';

describe.skipIf(missing !== null)('the campus’s nc tunnel with the kernel’s TCP', () => {
  let gateway: NcGateway;
  let client: KernelClient;
  let namespace: Namespace;

  beforeAll(async () => {
    gateway = await startNcGateway();
    const { cookie } = gateway.grant();
    client = await KernelClient.start({ openconnect: '/usr/sbin/openconnect', protocol: 'nc', gateway, cookie, nameServer: '10.80.0.53' });
    namespace = client.namespace;
  });
  afterAll(async () => {
    await client.stop();
    await gateway.stop();
  });

  const run = (code: string): Promise<unknown> => client.run(code);
  const at = (name: keyof typeof inside): string => JSON.stringify(inside[name]);
  const bytes = 'Buffer.alloc(5_000_000, "campus")';

  it('the nc tunnel sets up the device with the MTU, the name server, the domain and the route that it pushes', () => {
    expect(client.pushed()).toBe('1400 10.80.0.53 campus.test 10.80.0.0/16');
  });

  it('the nc tunnel resolves the campus’s names, and distinguishes an unknown name from one without an IPv6 address', async () => {
    expect(await run("tell(await dns.resolve4('2fa.campus.test'))")).toEqual(['10.80.0.80']);
    expect(await run("tell((await dns.lookup('2fa')).address)")).toBe('10.80.0.80');
    expect(await run("tell(await dns.resolve6('2fa.campus.test'))")).toBe('ENODATA');
    expect(await run("tell(await dns.resolve4('elsewhere.example'))")).toBe('ENOTFOUND');
  });

  it('the nc tunnel downloads 5 MB and uploads 5 MB, byte for byte, and answers after the client’s half has ended', async () => {
    expect(await run(`tell(await digest(dial(${at('source')})))`)).toBe(gateway.data.sha256);
    const [sent, arrived] = z.tuple([z.string(), z.string()]).parse(
      await run(`const data = ${bytes}; const socket = dial(${at('digest')}); socket.end(data);
                   tell([createHash('sha256').update(data).digest('hex'), await whole(socket)]);`),
    );
    expect(arrived).toBe(sent);
  });

  it('the nc tunnel accepts what the client sends after the server has ended its half', async () => {
    expect(
      await run(`const socket = dial(${at('farewell')});
                 const greeting = await whole(socket);
                 socket.end('after the end');
                 socket.once('close', () => tell(greeting));`),
    ).toBe('bye');
    await expect.poll(() => gateway.heardAfterFarewell()).toBe('after the end');
  });

  it('the nc tunnel stops sending to a client that does not read, and loses no data', async () => {
    expect(
      await run(`const socket = dial(${at('source')}); socket.once('connect', () => socket.pause());
                 await new Promise((resolve) => setTimeout(resolve, 2500));
                 const all = digest(socket); socket.resume();
                 tell(await all);`),
    ).toBe(gateway.data.sha256);
  });

  it('the nc tunnel stops a client whose target does not read, and loses no data', async () => {
    const [sent, arrived] = z.tuple([z.string(), z.string()]).parse(
      await run(`const data = ${bytes}; const socket = dial(${at('slow')}); socket.end(data);
                   tell([createHash('sha256').update(data).digest('hex'), await whole(socket)]);`),
    );
    expect(arrived).toBe(sent);
  });

  it('the nc tunnel carries 100 connections at once', async () => {
    const all = await run(`tell(await Promise.all(Array.from({ length: 100 }, (_, index) => {
      const socket = dial(${at('echo')}); socket.end('number ' + index); return whole(socket); })))`);
    expect(all).toEqual(Array.from({ length: 100 }, (_, index) => `number ${index}`));
    await expect.poll(() => gateway.openConnections()).toBe(0);
  });

  it('the nc tunnel refuses closed ports and targets that are not granted, and forwards resets', async () => {
    expect(await run(`dial(${at('nobody')})`)).toBe('ECONNREFUSED');
    expect(await run("dial({ host: '2fa.campus.test', port: 22 })")).toBe('ECONNREFUSED');
    expect(await run("dial({ host: '10.80.0.99', port: 80 })")).toBe('ECONNREFUSED');
    expect(await run(`const socket = dial(${at('reset')}); socket.write('x'); await whole(socket);`)).toBe('ECONNRESET');
    expect(
      await run(
        `const socket = dial(${at('echo')}); socket.write('x'); socket.once('data', () => { socket.resetAndDestroy(); tell('gone'); });`,
      ),
    ).toBe('gone');
    await expect.poll(() => gateway.openConnections()).toBe(0);
  });

  it.skipIf(!existsSync(iptables))(
    'the nc tunnel loses nothing when one packet in thirty is lost each way',
    { timeout: 60_000 },
    async () => {
      const rule = ['-m', 'statistic', '--mode', 'random', '--probability', '0.033', '-j', 'DROP'];
      for (const chain of ['INPUT', 'OUTPUT']) await namespace.run(iptables, ['-A', chain, ...rule]);
      try {
        expect(await run(`const socket = dial(${at('lessSource')}); tell(await digest(socket))`)).toBe(gateway.data.lessSha256);
        const [sent, arrived] = z.tuple([z.string(), z.string()]).parse(
          await run(`const data = ${bytes}.subarray(0, 100_000); const socket = dial(${at('digest')}); socket.end(data);
                     tell([createHash('sha256').update(data).digest('hex'), await whole(socket)]);`),
        );
        expect(arrived).toBe(sent);
      } finally {
        await namespace.run(iptables, ['-F']);
      }
    },
  );
});
