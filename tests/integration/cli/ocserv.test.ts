import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Profile } from '../../../shared/profile.ts';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { deadPort, listen, tcp } from '../../support/servers.ts';
import { startCommand, type RunningCommand } from '../../peers/command.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';

const missing = missingForPeers();
describe.skipIf(missing !== null)('causeway connect, against ocserv', () => {
  let lab: Ocserv;
  let users = 0;
  beforeAll(async () => {
    lab = await startOcserv({ preLoginBanner: 'Be kind to each other.', banner: 'Maintenance on Sunday, 校園.' });
  });
  afterAll(() => lab.stop());

  /** Somebody of their own for each test, with their answers and a profile file that nobody has added. */
  async function person(answers: Record<string, unknown> = {}, profile: Partial<Profile> = {}) {
    const user = lab.addUser({ name: `cli${++users}` });
    const folder = await cliFolder();
    const file = join(folder, 'lab.causeway');
    await writeFile(file, JSON.stringify(profileOf(lab, profile)));
    const given = { user: user.name, password: user.password, totp: user.key, notice: 'proceed', ...answers };
    const answersAt = await answersFile(folder, given);
    return { user, folder, argv: ['connect', file, '--answers', answersAt, '--user-data-dir', folder] };
  }
  const endOf = (run: RunningCommand) => run.events().find((event) => event.event === 'end');
  const sessionsOf = async (name: string): Promise<number> =>
    JSON.stringify(await lab.occtl('show', 'users')).split(`"${name}"`).length - 1;

  test('connect to ocserv fetches a page that only the tunnel reaches, and leaves nothing behind', async () => {
    const { user, argv } = await person();
    const run = startCommand(...argv, '--app-tunnel', '0', '--show-secret');
    await run.until('state', ({ state }) => state === 'connected');
    const proxy = run.events().find((event) => event.event === 'proxy');
    if (proxy?.event !== 'proxy') throw new Error('no proxy');
    const stream = await through(proxy.address, `${proxy.user}:${proxy.secret ?? ''}`, `${lab.portalHost}:80`);
    stream.write('GET / HTTP/1.0\r\n\r\n');
    expect(await text(stream)).toContain(lab.page);
    expect(await sessionsOf(user.name)).toBeGreaterThan(0);
    run.interrupt();
    expect(await run.exit).toBe(0);
    await expect.poll(() => sessionsOf(user.name)).toBe(0);
    for (const secret of [user.password, user.key, 'webvpn']) expect(run.out()).not.toContain(secret);
  });

  test('connect to ocserv shows the gateway’s banner once', async () => {
    const { argv } = await person();
    const run = startCommand(...argv);
    await run.until('state', ({ state }) => state === 'connected');
    await run.until('notice', ({ failure }) => failure.code === 'gateway-says');
    const notices = run.events().filter((event) => event.event === 'notice');
    expect(notices).toEqual([{ event: 'notice', failure: { code: 'gateway-says', params: { text: 'Maintenance on Sunday, 校園.' } } }]);
    run.interrupt();
    expect(await run.exit).toBe(0);
  });

  test.each<[string, Record<string, unknown>, Partial<Profile>, number, string]>([
    ['a wrong password', { password: 'not it' }, {}, 3, 'sign-in-rejected'],
    ['a wrong code', { totp: undefined, passcode: '000000' }, {}, 4, 'passcode-wrong'],
    ['a notice that is declined', { notice: 'decline' }, {}, 3, 'notice-declined'],
    ['a key that the profile does not name', {}, { trust: { kind: 'pin', spkiSha256: [`${'A'.repeat(43)}=`] } }, 6, 'certificate-changed'],
  ])('connect to ocserv refuses with its own exit code: %s', async (_what, answers, profile, code, failure) => {
    const { argv } = await person(answers, profile);
    const run = startCommand(...argv);
    expect(await run.exit).toBe(code);
    expect(endOf(run)).toMatchObject({ exitCode: code, failure: { code: failure } });
  });

  test('connect to ocserv ends with 5 if the gateway cannot be reached', async () => {
    const { argv } = await person({}, { connectTo: [{ host: lab.host, port: 443, loopbackPort: await deadPort() }] });
    const run = startCommand(...argv);
    expect(await run.exit).toBe(5);
    expect(endOf(run)).toMatchObject({ failure: { code: 'gateway-unreachable' } });
  });

  test('connect to ocserv reports a network that wants a sign-in first with 5 (MV#614)', async () => {
    const page = 'http://login.hotel.test/';
    const web = await listen(http.createServer((_request, response) => response.writeHead(302, { location: page }).end()));
    const nonsense = await tcp((socket) => void socket.once('data', () => socket.end(`HTTP/1.1 302 Found\r\nLocation: ${page}\r\n\r\n`)));
    const held = (loopbackPort: number): Partial<Profile> => ({
      connectTo: [
        { host: lab.host, port: 80, loopbackPort: web },
        { host: lab.host, port: 443, loopbackPort },
      ],
    });
    const run = startCommand(...(await person({}, held(nonsense))).argv);
    expect(await run.exit).toBe(5);
    expect(endOf(run)).toMatchObject({
      failure: { code: 'captive-portal', params: { address: page } },
      says: expect.stringContaining(`Open ${page} in a web browser`) as unknown,
    });
    // A certificate of the network's own is no question for anybody
    const stranger = startCommand(...(await person({}, { ...held(lab.port), trust: { kind: 'system' } })).argv);
    expect(await stranger.exit).toBe(5);
    expect(endOf(stranger)).toMatchObject({ failure: { code: 'captive-portal' } });
  });

  test('connect signs in to the second ocserv, once, if the first cannot be reached', async () => {
    const dead = { host: 'vpn2.campus.test', port: 443, loopbackPort: await deadPort() };
    const { user, argv } = await person({}, { gateways: [dead.host, lab.host], connectTo: [dead, ...lab.connectTo] });
    const run = startCommand(...argv);
    await run.until('state', ({ state }) => state === 'connected');
    expect(run.events().flatMap((event) => (event.event === 'state' && event.state === 'contacting' ? [event.gateway] : []))).toEqual(
      expect.arrayContaining([dead.host, lab.host]),
    );
    expect(run.events().filter((event) => event.event === 'prompt' && event.kind === 'passcode')).toHaveLength(1);
    expect(await sessionsOf(user.name)).toBeGreaterThan(0);
  });

  test('connect to ocserv ends with 7 and the reason when an operator ends the session', async () => {
    const { user, argv } = await person();
    const run = startCommand(...argv);
    await run.until('state', ({ state }) => state === 'connected');
    await lab.occtl('disconnect', 'user', user.name);
    expect(await run.exit).toBe(7);
    expect(endOf(run)).toMatchObject({ failure: { code: 'session-revoked' } });
  });

  test('connect to a restarted ocserv ends with 7, and tries no second factor again', async () => {
    const { argv } = await person();
    const run = startCommand(...argv);
    await run.until('state', ({ state }) => state === 'connected');
    await lab.restart();
    expect(await run.exit).toBe(7);
    expect(endOf(run)).toMatchObject({ failure: { code: 'ticket-rejected' } });
    expect(run.events().filter((event) => event.event === 'prompt' && event.kind === 'passcode')).toHaveLength(1);
  });
});

describe.skipIf(missing !== null)('causeway connect with a certificate of the person’s', () => {
  let lab: Ocserv;
  beforeAll(async () => {
    lab = await startOcserv({ auth: 'certificate' });
  });
  afterAll(() => lab.stop());

  async function run(certificate: string | null): Promise<RunningCommand> {
    const folder = await cliFolder();
    const file = join(folder, 'lab.causeway');
    await writeFile(file, JSON.stringify(profileOf(lab, { clientCertificate: true })));
    const pem = join(folder, 'mine.pem');
    if (certificate !== null) await writeFile(pem, certificate, { mode: 0o600 });
    const answers = await answersFile(folder, { clientCertificate: { file: pem }, notice: 'proceed' });
    return startCommand('connect', file, '--answers', answers, '--user-data-dir', folder);
  }

  test('connect to ocserv signs in with a client certificate', async () => {
    const { pem, keyPem } = await lab.clientCertificate('alice');
    const running = await run(pem + keyPem);
    await running.until('state', ({ state }) => state === 'connected');
    running.interrupt();
    expect(await running.exit).toBe(0);
  });

  test('connect to ocserv ends with 6 if the certificate file holds none', async () => {
    const running = await run(null);
    expect(await running.exit).toBe(6);
    expect(running.events().at(-1)).toMatchObject({ failure: { code: 'client-certificate-unreadable' } });
  });
});

/** A stream through an HTTP proxy. */
function through(address: string, credentials: string, target: string): Promise<Duplex> {
  const { hostname: host, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    const request = http.request({ host, port, method: 'CONNECT', path: target, headers: { 'proxy-authorization': authorization } });
    request.on('connect', (response, socket) => {
      if (response.statusCode === 200) resolve(socket);
      else reject(new Error(`HTTP ${response.statusCode ?? 0}`));
    });
    request.on('error', reject);
    request.end();
  });
}
