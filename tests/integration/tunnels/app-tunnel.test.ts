import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import net, { type Socket } from 'node:net';
import { basename } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Tunnel, TunnelEngine } from '../../../electron/tunnels/tunnel.ts';
import { failureOf } from '../../../shared/failure.ts';
import { spkiSha256 } from '../../../electron/trust/verifier.ts';
import type { Profile } from '../../../shared/profile.ts';
import { ClientProcess } from '../../peers/client-process.ts';
import { descendants, kill, missingForPeers } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';
import { credentials, person, startDriver, startEngine, targetFor, type EngineBench } from '../../peers/openconnect-bench.ts';
import { issue } from '../../support/issuer.ts';
import { listen } from '../../support/servers.ts';
import { startProxy } from '../../peers/proxies.ts';
import { grantFor } from '../../peers/sign-in.ts';

const missing = missingForPeers();
const never = new AbortController().signal;
const nobody = 65_534;

/** The page behind the gateway, over a stream through the tunnel. */
async function page(stream: Duplex): Promise<string> {
  stream.end('GET / HTTP/1.0\r\n\r\n');
  return text(stream);
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (thrown: unknown) => failureOf(thrown).code,
  );

describe.skipIf(missing !== null)('the app tunnel', () => {
  let lab: Ocserv;
  let bench: EngineBench;
  let engine: TunnelEngine;
  const people = [
    'fetch',
    'refused',
    'sign-out',
    'pin',
    'revoked',
    'SIGKILL',
    'SIGSTOP',
    'cancel',
    'orphan',
    'ordinary',
    'restart',
    'missing',
    'mute',
    'halting',
    'plain',
    'confined',
    'crashes',
    'with-password',
    'socks',
    'several-http',
    'several-socks4',
  ];
  beforeAll(async () => {
    bench = await startEngine();
    engine = bench.engine;
    lab = await startOcserv({ users: people.map((name) => ({ name })), sessionTimeout: 3600, idleTimeout: 900, ipv6: true });
  });
  afterAll(() => lab.stop());
  // Whatever a test does, it leaves no process behind
  afterEach(async () => {
    bench.driver.stop();
    await expect.poll(() => bench.workers.filter(({ pid }) => pid !== undefined && existsSync(`/proc/${pid}`)).length).toBe(0);
  });

  async function opened(user: string): Promise<Tunnel> {
    const tunnel = await engine.open(await grantFor(lab, user), never);
    onTestFinished(() => tunnel.close());
    return tunnel;
  }

  test('the app tunnel fetches the page that only it reaches, by address and by name, and counts its bytes', async () => {
    const tunnel = await opened('fetch');
    expect(await page(await tunnel.dial('10.60.0.80', 80, never))).toContain(lab.page);
    expect(await page(await tunnel.dial(lab.portalHost, 80, never))).toContain(lab.page);
    for (const host of ['fd60::80', '[fd60::80]']) expect(await page(await tunnel.dial(host, 80, never))).toContain(lab.page);
    expect(tunnel.traffic().received).toBeGreaterThan(4 * lab.page.length);
    expect(await tunnel.answers(2_500)).toBe(true);
    expect(tunnel.limits?.idleSeconds).toBe(900);
    expect(tunnel.limits?.expiresAt).toBeGreaterThan(Date.now() + 3_500_000);
    await tunnel.close();
  });

  test('the app tunnel tells an unknown host from an unreachable one, and stops on abort', async () => {
    const tunnel = await opened('refused');
    const logged = bench.log.length;
    expect(await codeOf(tunnel.dial('no-such.campus.test', 80, never))).toBe('host-name-unknown');
    expect(await codeOf(tunnel.dial('10.60.0.80', 81, never))).toBe('host-unreachable');
    for (const host of ['', 'x'.repeat(64), 'x'.repeat(300)]) expect(await codeOf(tunnel.dial(host, 80, never))).toBe('host-name-unknown');
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) expect(await codeOf(tunnel.dial(host, 80, never))).toBe('host-not-allowed');
    // The process is still the first
    expect(bench.log.slice(logged)).toEqual([]);
    // Nobody is there, so that only the signal ends it
    expect(await codeOf(tunnel.dial('10.60.0.99', 80, AbortSignal.timeout(50)))).toBe('cancelled');
    await tunnel.close();
  });

  test('the app tunnel keeps the ticket on detach, and ends it on sign-out', async () => {
    const grant = await grantFor(lab, 'sign-out');
    const first = await engine.open(grant, never);
    await first.close();
    expect(await first.ended).toEqual({ kind: 'closed' });
    const second = await engine.open(grant, never);
    second.abandon();
    expect(await second.ended).toMatchObject({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
    const third = await engine.open(grant, never);
    await third.close({ signOut: true });
    expect(await codeOf(engine.open(grant, never))).toBe('ticket-rejected');
  });

  test('the app tunnel shows the ticket to no gateway with another key than the accepted one', async () => {
    const grant = await grantFor(lab, 'pin');
    expect(await codeOf(engine.open({ ...grant, serverPin: `pin-sha256:${'A'.repeat(43)}=` }, never))).toBe('tunnel-failed');
    await (await engine.open(grant, never)).close();
  });

  test.each(['wrong-host', 'expired'] as const)(
    'the app tunnel connects to a gateway with a pinned key, sign-in included, with a certificate that is %s',
    async (certificate) => {
      const odd = await startOcserv({ certificate, auth: 'password' });
      onTestFinished(() => odd.stop());
      const { driver } = await startDriver();
      onTestFinished(() => driver.stop());
      const signIn = (trust: Profile['trust']) => {
        const who = person({ credentials: credentials('alice', odd.user().password) });
        return driver.signIn(targetFor(profileOf(odd, { trust })), who.ask, never);
      };
      const session = await signIn({ kind: 'pin', spkiSha256: [lab.pin, odd.pin] });
      if (session.grant.kind !== 'openconnect') throw new Error('not a grant for a tunnel');
      const tunnel = await engine.open(session.grant, never);
      onTestFinished(() => tunnel.close());
      expect(await page(await tunnel.dial('10.60.0.80', 80, never))).toContain(odd.page);
      await tunnel.close();
      // Neither another pin nor its authority will do
      expect(await codeOf(signIn({ kind: 'pin', spkiSha256: [lab.pin] }))).toBe('certificate-changed');
      expect(await codeOf(signIn({ kind: 'authority', pem: odd.authorityPem }))).toBe(
        certificate === 'expired' ? 'certificate-expired' : 'certificate-wrong-host',
      );
    },
  );

  test('the app tunnel ends as revoked when the gateway ends the session', async () => {
    const tunnel = await opened('revoked');
    await lab.occtl('disconnect', 'user', 'revoked');
    expect(await tunnel.ended).toEqual({ kind: 'ended', reason: 'revoked' });
    expect(await codeOf(tunnel.dial('10.60.0.80', 80, never))).toBe('tunnel-down');
  });

  test.each(['SIGKILL', 'SIGSTOP'] as const)(
    'after %s of its process the app tunnel is up again within three seconds with the same ticket, and says so to its streams',
    async (signal) => {
      const tunnel = await opened(signal);
      const stream = await tunnel.dial('10.60.0.80', 7, never);
      const broken = new Promise<Error>((resolve) => stream.once('error', resolve));
      const at = performance.now();
      kill(bench.workers.at(-1)?.pid, signal);
      expect(String(await broken)).toMatch(/the process that carries the tunnel has ended|the worker did not answer pings/);
      expect(await page(await tunnel.dial(lab.portalHost, 80, never))).toContain(lab.page);
      expect(performance.now() - at).toBeLessThan(3_000);
      await tunnel.close();
      expect(await tunnel.ended).toEqual({ kind: 'closed' });
    },
  );

  test('an app tunnel whose process crashes again and again ends as dropped', async () => {
    const tunnel = await opened('crashes');
    for (let times = 0; times < 5; times++) {
      const stream = await tunnel.dial('10.60.0.80', 7, never);
      const broken = new Promise((resolve) => stream.once('close', resolve));
      kill(bench.workers.at(-1)?.pid);
      await broken;
    }
    expect(await tunnel.ended).toMatchObject({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
  });

  test('the app tunnel can be cancelled at any moment while it opens, within a second', async () => {
    const grant = await grantFor(lab, 'cancel');
    for (const ms of [0, 5, 20, 60, 120, 250]) {
      const signal = AbortSignal.timeout(ms);
      const opening = engine.open(grant, signal);
      expect(await codeOf(opening)).toMatch(/^(cancelled|none)$/);
      await opening.then(
        (tunnel) => tunnel.close(),
        () => undefined,
      );
    }
  });

  test.each([
    ['says nothing', 'mute', null],
    ['stops in the middle of its answer', 'halting', 'HTTP/1.1 200 CONNECTED\r\nX-CSTP'],
  ] as const)('cancel is obeyed within a second when the gateway %s', async (_, user, answer) => {
    const grant = { ...(await grantFor(lab, user)), connectUrl: `https://${lab.host}/` };
    const mute = await muteServer(answer);
    onTestFinished(() => mute.stop());
    const endpoint = { host: lab.host, port: 443, loopbackPort: mute.port };
    const serverPin = `pin-sha256:${mute.pin}`;
    const stop = new AbortController();
    const opening = codeOf(engine.open({ ...grant, endpoint, serverPin }, stop.signal));
    await mute.contacted;
    const at = performance.now();
    stop.abort();
    expect(await opening).toBe('cancelled');
    expect(performance.now() - at).toBeLessThan(1_000);
  });

  test('the app tunnel names a missing library before anybody signs in', async () => {
    const { engine: without } = await startEngine({ library: '/nowhere/libopenconnect.so.5' });
    const missing = { failure: { code: 'component-missing', params: { component: 'libopenconnect' } } };
    await expect(without.prepare?.(lab.host, never)).rejects.toMatchObject(missing);
    await expect(without.open(await grantFor(lab, 'missing'), never)).rejects.toMatchObject(missing);
    await expect(engine.prepare?.(lab.host, never)).resolves.toBeUndefined();
  });

  test.each([
    ['plain', 'http', undefined],
    ['with-password', 'http', { user: 'proxy-user', password: 'proxy-password' }],
    ['socks', 'socks5', { user: 'proxy-user', password: 'proxy-password' }],
  ] as const)('the app tunnel uses the network’s web proxy (%s), whose password is in no command', async (user, kind, signIn) => {
    const network = await startProxy({ kind, routes: { [`${lab.host}:443`]: lab.port }, ...(signIn && { signIn }) });
    onTestFinished(() => network.stop());
    const grant = await grantFor(lab, user);
    const endpoint = { host: lab.host, port: 443, via: network.via };
    const tunnel = await engine.open({ ...grant, endpoint, connectUrl: `https://${lab.host}/`, address: null }, never);
    expect(await page(await tunnel.dial(lab.portalHost, 80, never))).toContain(lab.page);
    expect(network.asked).toContain(`${lab.host}:443`);
    expect(readFileSync(`/proc/${bench.workers.at(-1)?.pid ?? 0}/cmdline`, 'latin1')).not.toContain('proxy-password');
    await tunnel.close();
  });

  test.each(['http', 'socks4'] as const)('the app tunnel uses the first reachable proxy of a list (%s)', async (kind) => {
    const network = await startProxy({ kind, routes: { [`${lab.host}:443`]: lab.port } });
    onTestFinished(() => network.stop());
    const gone = await startProxy({ kind, routes: {} });
    await gone.stop();
    const grant = { ...(await grantFor(lab, `several-${kind}`)), connectUrl: `https://${lab.host}/`, address: null };
    const via = { ...gone.via, fallbacks: [network.via, 'direct' as const] };
    const tunnel = await engine.open({ ...grant, endpoint: { host: lab.host, port: 443, via } }, never);
    expect(await page(await tunnel.dial(lab.portalHost, 80, never))).toContain(lab.page);
    expect(network.asked).toContain(`${lab.host}:443`);
    await tunnel.close();
  });

  test('the app tunnel opens no port on this computer, and its process can start nothing and be read by nobody', async () => {
    const grant = await grantFor(lab, 'confined');
    const tunnel = await engine.open(grant, never);
    onTestFinished(() => tunnel.close());
    const pid = bench.workers.at(-1)?.pid ?? 0;
    const read = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'latin1');
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
    for (const task of readdirSync(`/proc/${pid}/task`)) expect(read(`task/${task}/status`)).toMatch(/^NoNewPrivs:\s1\nSeccomp:\s2$/m);
    // Of a process that cannot be read, root owns these files
    expect(read('cmdline') + read('environ')).not.toContain(grant.cookie.slice(0, 20));
    expect(bench.log.join('\n')).not.toContain(grant.cookie.slice(0, 20));
    const inodes = new Set(
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
        } catch {
          return [];
        }
      }),
    );
    const rows = ['tcp', 'tcp6'].flatMap((table) => read(`net/${table}`).split('\n').slice(1));
    const own = rows.map((row) => row.trim().split(/\s+/)).filter((words) => inodes.has(words[9] ?? ''));
    // One connection, to the gateway, and nothing that listens
    expect(own.map((words) => words[3])).toEqual(['01']);
    await tunnel.close();
  });

  test('the app tunnel works for an ordinary user, from Connect to Disconnect', async () => {
    const client = await ClientProcess.start({ uid: nobody });
    onTestFinished(() => client.kill());
    await client.connect(profileOf(lab), await grantFor(lab, 'ordinary'));
    await client.reach('connected');
    expect(await client.page(lab.portalHost)).toContain(lab.page);
    expect((await client.traffic()).received).toBeGreaterThan(0);
    await client.disconnect();
    await client.reach('idle');
    await expect.poll(() => lab.occtl('show', 'users')).toEqual([]);
  });

  test('the tunnel ends when the app is killed', async () => {
    const client = await ClientProcess.start({ uid: nobody });
    await client.connect(profileOf(lab), await grantFor(lab, 'orphan'));
    await client.reach('connected');
    const pids = descendants(client.child.pid ?? 0, basename(process.execPath));
    expect(pids).toHaveLength(1);
    await client.kill();
    await expect.poll(() => pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });

  test('the person sees a reconnect when the tunnel’s process was killed, and the end if the gateway forgot the session', async () => {
    const client = await ClientProcess.start();
    onTestFinished(() => client.kill());
    await client.connect(profileOf(lab), await grantFor(lab, 'restart'));
    await client.reach('connected');
    const up = client.reach('reconnecting', { next: true }).then(() => client.reach('connected'));
    kill(descendants(client.child.pid ?? 0, basename(process.execPath))[0]);
    await up;
    expect(await client.page(lab.portalHost)).toContain(lab.page);
    await lab.restart();
    const { ending } = await client.reach('idle');
    expect(ending).toMatchObject({ code: 'ticket-rejected' });
  });
});

/** A TLS server that sends these bytes once somebody asks, or does not even answer a handshake, and then nothing more. */
async function muteServer(answer: string | null) {
  const issued = await issue(await issue(null, { authority: {} }), { dns: ['vpn.campus.test'] });
  const sockets = new Set<Socket>();
  let contact: () => void = () => undefined;
  const contacted = new Promise<void>((resolve) => (contact = resolve));
  const server: net.Server =
    answer === null
      ? net.createServer(() => contact())
      : tls.createServer({ cert: issued.pem, key: issued.keyPem }, (socket) => {
          socket
            .on('error', () => undefined)
            .once('data', () => {
              socket.write(answer);
              contact();
            });
        });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  const port = await listen(server);
  return {
    port,
    pin: spkiSha256(issued.certificate),
    contacted,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
