import { mkdtemp } from 'node:fs/promises';
import type http from 'node:http';
import net from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import type { Duplex } from 'node:stream';
import https from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { ProfileStore } from '../../../electron/app/profiles/profile-store.ts';
import { maySignInAt } from '../../../electron/desktop/sign-in/sign-in-rules.ts';
import { Settings } from '../../../electron/storage/settings.ts';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import { plainHost, sameHost } from '../../../electron/trust/host.ts';
import { httpsJson } from '../../../electron/net/https.ts';
import { isLoopback } from '../../../electron/net/loopback.ts';
import { openWebSocket } from '../../../electron/net/websocket.ts';
import { dialOnly } from '../../../electron/tunnels/direct.ts';
import { startLoopbackProxy, type LoopbackProxy } from '../../../electron/tunnels/loopback-proxy.ts';
import type { Dial } from '../../../electron/tunnels/tunnel.ts';
import { profileSchema, type Profile } from '../../../shared/profile.ts';
import { answer, codeOf, credentials, proceed, reach, startBench, student } from '../../support/access.ts';
import { issue, type Issued } from '../../support/issuer.ts';

/** Hosts that are IPv6 addresses: in brackets where they stand in an address, without where they are dialled. */

const hasIPv6 = Object.values(networkInterfaces()).some((found) => found?.some(({ address }) => address === '::1'));
const never = new AbortController().signal;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0)) await each();
});

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
  cleanUp.push(() => server.close());
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}

describe('one spelling', () => {
  it.each([
    ['[::1]', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8:0:0::A', '2001:db8::a'],
    ['[::ffff:127.0.0.1]', '::ffff:7f00:1'],
    ['VPN.Campus.test', 'vpn.campus.test'],
    ['VPN.Example.', 'vpn.example'],
    ['vpn.example..', 'vpn.example..'],
    ['.', '.'],
    ['10.0.0.1', '10.0.0.1'],
    ['[not an address]', 'not an address'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['', ''],
  ])('the normalized form of %j is %j', (host, plain) => expect(plainHost(host)).toBe(plain));
  it('hosts are compared by their normalized form', () => {
    expect(sameHost('[2001:db8::1]', '2001:DB8:0::1')).toBe(true);
    expect(sameHost('[2001:db8::1]', '2001:db8::2')).toBe(false);
  });
});

const thisComputer = ['::1', '0:0:0:0:0:0:0:1', '::', '::ffff:127.0.0.1', '0:0:0:0:0:ffff:7f00:1', '::127.0.0.1', '::ffff:0:127.0.0.1'];

describe('this computer', () => {
  it.each(thisComputer)('%s is this computer, and nobody gets there on campus', async (host) => {
    expect(isLoopback(host)).toBe(true);
    expect(isLoopback(`[${host}]`)).toBe(true);
    await expect(dialOnly([host], undefined)(host, 443, never)).rejects.toMatchObject({ failure: { code: 'host-not-allowed' } });
  });
  it.each(['2001:db8::1', '64:ff9b::a01:203', 'fd00::1'])('%s is not this computer', (host) => expect(isLoopback(host)).toBe(false));
  it('a name that resolves to this computer is refused', async () => {
    const toHere = (_name: string, _options: unknown, callback: (error: null, address: string, family: number) => void) =>
      callback(null, '::ffff:127.0.0.1', 6);
    await expect(dialOnly(['portal.test'], undefined, toHere)('portal.test', 443, never)).rejects.toMatchObject({
      failure: { code: 'host-not-allowed' },
    });
  });
});

describe('the loopback proxy', () => {
  let proxy: LoopbackProxy;
  async function ask(target: string, dial: Dial): Promise<{ status: number; socket: net.Socket }> {
    proxy = await startLoopbackProxy();
    cleanUp.push(() => proxy.close());
    proxy.setDial(dial);
    return new Promise((resolve, reject) => {
      const authorization = `Basic ${Buffer.from(`${proxy.username}:${proxy.secret}`).toString('base64')}`;
      const socket = net.connect(proxy.port, '127.0.0.1', () =>
        socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nProxy-Authorization: ${authorization}\r\n\r\n`),
      );
      socket.once('error', reject).once('data', (head) => resolve({ status: Number(String(head).split(' ')[1]), socket }));
    });
  }
  const nobody: Dial = () => Promise.reject(new Error('dialled'));

  it.skipIf(!hasIPv6)('the loopback proxy connects to an IPv6 address in brackets', async () => {
    const port = await listen(net.createServer((socket) => socket.pipe(socket)));
    const dialled: string[] = [];
    const dial: Dial = (host) => {
      dialled.push(host);
      const socket: Duplex = net.connect({ host: '::1', port, allowHalfOpen: true });
      return new Promise((resolve) => socket.once('connect', () => resolve(socket)));
    };
    const { status, socket } = await ask('[2001:db8::7]:443', dial);
    expect(status).toBe(200);
    expect(dialled).toEqual(['2001:db8::7']);
    socket.write('there and back');
    const answer: unknown = await new Promise((resolve) => socket.once('data', resolve));
    expect(String(answer)).toBe('there and back');
    socket.destroy();
  });

  it.each([
    '::1:443',
    '2001:db8::1',
    '2001:db8::1:443',
    '[fe80::1%25lo]:443',
    '[fe80::1%lo]:443',
    '[127.0.0.1]:443',
    '[]:443',
    '[x]:443',
    '[::1:443',
  ])('the loopback proxy refuses %s', async (target) => {
    const { status, socket } = await ask(target, nobody);
    socket.destroy();
    expect(status).toBe(400);
  });

  it.each(thisComputer)('the loopback proxy does not connect to [%s] on campus, and names that address', async (host) => {
    const { status, socket } = await ask(`[${host}]:443`, dialOnly(['portal.test', host], undefined));
    socket.destroy();
    expect(status).toBe(403);
    expect(proxy.failureFor(`[${host}]`)?.code).toBe('host-not-allowed');
  });
});

describe.skipIf(!hasIPv6)('a gateway at an address', () => {
  async function gateway(answer: http.RequestListener = (_request, response) => response.end('{"ok":true}')) {
    const authority: Issued = await issue(null, { name: 'CN=six', authority: {} });
    const identity = await issue(authority, { ip: ['::1'] });
    const server = https.createServer({ cert: identity.pem, key: identity.keyPem }, answer);
    const verifier = createVerifier({ trust: { kind: 'authority', pem: authority.pem }, now: Date.now });
    return { server, verifier, port: await listen(server) };
  }

  it('an HTTPS server at an IPv6 address answers JSON, and its certificate is verified for that address', async () => {
    const hosts: (string | undefined)[] = [];
    const { verifier, port } = await gateway((request, response) => {
      hosts.push(request.headers.host);
      response.end('{"ok":true}');
    });
    const reply = await httpsJson(`https://[0:0:0:0:0:0:0:1]:${port}/`, verifier, { signal: never, timeoutMs: 5000, maxBytes: 100 });
    expect(reply).toEqual({ status: 200, json: { ok: true } });
    expect(hosts).toEqual([`[::1]:${port}`]);
  });

  it('a server at an IPv6 address accepts a WebSocket', async () => {
    const { server, verifier, port } = await gateway();
    new WebSocketServer({ server }).on('connection', (socket) => socket.send('hello'));
    const request = { path: '/access', subprotocol: 'x', maxPayload: 100, timeoutMs: 5000, signal: never };
    const { socket } = await openWebSocket({ host: '::1', port }, verifier, request);
    expect(socket.readyState).toBe(socket.OPEN);
    socket.terminate();
  });
});

describe.skipIf(!hasIPv6)('our own campus at an address', () => {
  it('a gateway at an IPv6 address works from Connect to connected, and traffic passes', async () => {
    const bench = await startBench();
    cleanUp.push(() => bench.close());
    const { controller, campus } = bench;
    const authority = await issue(null, { name: 'CN=six', authority: {} });
    const { pem: cert, keyPem: key } = await issue(authority, { ip: ['::1'] });
    const name = campus.profile.gateways[0] ?? '';
    // The campus tells its services apart by name: what comes to the address is for its gateway
    const port = await listen(
      tls.createServer({ cert, key }, (socket) => {
        const onward = tls.connect({ port: campus.port, host: '127.0.0.1', servername: name, rejectUnauthorized: false });
        socket.on('error', () => onward.destroy()).once('close', () => onward.destroy());
        onward.on('error', () => socket.destroy()).once('close', () => socket.destroy());
        socket.once('data', (head) => {
          onward.write(String(head).replace(/^Host: \[::1\]:\d+/im, `Host: ${name}`));
          socket.pipe(onward).pipe(socket);
        });
      }),
    );
    const profile: Profile = { ...campus.profile, gateways: [`[::1]:${port}`], trust: { kind: 'authority', pem: authority.pem } };
    delete profile.onCampus;
    controller.connect(profile);
    await answer(controller, 'notice', proceed);
    await answer(controller, 'credentials', credentials(student.userId, student.password));
    await answer(controller, 'second-factor', { kind: 'second-factor-passcode', passcode: codeOf(campus) });
    await reach(controller, 'connected');
    const stream = await controller.dial(new URL(profile.portal.address).hostname, 443, AbortSignal.timeout(5000));
    stream.destroy();
  });
});

describe('a profile with a gateway at an address', () => {
  const accepted = { sha256: Array.from({ length: 32 }, () => 'AB').join(':'), key: `${'A'.repeat(43)}=` };
  const profile = profileSchema.parse({
    version: 1,
    id: 'six',
    name: 'Six',
    gateways: ['[2001:DB8::1]:8443', '[2001:db8::2]', 'vpn.campus.test:8443'],
    protocol: 'nc',
    tunnel: 'app',
    labels: { userId: 'User', password: 'Password' },
    portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
    trust: { kind: 'system' },
  });

  it('removing a profile with an IPv6 gateway removes the certificates accepted for it', async () => {
    const settings = await Settings.open(await mkdtemp(path.join(tmpdir(), 'causeway-')));
    settings.update(() => ({ profiles: [profile] }));
    const profileStore = new ProfileStore(settings, Date.now);
    for (const host of ['2001:DB8::1', '2001:db8::2', 'vpn.campus.test', '2001:db8::3']) profileStore.accept({ host, ...accepted });
    profileStore.remove('six');
    expect(Object.keys(settings.get().acceptedCertificates)).toEqual(['2001:db8::3']);
  });

  it('a profile with an IPv6 gateway lets people sign in on its page', () => {
    const rules = { address: 'https://[2001:db8::1]:8443/', hosts: ['2001:DB8::1', 'idp.campus.test'], wildcards: false };
    expect(maySignInAt('https://[2001:db8::1]:8443/dana/home/', rules)).toBe(true);
    expect(maySignInAt('https://[2001:db8::1]/', rules)).toBe(true);
    expect(maySignInAt('https://[2001:db8::2]/', rules)).toBe(false);
    expect(maySignInAt('https://[::1]/', { ...rules, hosts: ['::1'] })).toBe(false);
  });
});
