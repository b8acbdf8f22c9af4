import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { NetworkRequest } from '../../../electron/helper/network-request.ts';
import { ClientProcess } from '../../peers/client-process.ts';
import { HelperProcess } from '../../peers/helper-process.ts';
import { descendants, kill, missingForPeers, type Namespace } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';
import { missingForUnit } from '../../peers/service.ts';
import { grantFor } from '../../peers/sign-in.ts';

const missing = missingForPeers(['/usr/sbin/ocserv', '/usr/sbin/openconnect']) ?? missingForUnit;
const unit = readFileSync(join(import.meta.dirname, '../../../build/services/causeway-helper.service'), 'utf8');

/** A process by the kernel's word. */
function statusOf(pid: number): (name: string) => string {
  const text = readFileSync(`/proc/${pid}/status`, 'latin1');
  return (name) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
}

/** The bits of capabilities, by their names (capability.h of this kernel, as `capsh` knows it). */
function bitsOf(names: readonly string[]): string {
  const all = Array.from({ length: 41 }, (_, bit) =>
    execFileSync('/usr/sbin/capsh', [`--decode=${(1n << BigInt(bit)).toString(16)}`], { encoding: 'utf8' }),
  );
  const bits = names.map((name) => all.findIndex((line) => line.trim().endsWith(`=${name.toLowerCase()}`)));
  expect(bits).not.toContain(-1);
  return bits
    .reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n)
    .toString(16)
    .padStart(16, '0');
}

describe.skipIf(missing !== null)('the helper under its unit’s own limits', { timeout: 60_000 }, () => {
  let lab: Ocserv;
  let client: Namespace;
  let helper: HelperProcess;
  let user: number;
  beforeAll(async () => {
    lab = await startOcserv({ client: true, auth: 'password', everything: true });
    if (!lab.client) throw new Error('no client namespace');
    client = lab.client;
    helper = await HelperProcess.start(client, { lab, users: ['nobody'] });
    user = Number(/^causeway-vpn:[^:]*:(\d+):/m.exec(readFileSync(client.file('passwd'), 'utf8'))?.[1]);
  });
  afterAll(async () => {
    await helper.stop();
    await lab.stop();
  });

  async function connected(): Promise<ClientProcess> {
    // The one before is gone
    await expect.poll(() => descendants(process.pid, 'openconnect'), { timeout: 20_000 }).toEqual([]);
    await expect.poll(links).not.toContain('causeway0');
    const app = await ClientProcess.start({ namespace: client, uid: 65_534 });
    onTestFinished(() => app.kill());
    await app.connect(
      { ...profileOf(lab), connectTo: [], tunnel: 'system' },
      await grantFor(lab, 'alice', 'client'),
      helper.socket('nobody'),
    );
    await app.reach('connected');
    return app;
  }
  const openconnect = (): number => descendants(helper.pid, 'openconnect')[0] ?? 0;
  const links = async (): Promise<string> => client.ip('-o', 'link', 'show');

  test('the helper has only the rights that its unit gives it, and openconnect, as its own user, has none', async () => {
    const app = await connected();
    const named = /^CapabilityBoundingSet=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? [];
    const [root, other] = [statusOf(helper.pid), statusOf(openconnect())];
    expect(root('CapBnd')).toBe(bitsOf(named));
    expect(root('CapEff')).toBe(bitsOf(named));
    for (const status of [root, other]) {
      expect(status('NoNewPrivs')).toBe('1');
      expect(status('Seccomp')).toBe('2');
    }
    expect(user).toBeGreaterThan(0);
    expect(other('Uid').split('\t')).toEqual(Array.from({ length: 4 }, () => String(user)));
    expect(other('Gid').split('\t')).not.toContain('0');
    expect(other('Groups')).toBe('');
    for (const kind of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) expect(other(kind), kind).toBe('0'.repeat(16));
    // Its files: as root without capabilities left out, in the service's own mounts
    const inside = (...args: string[]) => promisify(execFile)('nsenter', ['-t', String(helper.pid), '-m', '--', ...args]);
    const canWrite = (file: string) =>
      inside('/bin/sh', '-c', `echo x > ${file} && rm ${file}`).then(
        () => true,
        () => false,
      );
    const files = [
      '/etc/x',
      '/usr/bin/x',
      '/opt/x',
      '/var/x',
      '/var/lib/x',
      '/run/x',
      '/srv/x',
      '/run/causeway/x',
      '/var/lib/causeway/x',
      '/tmp/x',
    ];
    const writable = await Promise.all(files.map(async (file) => ((await canWrite(file)) ? [file] : [])));
    expect(writable.flat()).toEqual(['/run/causeway/x', '/var/lib/causeway/x', '/tmp/x']);
    expect((await inside('/bin/ls', '-A', '/root')).stdout).toBe('');
    await app.disconnect();
    await app.reach('idle');
  });

  test('the helper leaves no interface when openconnect is killed', async () => {
    const app = await connected();
    expect(await links()).toContain('causeway0');
    const pid = openconnect();
    await app.kill();
    kill(pid);
    await expect.poll(links).not.toContain('causeway0');
  });

  test('the helper does for openconnect’s user only what its gateway may ask for', async () => {
    const app = await connected();
    onTestFinished(() => app.disconnect());
    const wishes: NetworkRequest = {
      reason: 'connect',
      device: 'causeway0',
      gateway: lab.address,
      addresses: ['10.50.9.9/32'],
      mtu: 1300,
      nameServers: ['10.60.0.53'],
      domains: [],
      include: ['10.77.0.0/16'],
      exclude: [],
      leftOut: 0,
      idleTimeout: '',
      options: '',
    };
    const routes = async (): Promise<string[]> => (await client.ip('-o', '-4', 'route', 'show')).split('\n').map((line) => line.trim());
    const before = await routes();
    const resolver = readFileSync(client.file('resolv.conf'), 'utf8');
    /** What the helper answers when openconnect's user, taken over by a gateway, says this. */
    const ask = async (changes: Partial<Record<keyof NetworkRequest, unknown>>, uid = user): Promise<string> => {
      const text = JSON.stringify({ ...wishes, ...changes });
      const program = `const s = require('node:net').connect(${JSON.stringify(helper.socket('.script').replace('.sock', ''))}); s.on('error', (e) => console.log(e.code)); s.pipe(process.stdout); s.write(${JSON.stringify(`${text}\n`)});`;
      const as = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', process.execPath, '-e', program];
      return (await client.run('/usr/bin/env', as)).trim();
    };
    const refused = JSON.stringify({ code: 1 });
    // Nobody else may ask at all
    expect(await ask({}, 65_534)).toBe('EACCES');
    for (const wrong of [
      { gateway: '10.99.1.77' },
      { gateway: '127.0.0.1' },
      { device: 'lo' },
      { addresses: ['127.0.0.5/32'] },
      { addresses: [`${lab.address}/32`] },
      { include: ['10.0.0.0/8 dev lo'] },
      { nameServers: ['10.60.0.53\nnameserver 6.6.6.6'] },
      { more: true },
    ])
      expect(await ask(wrong), JSON.stringify(wrong)).toBe(refused);
    expect(await routes()).toEqual(before);
    expect(readFileSync(client.file('resolv.conf'), 'utf8')).toBe(resolver);
    // What is its to ask is done, without the rest: loopback, the router, and the name server of the network that we are in
    const mixed = ['10.77.0.0/16', '127.0.0.0/8', '127.0.0.53/32', `${lab.address}/32`, '10.99.1.0/24', '192.0.2.53/32', '192.0.2.0/24'];
    expect(await ask({ include: mixed })).toBe(JSON.stringify({ code: 0 }));
    const after = (await routes()).filter((line) => !before.includes(line));
    expect(
      after
        .filter((line) => line.includes('causeway0'))
        .map((line) => line.split(' ')[0])
        .sort(),
    ).toEqual(['10.60.0.53', '10.77.0.0/16', '192.0.2.0/24']);
    expect(after.filter((line) => !line.includes('causeway0'))).toEqual([expect.stringContaining(`192.0.2.53 via ${lab.address}`)]);
    expect(await client.ip('route', 'get', '192.0.2.53')).not.toContain('causeway0');
    expect(helper.log()).toContain("10.99.1.0/24: the local network's router");
  });
});

describe.skipIf(missing !== null)('a `resolv.conf` that is replaced under the helper', { timeout: 60_000 }, () => {
  test('a replaced resolv.conf restarts the helper while no tunnel is open, and then it can change the new file', async () => {
    const lab = await startOcserv({ client: true, auth: 'password', everything: true });
    onTestFinished(() => lab.stop());
    if (!lab.client) throw new Error('no client namespace');
    const helper = await HelperProcess.start(lab.client, { lab, users: ['nobody'], hasOwnEtc: true });
    onTestFinished(() => helper.stop());
    const { unit: service } = helper;
    if (!service) throw new Error('no service');
    // As NetworkManager and dhclient do: another file under the same name
    await service.run('/bin/sh', '-c', 'echo nameserver 192.0.2.54 > /etc/resolv.conf.new && mv /etc/resolv.conf.new /etc/resolv.conf');
    await expect.poll(() => helper.log(), { timeout: 20_000 }).toContain('resolv.conf was replaced');
    // Here a test has to; the unit itself says when
    expect(unit).toMatch(/^Restart=on-failure$/m);
    await expect.poll(() => service.systemctl('is-failed').catch((error: unknown) => String(error))).toContain('failed');
    await helper.run();
    const app = await ClientProcess.start({ namespace: lab.client, uid: 65_534 });
    onTestFinished(() => app.kill());
    await app.connect(
      { ...profileOf(lab), connectTo: [], tunnel: 'system' },
      await grantFor(lab, 'alice', 'client'),
      helper.socket('nobody'),
    );
    await app.reach('connected');
    expect(await service.run('cat', '/etc/resolv.conf')).toContain('nameserver 10.60.0.53');
    await app.disconnect();
    await app.reach('idle');
    await expect.poll(() => service.run('cat', '/etc/resolv.conf')).toBe('nameserver 192.0.2.54\n');
  });
});
