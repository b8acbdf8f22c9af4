import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { appTunnel } from '../../../electron/tunnels/openconnect/app.ts';
import type { Tunnel } from '../../../electron/tunnels/tunnel.ts';
import { failureOf } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import { ClientProcess } from '../../peers/client-process.ts';
import { descendants, kill, missingForPeers } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';
import { credentials, person, startDriver, targetFor } from '../../peers/openconnect-bench.ts';
import { startProxy } from '../../peers/proxies.ts';
import { grantFor } from '../../peers/sign-in.ts';

const missing = missingForPeers();
const programs = { folder: null, platform: 'linux' } as const;
const engine = appTunnel({ programs, log: () => undefined, now: Date.now });
const never = new AbortController().signal;
const nobody = 65_534;

/** The page behind the gateway, over a stream through the tunnel. */
async function page(stream: Duplex): Promise<string> {
  // Not end(): ocproxy takes half an end for a whole one
  stream.write('GET / HTTP/1.0\r\n\r\n');
  return text(stream);
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (thrown: unknown) => failureOf(thrown).code,
  );

describe.skipIf(missing !== null)('the app tunnel', () => {
  let lab: Ocserv;
  const people = [
    'fetch',
    'refused',
    'sign-out',
    'pin',
    'revoked',
    'killed',
    'cancel',
    'orphan',
    'ordinary',
    'restart',
    'back',
    'plain',
    'stranger',
    'with-password',
    'socks',
    'several-http',
    'several-socks4',
  ];
  beforeAll(async () => {
    lab = await startOcserv({ users: people.map((name) => ({ name })), sessionTimeout: 3600, idleTimeout: 900, ipv6: true });
  });
  afterAll(() => lab.stop());
  // Whatever a test does, it leaves no program behind
  afterEach(async () => {
    await expect.poll(() => [...descendants(process.pid, 'openconnect'), ...descendants(process.pid, 'ocproxy')]).toEqual([]);
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
    expect(tunnel.traffic().received).toBeGreaterThan(2 * lab.page.length);
    expect(await tunnel.answers(2_500)).toBe(true);
    expect(tunnel.limits?.idleSeconds).toBe(900);
    expect(tunnel.limits?.expiresAt).toBeGreaterThan(Date.now() + 3_500_000);
    await tunnel.close();
  });

  test('the app tunnel tells an unknown host from an unreachable one, and stops on abort', async () => {
    const tunnel = await opened('refused');
    expect(await codeOf(tunnel.dial('no-such.campus.test', 80, never))).toBe('host-name-unknown');
    expect(await codeOf(tunnel.dial('10.60.0.80', 81, never))).toBe('host-unreachable');
    // It has an address of IPv6 inside, and ocproxy has no use for it
    for (const host of ['fd60::80', '[fd60::80]', '::ffff:10.60.0.80'])
      expect(await codeOf(tunnel.dial(host, 80, never))).toBe('host-ipv6');
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

  test('the tunnel and its streams drop when openconnect or ocproxy is killed', async () => {
    const grant = await grantFor(lab, 'killed');
    for (const program of ['openconnect', 'ocproxy']) {
      const tunnel = await engine.open(grant, never);
      const stream = await tunnel.dial('10.60.0.80', 7, never);
      kill(descendants(process.pid, program)[0]);
      expect(await tunnel.ended).toMatchObject({ kind: 'dropped' });
      await expect.poll(() => stream.destroyed).toBe(true);
      expect(await codeOf(tunnel.dial('10.60.0.80', 80, never))).toBe('tunnel-down');
    }
  });

  test('the app tunnel can be cancelled at any moment while it opens, and leaves no program behind', async () => {
    const grant = await grantFor(lab, 'cancel');
    for (const ms of [0, 5, 20, 60, 120]) expect(await codeOf(engine.open(grant, AbortSignal.timeout(ms)))).toMatch(/^(cancelled|none)$/);
    // One that was up by then goes with the next
    for (const pid of descendants(process.pid, 'openconnect')) kill(pid, 'SIGHUP');
  });

  test('the app tunnel names a missing program, and says that Windows has no app tunnel', async () => {
    const grant = await grantFor(lab, 'back');
    const at = (platform: NodeJS.Platform) =>
      appTunnel({ programs: { folder: '/nowhere', platform }, log: () => undefined, now: Date.now });
    await expect(at('darwin').open(grant, never)).rejects.toMatchObject({
      failure: { code: 'component-missing', params: { component: 'openconnect' } },
    });
    expect(await codeOf(at('win32').open(grant, never))).toBe('app-tunnel-here');
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
    const [pid] = descendants(process.pid, 'openconnect');
    expect(readFileSync(`/proc/${pid ?? 0}/cmdline`, 'latin1')).not.toContain('proxy-password');
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

  test('the app tunnel closes when another user of this computer comes by its port', async () => {
    const tunnel = await opened('stranger');
    const [pid] = descendants(process.pid, 'ocproxy');
    const place = /-D\0(127[\d.]+):(\d+)\0/.exec(readFileSync(`/proc/${pid ?? 0}/cmdline`, 'latin1'));
    const args = [
      '--reuid=1',
      '--regid=1',
      '--clear-groups',
      process.execPath,
      '-e',
      'net.connect(process.argv[2], process.argv[1]).on("error", () => {})',
    ];
    const stranger = spawn('/usr/bin/setpriv', [...args, place?.[1] ?? '', place?.[2] ?? ''], { stdio: 'ignore' });
    onTestFinished(() => void stranger.kill('SIGKILL'));
    expect(await tunnel.ended).toMatchObject({ kind: 'dropped' });
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
    const pids = ['openconnect', 'ocproxy'].flatMap((name) => descendants(client.child.pid ?? 0, name));
    expect(pids).toHaveLength(2);
    await client.kill();
    await expect.poll(() => pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });

  test('the app tunnel reconnects after openconnect was killed, and ends if the gateway forgot the session', async () => {
    const client = await ClientProcess.start();
    onTestFinished(() => client.kill());
    await client.connect(profileOf(lab), await grantFor(lab, 'restart'));
    await client.reach('connected');
    const up = client.reach('reconnecting', { next: true }).then(() => client.reach('connected'));
    kill(descendants(client.child.pid ?? 0, 'openconnect')[0]);
    await up;
    expect(await client.page(lab.portalHost)).toContain(lab.page);
    await lab.restart();
    const { ending } = await client.reach('idle');
    expect(ending).toMatchObject({ code: 'ticket-rejected' });
  });
});
