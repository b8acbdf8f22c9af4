import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { inside, startNcGateway, type NcGateway } from '../../peers/gateways/nc.ts';
import { kill, missingForPeers, Namespace } from '../../peers/namespaces.ts';

/**
 * The campus's nc tunnel against the kernel's own TCP: openconnect's device stands in a network namespace, where programs have
 * no other way out. The kernel closes halves, scales windows, and tells every error, which ocproxy does not.
 */
const missing = missingForPeers(['/usr/sbin/openconnect']);
const iptables = '/usr/sbin/iptables';

describe.skipIf(missing !== null)('the campus’s nc tunnel with the kernel’s TCP', () => {
  let gateway: NcGateway;
  let namespace: Namespace;
  let openconnect: ChildProcess;
  let folder: string;

  beforeAll(async () => {
    gateway = await startNcGateway();
    namespace = await Namespace.create('c', { 'resolv.conf': 'nameserver 10.80.0.53\nsearch campus.test\noptions timeout:2\n' });
    folder = mkdtempSync(join(tmpdir(), 'causeway-nc-'));
    const script = join(folder, 'script');
    // The device moves into the namespace, and stays the one that openconnect reads from
    writeFileSync(
      script,
      `#!/bin/sh
set -e
[ "$reason" = connect ] || exit 0
ip link set dev "$TUNDEV" netns ${namespace.name}
ip -n ${namespace.name} addr add "$INTERNAL_IP4_ADDRESS/32" dev "$TUNDEV"
ip -n ${namespace.name} link set dev "$TUNDEV" mtu "$INTERNAL_IP4_MTU" up
ip -n ${namespace.name} route add "$CISCO_SPLIT_INC_0_ADDR/$CISCO_SPLIT_INC_0_MASKLEN" dev "$TUNDEV"
echo "$INTERNAL_IP4_MTU $INTERNAL_IP4_DNS $CISCO_DEF_DOMAIN $CISCO_SPLIT_INC_0_ADDR/$CISCO_SPLIT_INC_0_MASKLEN" > ${folder}/up.new
mv ${folder}/up.new ${folder}/up
`,
      { mode: 0o755 },
    );
    const { pin, port, host } = gateway;
    const args = ['--protocol=nc', '--cookie-on-stdin', '--non-inter', `--servercert=${pin}`, `--resolve=${host}:127.0.0.1`];
    openconnect = spawn('/usr/sbin/openconnect', [...args, `--script=${script}`, `https://${host}:${port}/`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    openconnect.stdin?.end(`${gateway.grant().cookie}\n`);
    await vi.waitFor(() => expect(existsSync(join(folder, 'up'))).toBe(true), 10_000);
  });
  afterAll(async () => {
    if (openconnect.exitCode === null) {
      const gone = once(openconnect, 'exit');
      kill(openconnect.pid, 'SIGTERM');
      await gone;
    }
    namespace.destroyNow();
    rmSync(folder, { recursive: true, force: true });
    await gateway.stop();
  });

  /** Runs code in a Node inside the namespace. It calls `tell(value)` once, or its error's code is the result. */
  async function run(code: string): Promise<unknown> {
    const source = `
      const net = require('node:net'), dns = require('node:dns').promises, { createHash } = require('node:crypto');
      const tell = (value) => { console.log(JSON.stringify(value)); process.exit(); };
      const dial = (to) => net.connect({ ...to, allowHalfOpen: true }).on('error', (error) => tell(error.code));
      const digest = (socket) => new Promise((done) => { const hash = createHash('sha256'); socket.on('data', (chunk) => hash.update(chunk)).on('end', () => done(hash.digest('hex'))); });
      const whole = (socket) => new Promise((done) => { let all = ''; socket.on('data', (chunk) => (all += chunk)).on('end', () => done(all)); });
      (async () => { ${code} })().catch((error) => tell(error.code ?? String(error)));`;
    return JSON.parse(await namespace.run(process.execPath, ['-e', source], { timeout: 60_000 }));
  }
  const at = (name: keyof typeof inside): string => JSON.stringify(inside[name]);
  const bytes = 'Buffer.alloc(5_000_000, "campus")';

  it('the nc tunnel sets up the device with the MTU, the name server, the domain and the route that it pushes', async () => {
    expect((await namespace.run('/bin/cat', [join(folder, 'up')])).trim()).toBe('1400 10.80.0.53 campus.test 10.80.0.0/16');
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
