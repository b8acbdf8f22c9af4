import http from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { startCampus, type Campus } from '../../../campus/campus.ts';
import type { WorkerProcess } from '../../../electron/worker/worker.ts';
import { fail } from '../../../shared/failure.ts';
import { splitHost, type Profile } from '../../../shared/profile.ts';
import { cliFolder, startCli, type CliOptions } from '../../support/cli.ts';
import { handPolicy, sourceOf } from '../../support/policy.ts';
import { deadPort, listen } from '../../support/servers.ts';

let campus: Campus | null = null;
afterEach(async () => {
  await campus?.stop();
  campus = null;
});
const open = async (): Promise<Campus> => (campus = await startCampus());

/** The library's process, as it answers or dies. */
const worker = (answer: unknown) => (): WorkerProcess => {
  let listener: (message: unknown) => void = () => undefined;
  return {
    post: () => void setImmediate(() => listener(answer)),
    onMessage: (given) => {
      listener = given;
    },
    exited: answer === 'dies' ? Promise.resolve(139) : new Promise<null>(() => undefined),
    kill: () => undefined,
    pid: undefined,
  };
};
const ready = { type: 'ready', version: 'v9.21', path: '/opt/Causeway/resources/native/libopenconnect.so.5' };

async function examine(profiles: readonly Profile[], more: Omit<Partial<CliOptions>, 'folder'> = {}, ...argv: string[]) {
  const tools = { startWorker: worker(ready), ...more.tools };
  const run = startCli(['doctor', '--json', ...argv], { folder: await cliFolder(profiles), ...more, tools });
  const code = await run.code;
  const checks = run.events.flatMap((event) => (event.event === 'check' ? [event] : []));
  return { code, of: (name: string) => checks.filter(({ check }) => check === name) };
}

test('doctor finds a healthy computer and campus', async () => {
  const { profile } = await open();
  const { code, of } = await examine([profile]);
  expect(code).toBe(0);
  expect(of('gateway')).toMatchObject([{ result: 'ok' }]);
  expect(of('clock')).toMatchObject([{ result: 'ok' }]);
  expect(of('keychain')).toMatchObject([{ result: 'ok' }]);
  expect(of('libopenconnect')[0]?.says).toContain('(v9.21, /opt/Causeway/resources/native/libopenconnect.so.5)');
});

test('doctor reports an unreachable gateway with 5, and what to do', async () => {
  const { profile } = await open();
  const loopbackPort = await deadPort();
  const { code, of } = await examine([{ ...profile, connectTo: (profile.connectTo ?? []).map((entry) => ({ ...entry, loopbackPort })) }]);
  expect(code).toBe(5);
  expect(of('gateway')).toMatchObject([{ result: 'attention', todo: expect.stringContaining('Internet') as unknown }]);
});

test('doctor only remarks on one unreachable gateway of two', async () => {
  const { profile } = await open();
  const dead = { host: 'vpn2.campus.test', port: 443, loopbackPort: await deadPort() };
  const two = { ...profile, gateways: [dead.host, ...profile.gateways], connectTo: [dead, ...(profile.connectTo ?? [])] };
  const { code, of } = await examine([two]);
  expect(code).toBe(0);
  expect(of('gateway').map(({ result }) => result)).toEqual(['attention', 'ok']);
});

test('doctor reports a network that wants a sign-in first with 5 and its address (MV#614)', async () => {
  const { profile } = await open();
  const web = await listen(http.createServer((_request, response) => response.writeHead(302, { location: 'http://hotel.test/' }).end()));
  const [host = '', port = ''] = (profile.gateways[0] ?? '').split(':');
  const held = [
    { host, port: 80, loopbackPort: web },
    { host, port: Number(port), loopbackPort: await deadPort() },
  ];
  const { code, of } = await examine([{ ...profile, connectTo: held }]);
  expect(code).toBe(5);
  expect(of('gateway')[0]?.says).toContain('hotel.test');
  expect(of('gateway')[0]?.todo).toContain('http://hotel.test/');
});

test('doctor reports an untrusted certificate with 6', async () => {
  const { profile } = await open();
  expect((await examine([{ ...profile, trust: { kind: 'system' } }])).code).toBe(6);
});

test('doctor reports a wrong clock by the gateway’s own', async () => {
  const { profile } = await open();
  const { code, of } = await examine([profile], { core: { now: () => Date.now() + 600_000 } });
  expect(code).toBe(0);
  expect(of('clock')).toMatchObject([{ result: 'attention', says: expect.stringContaining('10 min') as unknown }]);
});

test.each([
  ['says that it is missing', { type: 'missing', detail: 'no such file' }],
  ['dies', 'dies'],
])('doctor reports a needed library whose process %s is missing with 8', async (_what, answer) => {
  const { profile } = await open();
  const programs = { folder: null, platform: 'darwin' as const };
  const other: Profile = { ...profile, protocol: 'anyconnect', tunnel: 'app' };
  const tools = { startWorker: worker(answer), programs };
  const needed = await examine([other], { tools });
  expect(needed.code).toBe(8);
  expect(needed.of('libopenconnect')).toMatchObject([{ result: 'missing' }]);
  // The library carries an app tunnel by itself
  expect(needed.of('openconnect')).toMatchObject([{ result: 'attention' }]);
  const system = await examine([{ ...other, tunnel: 'system' }], { tools });
  for (const name of ['libopenconnect', 'openconnect']) expect(system.of(name)).toMatchObject([{ result: 'missing' }]);
  const notNeeded = await examine([profile], { tools });
  expect(notNeeded.code).toBe(0);
  expect(notNeeded.of('openconnect')).toMatchObject([{ result: 'attention' }]);
});

test('doctor says that a sign-in on the campus’s page needs the app, if it does, and asks to start the app', async () => {
  const { profile } = await open();
  const browser = { hosts: ['login.campus.test'] };
  const page: Profile = { ...profile, protocol: 'nc', tunnel: 'app', browser };
  for (const each of [page, { ...page, protocol: 'pulse' as const }])
    expect((await examine([each])).of('sign-in')).toMatchObject([
      {
        result: 'attention',
        says: expect.stringContaining(profile.name) as unknown,
        todo: expect.stringContaining('Start the app') as unknown,
      },
    ]);
  // Forms, or a gateway that may send people to their own browser
  for (const each of [profile, { ...page, browser: undefined }, { ...page, protocol: 'anyconnect' as const }])
    expect((await examine([each])).of('sign-in')).toEqual([]);
});

test('doctor names another VPN, and refuses nothing for it', async () => {
  const { profile } = await open();
  const { code, of } = await examine([profile], { tools: { otherVpn: () => Promise.resolve('wg0') } });
  expect(code).toBe(0);
  expect(of('other-vpn')[0]?.says).toContain('wg0');
});

test('doctor reports a needed tunnel service that is missing with 8, names one in use, and does not take ours for another VPN', async () => {
  const { profile } = await open();
  const system: Profile = { ...profile, protocol: 'anyconnect', tunnel: 'system' };
  const without = await examine([system]);
  expect(without.code).toBe(8);
  expect(without.of('helper')).toMatchObject([{ result: 'missing' }]);
  expect((await examine([profile])).code).toBe(0);
  const taken = await examine([system], { tools: { helper: () => Promise.resolve({ kind: 'taken', user: 'kit' }) } });
  expect(taken.of('helper')[0]?.says).toContain('kit');
  const up = { kind: 'up' as const, host: 'x', device: 'cw0', nameServers: [], expiresAt: null, idleSeconds: null };
  const devices: (string | undefined)[] = [];
  const otherVpn = (ours: string | undefined): Promise<null> => {
    devices.push(ours);
    return Promise.resolve(null);
  };
  const ours = await examine([system], { tools: { helper: () => Promise.resolve(up), otherVpn } });
  expect(ours.of('helper')).toMatchObject([{ result: 'ok' }]);
  expect(devices).toEqual(['cw0']);
});

test('doctor says how the tunnel service proves a gateway, or that it cannot, for a system tunnel', async () => {
  const { profile } = await open();
  const system: Profile = { ...profile, protocol: 'anyconnect', tunnel: 'system' };
  const helper = () => Promise.resolve({ kind: 'closed' as const });
  const proved = await examine([system], { tools: { helper, proof: () => Promise.resolve({ kind: 'pins', pins: [] }) } });
  expect(proved.of('proof')).toMatchObject([{ result: 'ok', says: expect.stringContaining('by its key') as unknown }]);
  const unproven = (endpoint: { host: string }) => Promise.reject(fail('gateway-unproven', { host: endpoint.host }));
  const other = await examine([system], { tools: { helper, proof: unproven } });
  expect(other.of('proof')).toMatchObject([
    { result: 'attention', says: expect.stringContaining(splitHost(profile.gateways[0] ?? '-').host) as unknown },
  ]);
  expect(other.code).not.toBe(0);
  // Nobody to ask, and no need
  expect((await examine([system])).of('proof')).toEqual([]);
  expect((await examine([profile], { tools: { helper, proof: unproven } })).of('proof')).toEqual([]);
});

test('doctor checks one profile by its id, reports an unknown id, and works without any profile', async () => {
  const { profile } = await open();
  expect((await examine([profile], {}, profile.id)).code).toBe(0);
  expect((await examine([profile], {}, 'nobody')).code).toBe(2);
  expect((await examine([])).of('gateway')).toMatchObject([{ result: 'attention' }]);
});

test('doctor and profiles take a profile as the policy lets it be used', async () => {
  const { profile } = await open();
  const other: Profile = { ...profile, protocol: 'anyconnect', tunnel: 'app' };
  const { policy } = await handPolicy(sourceOf({ tunnel: 'system' }));
  const tools = { helper: () => Promise.reject(fail('helper-missing')) };
  // Without the policy nobody needs the service
  expect((await examine([other], { tools })).of('helper')).toMatchObject([{ result: 'attention' }]);
  expect((await examine([other], { tools, policy })).of('helper')).toMatchObject([{ result: 'missing' }]);
  const list = startCli(['profiles', '--json'], { folder: await cliFolder([other]), policy });
  await list.code;
  expect(list.events).toContainEqual(expect.objectContaining({ event: 'profile', tunnel: 'system' }));
});

test('doctor does not contact a gateway that the policy does not allow, and says so', async () => {
  const { profile } = await open();
  let asked = 0;
  const loopbackPort = await listen(http.createServer().on('connection', () => (asked += 1)));
  const watched = { ...profile, connectTo: (profile.connectTo ?? []).map((entry) => ({ ...entry, loopbackPort })) };
  const { policy } = await handPolicy(sourceOf({ allowedGateways: ['vpn.elsewhere.test'] }));
  const { code, of } = await examine([watched], { policy });
  expect(of('gateway')).toMatchObject([{ result: 'attention', says: expect.stringContaining('not allowed') as unknown }]);
  expect([code, asked]).toEqual([3, 0]);
});

test('doctor names a campus of the policy whose address does not give it', async () => {
  const address = `https://localhost:${await deadPort()}/`;
  const { policy } = await handPolicy(sourceOf({ profiles: [{ address, pins: ['JEjnOQ0aoGAgqy4N0s2MMLEmkjKkL4PDlCTfdHQm3EU='] }] }));
  const { of } = await examine([], { policy });
  expect(of('policy')).toMatchObject([{ result: 'attention', says: expect.stringContaining('profiles') as unknown }]);
});
