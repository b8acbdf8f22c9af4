import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventSchema, type CommandEvent } from '../../../electron/cli/report.ts';
import { profileSchema, type Profile } from '../../../shared/profile.ts';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { commandFile } from '../../peers/command.ts';
import { missingForPeers, Namespace } from '../../peers/namespaces.ts';
import { listen } from '../../peers/proxies.ts';

/** A Cancel while somebody owes an answer that will never come: the whole command, with the driver of each family. */

/** The bound that is promised for a Cancel; and for the command to be gone, its process with all that hangs in it. */
const cancelWithinMs = 1_000;
const goneWithinMs = 2_000;

const protocols = ['campus', 'anyconnect'] as const;

const profileTo = (protocol: (typeof protocols)[number], gateway: string): Profile =>
  profileSchema.parse({
    version: 1,
    id: 'mute',
    name: 'Mute',
    gateways: [gateway],
    protocol,
    tunnel: protocol === 'campus' ? 'relay' : 'app',
    labels: { userId: 'User', password: 'Password' },
    portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
    trust: { kind: 'system' },
  });

/** Starts `causeway connect`, and cancels it. `asked` resolves once something that never answers has been asked. */
async function cancelled(protocol: (typeof protocols)[number], start: (argv: string[]) => ChildProcess, asked: () => Promise<unknown>) {
  const folder = await cliFolder();
  const file = join(folder, 'mute.causeway');
  await writeFile(file, JSON.stringify(profileTo(protocol, 'vpn.never.test')));
  const answers = await answersFile(folder, { user: 'mei', password: 'x' });
  const child = start([commandFile, 'connect', file, '--answers', answers, '--user-data-dir', folder, '--json']);
  let out = '';
  child.stdout?.on('data', (data) => (out += String(data)));
  child.stderr?.on('data', (data) => (out += String(data)));
  const exit = once(child, 'close');
  const events = (): CommandEvent[] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => eventSchema.parse(JSON.parse(line)));
  const isContacting = () => events().some((event) => event.event === 'state' && event.state === 'contacting');
  await expect.poll(isContacting, { timeout: 20_000 }).toBe(true);
  await asked();
  const since = performance.now();
  child.kill('SIGINT');
  await expect.poll(() => events().some(({ event }) => event === 'end'), { interval: 20 }).toBe(true);
  const ended = performance.now() - since;
  await exit;
  return { ended, gone: performance.now() - since, code: child.exitCode };
}

describe.skipIf(missingForPeers(['/usr/sbin/openconnect']) !== null)('a Cancel while a name server says nothing', () => {
  let here: Namespace;
  let server: ChildProcess;
  let queries = 0;
  beforeEach(async () => {
    queries = 0;
    here = await Namespace.create('c', { 'resolv.conf': 'nameserver 127.0.0.1\n' });
    const mute =
      "require('node:dgram').createSocket('udp4').on('message', () => console.log('?')).bind(53, '127.0.0.1', () => console.log('up'))";
    server = here.spawn(process.execPath, ['-e', mute]);
    server.stdout?.on('data', (data) => (queries += String(data).split('?').length - 1));
    await once(server, 'spawn');
    if (server.stdout) await once(server.stdout, 'data');
  });
  afterEach(() => here.destroyNow());

  const inside = (argv: string[], env: Record<string, string> = {}): ChildProcess =>
    here.spawn(process.execPath, argv, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const asked = () => expect.poll(() => queries, { timeout: 20_000 }).toBeGreaterThan(0);

  test.each(protocols)('Cancel ends the look-up of the gateway while a name server is silent (%s)', async (protocol) => {
    const { ended, gone, code } = await cancelled(protocol, inside, asked);
    expect(ended).toBeLessThan(cancelWithinMs);
    expect(gone).toBeLessThan(goneWithinMs);
    expect(code).toBe(0);
  });

  test.each(protocols)('Cancel ends the look-up of the network’s proxy while a name server is silent (%s)', async (protocol) => {
    const through = (argv: string[]) => inside(argv, { https_proxy: 'http://proxy.never.test:3128' });
    const { ended, gone, code } = await cancelled(protocol, through, asked);
    expect(ended).toBeLessThan(cancelWithinMs);
    expect(gone).toBeLessThan(goneWithinMs);
    expect(code).toBe(0);
  });
});

describe('a Cancel while a proxy takes the call and says nothing', () => {
  const sockets = new Set<net.Socket>();
  let mute: net.Server;
  let port = 0;
  beforeEach(async () => {
    mute = net.createServer((socket) => sockets.add(socket.on('error', () => undefined)));
    port = await listen(mute);
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    mute.close();
  });

  test.each(protocols.flatMap((protocol) => (['http', 'https', 'socks5', 'socks4a'] as const).map((kind) => [protocol, kind] as const)))(
    'Cancel ends the wait for a silent proxy: %s, %s',
    async (protocol, kind) => {
      const env = { ...process.env, https_proxy: `${kind}://127.0.0.1:${port}`, no_proxy: '' };
      const start = (argv: string[]) => spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const { ended, gone, code } = await cancelled(protocol, start, () =>
        expect.poll(() => sockets.size, { timeout: 20_000 }).toBeGreaterThan(0),
      );
      expect(ended).toBeLessThan(cancelWithinMs);
      expect(gone).toBeLessThan(goneWithinMs);
      expect(code).toBe(0);
    },
  );
});
