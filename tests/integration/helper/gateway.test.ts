import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { systemTunnel } from '../../../electron/tunnels/openconnect/system.ts';
import { startHelperOnce } from '../../../electron/helper-client/start.ts';
import { targetOf } from '../../../electron/tunnels/openconnect/arguments.ts';
import { bundled } from '../../peers/bundled.ts';
import { ClientProcess } from '../../peers/client-process.ts';
import { HelperProcess } from '../../peers/helper-process.ts';
import { descendants, missingForPeers, type Namespace } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';
import { UnitProcess } from '../../peers/service.ts';
import { grantFor } from '../../peers/sign-in.ts';

const missing = missingForPeers(['/usr/sbin/ocserv', '/usr/sbin/openconnect']);
const never = new AbortController().signal;

/** One message over a connection of its own; what comes back of it. */
async function say(path: string, message: unknown): Promise<unknown> {
  const socket = net.connect(path);
  onTestFinished(() => void socket.destroy());
  socket.write(`${JSON.stringify(message)}\n`);
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('utf8')));
  await expect.poll(() => text, { timeout: 30_000 }).toMatch(/\n$/);
  socket.destroy();
  const answer: unknown = JSON.parse(text);
  return answer;
}

describe.skipIf(missing !== null)('what proves a gateway to root comes from root', { timeout: 60_000 }, () => {
  let lab: Ocserv;
  let node: Ocserv;
  let stranger: Ocserv;
  let client: Namespace;
  let helper: HelperProcess;
  const people = ['pinned', 'renewed', 'renewed-2', 'by-authority', 'told', 'once', 'odd'].map((name) => ({ name }));
  beforeAll(async () => {
    lab = await startOcserv({ client: true, auth: 'password', users: people });
    if (!lab.client) throw new Error('no client namespace');
    client = lab.client;
    // Another node of the same name, with a key of its own; and somebody who calls themselves so
    node = await startOcserv({ client: lab, auth: 'password', users: people });
    stranger = await startOcserv({ client: lab, auth: 'password', isStranger: true });
    helper = await HelperProcess.start(client, { lab });
  });
  afterAll(async () => {
    await helper.stop();
    await Promise.all([stranger.stop(), node.stop()]);
    await lab.stop();
  });
  beforeEach(() => helper.configure({}));

  const trusting = (trust: unknown): void => helper.configure({ gateways: [{ host: lab.host, trust }] });
  const open = async (grant: OpenConnectGrant): Promise<unknown> => {
    const answer = await say(helper.socket(), { id: 1, type: 'open', target: targetOf(grant), cookie: grant.cookie });
    return answer;
  };
  const closed = async (): Promise<void> => {
    await say(helper.socket(), { id: 2, type: 'close', signOut: true });
    await expect.poll(() => descendants(helper.pid, 'openconnect')).toEqual([]);
  };
  const isUp = { state: { kind: 'up' } };
  const isUnproven = { failure: { code: 'gateway-unproven', params: { host: 'vpn.campus.test' } } };
  /** Whether a stranger's gateway was told anything but of a connection. */
  const gotRequest = (): boolean => /session|cookie|CONNECT|user:/i.test(stranger.log());

  test.each([
    ['the system', 'system'],
    ['keys', null],
    ['an authority', 'authority'],
  ])('nothing that a client says makes the helper trust an attacker’s gateway under an allowed name, proved by %s', async (_what, by) => {
    if (by !== 'authority') trusting(by ?? { pins: [lab.pin, node.pin] });
    const target = {
      protocol: 'anyconnect',
      connectUrl: `https://${lab.host}/`,
      address: stranger.address,
      proxy: null,
    };
    const cookie = 'webvpn=0123456789abcdef';
    expect(await say(helper.socket(), { id: 1, type: 'open', target, cookie })).toMatchObject(isUnproven);
    // By the attacker's own pin, as an app could say once
    const pinned = { ...target, serverPin: `pin-sha256:${stranger.pin}` };
    expect(await say(helper.socket(), { id: 1, type: 'open', target: pinned, cookie })).toMatchObject({
      failure: { code: 'request-invalid' },
    });
    // By a proxy that leads to them, on loopback
    const proxy = client.spawn(process.execPath, ['-e', proxyTo(stranger.address)], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void proxy.kill('SIGKILL'));
    let line = '';
    proxy.stdout?.on('data', (bytes: Buffer) => (line += bytes.toString('utf8')));
    await expect.poll(() => line).toMatch(/^\d+\n$/);
    const through = { ...target, address: null, proxy: { kind: 'http', host: '127.0.0.1', port: Number(line) } };
    expect(await say(helper.socket(), { id: 1, type: 'open', target: through, cookie })).toMatchObject(isUnproven);
    expect(gotRequest()).toBe(false);
    expect(stranger.log()).not.toContain('0123456789abcdef');
  });

  test('two nodes of a cluster with different keys are both accepted, by their keys and by their authority', async () => {
    for (const trust of [{ pins: [lab.pin, `pin-sha256:${node.pin}`] }, undefined]) {
      if (trust) trusting(trust);
      else helper.configure({});
      for (const each of [lab, node]) {
        expect(await open(await grantFor(nodeAt(each), trust ? 'pinned' : 'by-authority', 'client'))).toMatchObject(isUp);
        await closed();
      }
    }
    trusting({ pins: [lab.pin] });
    expect(await open(await grantFor(nodeAt(node), 'told', 'client'))).toMatchObject(isUnproven);
  });

  test('a renewed key is accepted if it or its authority was configured, and otherwise reported', async () => {
    const old = node.pin;
    await node.restart({ newKey: true });
    expect(node.pin).not.toBe(old);
    trusting({ pins: [old] });
    expect(await open(await grantFor(nodeAt(node), 'renewed', 'client'))).toMatchObject(isUnproven);
    trusting({ pins: [old, node.pin] });
    expect(await open(await grantFor(nodeAt(node), 'renewed', 'client'))).toMatchObject(isUp);
    await closed();
    helper.configure({});
    expect(await open(await grantFor(nodeAt(node), 'renewed-2', 'client'))).toMatchObject(isUp);
    await closed();
  });

  test('the helper tells only users who may open a tunnel how its gateway is verified', async () => {
    trusting({ pins: [lab.pin] });
    const ask = (host: string, user = 'root') => say(helper.socket(user), { id: 1, type: 'status', host });
    expect(await ask(lab.host)).toEqual({ id: 1, state: { kind: 'closed' }, proof: { kind: 'pins', pins: [lab.pin] } });
    expect(await ask('other.campus.test')).toEqual({ id: 1, state: { kind: 'closed' }, proof: null });
    helper.configure({ users: ['nobody'] });
    expect(await ask(lab.host)).toEqual({ id: 1, state: { kind: 'closed' }, proof: null });
    helper.configure({});
    expect(await ask(lab.host)).toMatchObject({
      proof: { kind: 'authority', pem: expect.stringContaining('BEGIN CERTIFICATE') as unknown },
    });
  });

  test('a gateway that only the profile trusts, and not the helper, is reported before sign-in', async () => {
    trusting('system');
    const app = await ClientProcess.start({ namespace: client });
    onTestFinished(() => app.kill());
    const profile = { ...profileOf(lab), connectTo: [], tunnel: 'system' as const, trust: { kind: 'pin' as const, spkiSha256: [lab.pin] } };
    const grant = await grantFor(lab, 'told', 'client');
    await app.connect(profile, grant, helper.socket());
    expect(await app.reach('idle')).toMatchObject({ ending: { code: 'gateway-unproven', params: { host: lab.host } } });
    // Neither a sign-in nor a tunnel was begun
    expect(app.states.map(({ kind }) => kind)).not.toContain('opening');
    helper.configure({ gateways: [{ host: lab.host, trust: { pins: [lab.pin] } }] });
    await app.connect(profile, grant, helper.socket());
    await app.reach('connected');
    await app.disconnect();
  });

  test.each(['wrong-host', 'expired'] as const)(
    'a pinned key is sufficient proof for root’s openconnect too, with a certificate that is %s',
    async (certificate) => {
      const odd = await startOcserv({ client: lab, auth: 'password', users: people, certificate });
      onTestFinished(() => odd.stop());
      const grant = await grantFor(nodeAt(odd), 'odd', 'client');
      // Its authority signed it, and that is not enough
      helper.configure({});
      expect(await open(grant)).toMatchObject(isUnproven);
      trusting({ pins: [lab.pin, odd.pin] });
      expect(await open(grant)).toMatchObject(isUp);
      await closed();
    },
  );

  /** A node as a client meets it: by the name of all, at an address of its own. */
  function nodeAt(each: Ocserv): Ocserv {
    // The one name leads to whichever node a test wants
    writeFileSync(client.file('hosts'), `127.0.0.1 localhost\n${each.address} ${lab.host}\n`);
    onTestFinished(() => writeFileSync(client.file('hosts'), `127.0.0.1 localhost\n${lab.address} ${lab.host}\n`));
    return each;
  }
});

describe.skipIf(missing !== null)('the helper, started once by an administrator', { timeout: 60_000 }, () => {
  /** A helper and, in polkit's place, a program that says yes and then does what pkexec does. */
  async function bench(answer: 'yes' | 'no') {
    const directory = mkdtempSync('/run/cw-x-');
    onTestFinished(() => rmSync(directory, { recursive: true }));
    chmodSync(directory, 0o755);
    for (const name of ['run', 'state']) mkdirSync(join(directory, name));
    const program = (name: string, text: string): string => {
      writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      return join(directory, name);
    };
    const executable = program('causeway-helper', `exec '${process.execPath}' '${await bundled('electron/helper/main.ts')}' "$@"`);
    const asked = (): string[] => readFileSync(join(directory, 'asked'), 'utf8').split('\n').filter(Boolean);
    const pkexec = (inside: readonly string[]): string =>
      program(
        'pkexec',
        [
          `printf '%s\\n' "$*" >> '${directory}/asked'`,
          answer === 'no' ? 'exit 126' : 'shift',
          // Its usual places are not this computer's own, in here
          `exec ${inside.join(' ')} /bin/sh -c 'mkdir -p /run/causeway /var/lib/causeway && mount --bind ${directory}/run /run/causeway && mount --bind ${directory}/state /var/lib/causeway && PKEXEC_UID=0 exec "$@"' sh "$@"`,
        ].join('\n'),
      );
    return { directory, executable, asked, pkexec, socket: () => Promise.resolve(join(directory, 'run/root.sock')) };
  }

  test('the helper that an administrator starts once opens a tunnel to the one gateway by the shown key, and ends when unused', async () => {
    const lab = await startOcserv({ client: true });
    onTestFinished(() => lab.stop());
    const { client } = lab;
    if (!client) throw new Error('no client namespace');
    const { directory, executable, asked, pkexec, socket } = await bench('yes');
    await UnitProcess.addUser(client, directory);
    const engine = systemTunnel({
      socket,
      log: () => undefined,
      start: startHelperOnce({ executable, socket, pkexec: pkexec(client.inside) }),
    });
    const grant = await grantFor(lab, 'alice', 'client');
    await engine.prepare?.(lab.host, never);
    await engine.prove?.(grant.endpoint, never);
    const tunnel = await engine.open(grant, never);
    expect(asked()).toEqual([`--disable-internal-agent ${executable} once ${lab.host} pin-sha256:${lab.pin}`]);
    // What was not approved is not had, by whatever words
    const other = { ...targetOf(grant), connectUrl: 'https://other.campus.test/' };
    await tunnel.close();
    expect(await say(await socket(), { id: 1, type: 'open', target: other, cookie: 'x' })).toMatchObject({
      failure: { code: 'helper-denied' },
    });
    await expect.poll(() => descendants(process.pid, 'openconnect'), { timeout: 20_000 }).toEqual([]);
    await expect.poll(() => client.pids(), { timeout: 30_000 }).toEqual([]);
  });

  test('the helper is not started if others than root could change it, nor if the administrator says no', async () => {
    const { executable, asked, pkexec } = await bench('no');
    const start = (program: string) =>
      startHelperOnce({ executable: program, socket: () => Promise.resolve('/nowhere'), pkexec: pkexec(['/bin/false']) });
    const gateway = { host: 'vpn.campus.test', proof: 'system' };
    await expect(start('/tmp/causeway-helper')(gateway, never)).rejects.toThrow('no helper that only root can change');
    for (const wrong of [
      { ...gateway, host: 'vpn.campus.test; reboot' },
      { ...gateway, host: '--config=/tmp/x' },
      { ...gateway, proof: '/tmp/key' },
    ])
      await expect(start(executable)(wrong, never)).rejects.toThrow('no helper that only root can change');
    expect(() => asked()).toThrow();
    await expect(start(executable)(gateway, never)).rejects.toThrow(/declined/);
    expect(asked()).toHaveLength(1);
  });
});

/** A proxy that leads to that address, whatever it is asked for; its port on a line of output. */
const proxyTo = (address: string): string => `
  const server = require('node:http').createServer().on('connect', (request, socket) => {
    const far = require('node:net').connect(443, '${address}', () => { socket.write('HTTP/1.1 200 OK\\r\\n\\r\\n'); far.pipe(socket); socket.pipe(far); });
    for (const each of [far, socket]) each.on('error', () => { far.destroy(); socket.destroy(); });
  }).listen(0, '127.0.0.1', () => console.log(server.address().port));`;
