import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { ClientProcess } from '../../peers/client-process.ts';
import { startWithin, type RunningCommand } from '../../peers/command.ts';
import { HelperProcess } from '../../peers/helper-process.ts';
import { descendants, kill, missingForPeers, type Namespace } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';
import { grantFor } from '../../peers/sign-in.ts';

const missing = missingForPeers(['/usr/sbin/ocserv', '/usr/sbin/openconnect', '/usr/share/vpnc-scripts/vpnc-script']);
const nobody = 65_534;

/** Everything that a tunnel may change of a computer's network. */
async function networkOf(client: Namespace): Promise<unknown> {
  const json = async (...args: string[]): Promise<string[]> => {
    const parsed: unknown = JSON.parse((await client.ip('-j', ...args)) || '[]');
    return Array.isArray(parsed) ? parsed.map((row) => JSON.stringify(row)).sort() : [];
  };
  return {
    routes: await json('-4', 'route', 'show', 'table', 'all'),
    routes6: await json('-6', 'route', 'show', 'table', 'all'),
    addresses: await json('addr'),
    links: await json('link'),
    rules: await json('rule'),
    resolver: readFileSync(client.file('resolv.conf'), 'latin1'),
  };
}

describe.skipIf(missing !== null)('the system tunnel', () => {
  let lab: Ocserv;
  let client: Namespace;
  let helper: HelperProcess;
  let before: unknown;
  const people = [
    'whole',
    'second-time',
    'nameless',
    'app-killed',
    'helper-killed',
    'openconnect-killed',
    'taken',
    'denied',
    'revoked',
    'last',
    'left',
    'forgotten',
    'denied-1',
    'denied-2',
    'denied-3',
  ];
  beforeAll(async () => {
    lab = await startOcserv({
      client: true,
      everything: true,
      ipv6: true,
      dtls: true,
      users: people.map((name) => ({ name })),
      idleTimeout: 900,
      banner: 'Maintenance on Sunday, 校園.',
    });
    if (!lab.client) throw new Error('no client namespace');
    client = lab.client;
    before = await networkOf(client);
    helper = await HelperProcess.start(client, { lab, users: ['root', 'nobody', 'daemon'] });
  });
  afterAll(async () => {
    await helper.stop();
    await lab.stop();
  });
  // Whatever a test does to whom, this computer's network is what it was
  afterEach(async () => {
    await expect.poll(() => networkOf(client)).toEqual(before);
    await expect.poll(() => descendants(process.pid, 'openconnect')).toEqual([]);
  });

  async function connected(user: string, uid = nobody): Promise<ClientProcess> {
    const app = await ClientProcess.start({ namespace: client, uid });
    onTestFinished(() => app.kill());
    const name = uid === nobody ? 'nobody' : 'daemon';
    await app.connect({ ...profileOf(lab), connectTo: [], tunnel: 'system' }, await grantFor(lab, user, 'client'), helper.socket(name));
    await app.reach('connected');
    return app;
  }

  test('the system tunnel carries an ordinary user’s whole system, names included, and restores everything', async () => {
    const app = await connected('whole');
    expect(await app.page(lab.portalHost)).toContain(lab.page);
    expect(await app.page('fd60::80')).toContain(lab.page);
    expect(readFileSync(client.file('resolv.conf'), 'latin1')).toContain('10.60.0.53');
    // What the gateway says to whoever is in comes through the helper, once
    expect(app.log.filter((line) => line.startsWith('told'))).toEqual([
      `told ${JSON.stringify({ code: 'gateway-says', params: { text: 'Maintenance on Sunday, 校園.' } })}`,
    ]);
    expect(await networkOf(client)).not.toEqual(before);
    // What the gateway and the helper tell comes a moment after what they do
    await expect.poll(async () => JSON.stringify(await lab.occtl('show', 'users'))).toContain('DTLS cipher');
    await expect.poll(() => app.traffic().then(({ received }) => received)).toBeGreaterThan(lab.page.length);
    await app.disconnect();
    await app.reach('idle');
    await expect.poll(() => networkOf(client)).toEqual(before);
    await expect.poll(() => lab.occtl('show', 'users')).toEqual([]);
  });

  test('the second system tunnel also resolves campus names (YZ#653: its name server was missing then)', async () => {
    const app = await connected('second-time');
    expect(await app.page(lab.portalHost)).toContain(lab.page);
    await app.disconnect();
  });

  test('the system tunnel reports campus names that are not found (YZ#653)', async () => {
    const app = await ClientProcess.start({ namespace: client, uid: nobody });
    onTestFinished(() => app.kill());
    const profile = { ...profileOf(lab), connectTo: [], tunnel: 'system' as const };
    const portal = { ...profile.portal, address: 'https://nobody-knows.campus.test/', hosts: ['nobody-knows.campus.test'] };
    await app.connect({ ...profile, portal }, await grantFor(lab, 'nameless', 'client'), helper.socket('nobody'));
    await expect.poll(() => (app.state?.kind === 'connected' ? app.state.portal : null), { timeout: 25_000 }).toBe('dns-failed');
    await app.disconnect();
  });

  test('the tunnel ends a short time after its app was killed (OG#233, OG#237: routes and names stayed)', async () => {
    const app = await connected('app-killed');
    await app.kill();
  });

  test('the tunnel ends when openconnect is killed, and comes back by itself with the same ticket', async () => {
    const app = await connected('openconnect-killed');
    const back = app.reach('reconnecting', { next: true }).then(() => app.reach('connected'));
    kill(descendants(helper.pid, 'openconnect')[0]);
    await back;
    expect(await app.page(lab.portalHost)).toContain(lab.page);
    await app.disconnect();
  });

  test('the next helper restores the network after a helper was killed, and the tunnel comes back with the same ticket', async () => {
    const app = await connected('helper-killed');
    const lost = app.reach('reconnecting', { next: true });
    await helper.kill();
    await lost;
    expect(await networkOf(client)).not.toEqual(before);
    const back = app.reach('connected', { next: true });
    await helper.run();
    expect(helper.log()).toContain('restored the network that an earlier run left changed');
    await back;
    expect(await app.page(lab.portalHost)).toContain(lab.page);
    await app.disconnect();
  });

  test('the next helper restores the network after helper, app and openconnect were all killed at once (MV#4714)', async () => {
    const app = await connected('last');
    const [openconnect] = descendants(helper.pid, 'openconnect');
    await Promise.all([helper.kill(), app.kill()]);
    kill(openconnect);
    expect(await networkOf(client)).not.toEqual(before);
    await helper.run();
    await expect.poll(() => networkOf(client)).toEqual(before);
  });

  test('doctor and connect name what a killed tunnel left behind, with how to undo it, and do not blame a hotel network', async () => {
    const app = await connected('left');
    const [openconnect] = descendants(helper.pid, 'openconnect');
    const folder = await cliFolder();
    const file = join(folder, 'harbour.causeway');
    // A name that only a name server knows
    const profile = { ...profileOf(lab), gateways: ['elsewhere.campus.test'], connectTo: undefined };
    writeFileSync(file, JSON.stringify(profile));
    const answers = await answersFile(folder, { user: 'mei', password: 'pw' });
    const run = (...args: string[]) =>
      startWithin([...client.inside, '/usr/bin/env', 'RES_OPTIONS=timeout:1 attempts:1'], ...args, '--user-data-dir', folder);
    const leftOf = (command: RunningCommand) => command.events().filter((event) => event.event === 'check' && event.check === 'leftover');
    // While it is up, there is nothing to name
    const during = run('doctor', file);
    await during.exit;
    expect(leftOf(during)).toEqual([]);
    await Promise.all([helper.kill(), app.kill()]);
    kill(openconnect);
    await expect.poll(() => descendants(process.pid, 'openconnect')).toEqual([]);

    const doctor = run('doctor', file);
    expect(await doctor.exit, doctor.out()).toBe(5);
    expect(leftOf(doctor)).toMatchObject([
      {
        result: 'attention',
        says: expect.stringMatching(/\/etc\/resolv\.conf, causeway0/) as unknown,
        todo: expect.stringContaining('systemctl start causeway-helper') as unknown,
      },
    ]);
    const looked = doctor.events().find((event) => event.event === 'check' && event.check === 'gateway');
    expect(looked).toMatchObject({ says: expect.stringContaining('/etc/resolv.conf') as unknown });
    expect(doctor.out()).not.toMatch(/hotel|"check":"other-vpn","result":"attention"/);
    const connect = run('connect', file, '--answers', answers);
    expect(await connect.exit, connect.out()).toBe(5);
    expect(connect.events().find(({ event }) => event === 'end')).toMatchObject({
      failure: { code: 'tunnel-leftover', params: { left: '/etc/resolv.conf, causeway0' } },
    });

    await helper.run();
    const after = run('doctor', file);
    await after.exit;
    expect(leftOf(after)).toEqual([]);
  }, 120_000);

  test('only one system tunnel is open at a time: a second person learns who has it, and cannot close it', async () => {
    const app = await connected('taken');
    const other = await ClientProcess.start({ namespace: client, uid: 1 });
    onTestFinished(() => other.kill());
    await other.connect(
      { ...profileOf(lab), connectTo: [], tunnel: 'system' },
      await grantFor(lab, 'denied', 'client'),
      helper.socket('daemon'),
    );
    expect(await other.reach('idle')).toMatchObject({ ending: { code: 'tunnel-taken', params: { user: 'nobody' } } });
    expect(app.state?.kind).toBe('connected');
    await app.disconnect();
  });

  test('the system tunnel is denied to a gateway, and to a person, that the configuration does not name', async () => {
    const app = await ClientProcess.start({ namespace: client, uid: nobody });
    onTestFinished(() => app.kill());
    const connect = async (user: string, as = 'nobody'): Promise<unknown> => {
      const reached = app.reach('idle', { next: true });
      await app.connect({ ...profileOf(lab), connectTo: [], tunnel: 'system' }, await grantFor(lab, user, 'client'), helper.socket(as));
      return (await reached).ending;
    };
    onTestFinished(() => helper.configure({}));
    helper.configure({ gateways: ['other.campus.test'] });
    expect(await connect('denied-1')).toMatchObject({ code: 'helper-denied', params: { host: lab.host } });
    helper.configure({ users: ['root'] });
    expect(await connect('denied-2')).toMatchObject({ code: 'helper-denied' });
    // Another person's socket cannot be opened at all
    expect(await connect('denied-3', 'daemon')).toMatchObject({ code: 'helper-denied' });
  });

  test('the system tunnel ends as revoked when the gateway ends the session, and the computer has its network (AP#515)', async () => {
    const app = await connected('revoked');
    await lab.occtl('disconnect', 'user', 'revoked');
    expect(await app.reach('idle')).toMatchObject({ ending: { code: 'session-revoked' } });
  });

  test('the system tunnel ends with a message if the gateway restarted and forgot the session', async () => {
    const app = await connected('forgotten');
    await lab.restart();
    expect(await app.reach('idle')).toMatchObject({ ending: { code: 'ticket-rejected' } });
  });
});
