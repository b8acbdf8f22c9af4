import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { argumentsFor, type OpenConnectTarget } from '../../electron/tunnels/openconnect/arguments.ts';
import { missingForWine, winesPerson, Wine, type RunningHelper, type WineClient } from './wine.ts';
import { agentFor } from '../../shared/user-agent.ts';

const missing = missingForWine();
const within = 30_000;
const routesBefore = ['0.0.0.0 0.0.0.0 192.0.2.1', '203.0.113.0 255.255.255.0 192.0.2.9'];

const request = (type: string, more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'ask',
  withinMs: within,
  request: { id: 0, type, ...more },
});
const pin = `${'A'.repeat(43)}=`;
const target: OpenConnectTarget = {
  protocol: 'anyconnect',
  connectUrl: 'https://vpn.campus.test/',
  agent: agentFor('win32'),
  address: '192.0.2.7',
  proxy: null,
};
const open = (host = 'vpn.campus.test') =>
  request('open', { target: { ...target, connectUrl: `https://${host}/` }, cookie: 'webvpn=0123456789' });
const close = (signOut: boolean) => request('close', { signOut });

describe.skipIf(missing !== null)('the helper as an executable for Windows', { timeout: 120_000 }, () => {
  let wine: Wine;
  let client: WineClient;
  let helpers: RunningHelper[] = [];
  beforeAll(async () => {
    wine = await Wine.start();
    client = await wine.client();
  }, 300_000);
  afterAll(() => wine.stop());
  beforeEach(() => {
    wine.configure({ users: ['root'], gateways: [{ host: 'vpn.campus.test', trust: { pins: [pin] } }] });
    rmSync(wine.lab, { recursive: true });
    mkdirSync(wine.lab);
    writeFileSync(join(wine.lab, 'routes.txt'), `${routesBefore.join('\n')}\n`);
  });
  afterEach(async () => {
    await Promise.all(helpers.map((helper) => helper.kill()));
    helpers = [];
    await client.ask({ type: 'let-go' });
    // Whatever a test did: nothing that others put into the folder of the start, or first on the PATH, was started
    expect(wine.read('planted.txt')).toBe('');
  });

  const start = async (): Promise<RunningHelper> => {
    const helper = await wine.helper();
    helpers.push(helper);
    return helper;
  };
  const routes = (): string[] => wine.read('routes.txt').split('\n').filter(Boolean).sort();
  const failsWith = (code: string) => ({ failure: expect.objectContaining({ code }) as unknown });

  test('the helper asks Windows for users, program folders and an interface’s traffic', async () => {
    expect(await client.ask({ type: 'facts' })).toEqual({
      sid: winesPerson,
      root: winesPerson,
      nobody: null,
      systemFolder: 'C:\\windows\\system32',
      startedAt: expect.stringMatching(/^\d{15,}$/) as unknown,
      program: 'C:\\Program Files\\Causeway\\resources\\native\\client.exe',
      adapter: {
        description: expect.stringMatching(/lo/i) as unknown,
        type: 24,
        received: expect.any(Number) as unknown,
        sent: expect.any(Number) as unknown,
      },
    });
  });

  test('the helper recognizes files that others can change, directly or by a folder above', async () => {
    const folder = wine.path('rights');
    mkdirSync(join(folder, 'open', 'below'), { recursive: true });
    for (const file of ['mine', 'everybodys', 'open/mine', 'open/below/mine']) writeFileSync(join(folder, file), '');
    chmodSync(join(folder, 'everybodys'), 0o666);
    chmodSync(join(folder, 'open'), 0o777);
    const paths = ['mine', 'everybodys', 'open\\mine', 'open\\below\\mine', 'absent'].map((name) => `C:\\rights\\${name}`);
    expect(await client.ask({ type: 'alone', paths: [...paths, '\\\\?\\C:\\rights\\mine', '\\rights\\mine'] })).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  test('the helper serves nobody without a configuration, or with one that others can change', async () => {
    const file = join(wine.data, 'helper.json');
    chmodSync(file, 0o666);
    const tampered = await start();
    expect(tampered.log()).toContain('helper.json must exist');
    expect(tampered.child.exitCode).toBe(1);
    rmSync(file);
    expect((await start()).child.exitCode).toBe(1);
    expect(await client.ask(request('status'))).toEqual(failsWith('helper-missing'));
  });

  test('the helper starts from no journal that others could have written', async () => {
    const state = join(wine.data, 'state');
    mkdirSync(state, { recursive: true });
    chmodSync(state, 0o777);
    onTestFinished(() => chmodSync(state, 0o755));
    const helper = await start();
    expect(helper.log()).toMatch(/only administrators may be able to change .*state/);
    expect(helper.child.exitCode).toBe(1);
  });

  test('the helper gives its pipe to one user, and keeps the network out', async () => {
    await start();
    const { descriptor, isOurs } = await client.rights();
    expect(isOurs).toBe(true);
    expect(descriptor?.owner).toBe('S-1-5-32-544');
    expect(descriptor?.entries?.map(({ kind, sid }) => `${kind} ${sid ?? ''}`)).toEqual([
      'deny S-1-5-2',
      'allow S-1-5-18',
      'allow S-1-5-32-544',
      `allow ${winesPerson}`,
    ]);
  });

  test('the helper has no pipe for an unknown person, and no tunnel for a removed one or to another gateway', async () => {
    wine.configure({ users: ['S-1-5-21-1-2-3-1001'], gateways: ['vpn.campus.test'] });
    const helper = await start();
    expect(helper.log()).toContain('ready for S-1-5-21-1-2-3-1001');
    expect(await client.ask(open())).toEqual(failsWith('helper-missing'));
    await helper.kill();

    wine.configure({ users: [winesPerson], gateways: ['vpn.campus.test'] });
    await start();
    expect(await client.ask(open('other.campus.test'))).toEqual(failsWith('helper-denied'));
    wine.configure({ users: ['S-1-5-21-1-2-3-1001'], gateways: ['vpn.campus.test'] });
    expect(await client.ask(open())).toEqual(failsWith('helper-denied'));
    expect(wine.read('openconnect.txt')).toBe('');
  });

  test('the helper starts nothing with a library beside it that others can change', async () => {
    await start();
    const library = join(wine.native, 'wintun.dll');
    chmodSync(library, 0o666);
    onTestFinished(() => chmodSync(library, 0o644));
    expect(await client.ask(open())).toEqual(failsWith('component-missing'));
    expect(wine.read('openconnect.txt')).toBe('');
    expect(routes()).toEqual(routesBefore);
  });

  test('a pipe whose name somebody took first learns no ticket, and only that person loses the helper', async () => {
    wine.configure({ users: ['root', 'S-1-5-21-1-2-3-1001'], gateways: ['vpn.campus.test'] });
    await client.ask({ type: 'squat' });
    onTestFinished(async () => {
      await client.ask({ type: 'stop-squatting' });
    });
    expect(await client.ask(open())).toEqual({
      failure: expect.objectContaining({ code: 'helper-missing', detail: "another program answers at the helper's address" }) as unknown,
    });
    expect(await client.ask({ type: 'heard' })).toEqual({ connections: expect.any(Number) as unknown, text: '' });
    const helper = await start();
    expect(helper.child.exitCode).toBeNull();
    expect(helper.log()).toMatch(/no socket for root: .* belongs to another user/);
    expect(helper.log()).toContain('ready for S-1-5-21-1-2-3-1001');
  });

  describe('the app’s own pipe, for command lines', () => {
    afterEach(async () => {
      await client.ask({ type: 'control-stop' });
    });

    test('the app’s pipe belongs to the person, admits them, the system and its administrators, and not the network', async () => {
      expect(await client.ask({ type: 'control-serve' })).toEqual({
        sid: winesPerson,
        isOurs: true,
        descriptor: {
          owner: winesPerson,
          entries: ['S-1-5-2', 'S-1-5-18', 'S-1-5-32-544', winesPerson].map((sid) => expect.objectContaining({ sid }) as unknown),
        },
      });
      // And who looks for the app finds it
      expect(await client.ask({ type: 'control-find' })).toEqual({ access: { kind: 'idle', ending: null }, profiles: 0 });
    });

    test.each(['default', 'administrators'])(
      'nothing is sent to a pipe that somebody else made (%s), and the app continues without it',
      async (rights) => {
        await client.ask({ type: 'control-squat', rights });
        expect(await client.ask({ type: 'control-find' })).toEqual(failsWith('control-foreign'));
        expect(await client.ask({ type: 'heard' })).toMatchObject({ text: '' });
        expect(await client.ask({ type: 'control-serve' })).toEqual(failsWith('not-now'));
      },
    );

    test('setting rights again and again uses no more memory', async () => {
      await client.ask({ type: 'give-rights', times: 2_000 });
      const { grownBy } = z.object({ grownBy: z.number() }).parse(await client.ask({ type: 'give-rights', times: 100_000 }));
      // Each list is some 150 bytes, and as many of them 15 MB
      expect(grownBy).toBeLessThan(7_000_000);
    });

    test('a busy pipe is waited for, with a time limit and without polling', async () => {
      const looked = z
        .object({ descriptor: z.null(), ms: z.number(), cpuMs: z.number() })
        .parse(await client.ask({ type: 'look-at-busy' }));
      expect(looked.ms).toBeGreaterThan(300);
      expect(looked.ms).toBeLessThan(2_000);
    });
  });

  test('the helper opens a tunnel, and restores everything at its close, with a sign-out', async () => {
    const helper = await start();
    expect(await client.ask(open())).toEqual({
      id: expect.any(Number) as unknown,
      state: {
        kind: 'up',
        host: 'vpn.campus.test',
        device: 'causeway0',
        nameServers: ['10.60.0.53'],
        expiresAt: null,
        idleSeconds: 900,
      },
    });
    const lines = wine.read('openconnect.txt').split('\n');
    const args = lines.filter((line) => line.startsWith('word ')).map((line) => line.slice(5));
    const ours = argumentsFor(target, { kind: 'pins', pins: [pin] });
    expect(ours).toContain('--cookie-on-stdin');
    expect(args).toEqual([
      ...ours.slice(0, -1),
      '--interface=causeway0',
      '--script',
      'C:\\ProgramData\\Causeway\\state\\openconnect-script.js',
      'https://vpn.campus.test/',
    ]);
    expect(lines).toContain('cookie webvpn=0123456789');
    expect(lines.filter((line) => line.includes('0123456789'))).toHaveLength(1);
    expect(lines).toContain('environment PATH=C:\\windows\\system32');
    expect(lines).toContain('folder C:\\windows\\system32');
    expect(wine.read('script.txt')).toBe('connect causeway0 7 192.0.2.7 banner:\n');
    expect(routes()).toEqual([routesBefore[0], '192.0.2.7 255.255.255.255 192.0.2.1', '198.51.100.0 255.255.255.0 192.0.2.1']);

    expect(await client.ask(close(true))).toMatchObject({ state: { kind: 'closed' } });
    expect(wine.read('openconnect.txt')).toContain('left ctrl-c');
    expect(wine.read('script.txt')).toContain('disconnect causeway0 7');
    expect(routes()).toEqual(routesBefore);
    expect(existsSync(join(wine.data, 'state', 'journal.json'))).toBe(false);
    expect(existsSync(join(wine.lab, 'hacked.txt'))).toBe(false);
    expect(helper.log()).not.toContain('0123456789');
  });

  test('the helper starts no program planted in its start folder or first on the PATH', async () => {
    // The trap works: who starts a program by its name alone starts theirs
    for (const name of ['route', 'cscript.exe', 'openconnect']) await client.ask({ type: 'start-by-name', name });
    const planted = ['route.com', 'cscript.exe', 'openconnect.com'].map((name) => `C:\\Downloads\\${name}\n`);
    expect(wine.read('planted.txt').toLowerCase().split('\n').filter(Boolean)).toHaveLength(planted.length);
    rmSync(join(wine.lab, 'planted.txt'));

    await start();
    expect(await client.ask(open())).toMatchObject({ state: { kind: 'up' } });
    expect(await client.ask(close(true))).toMatchObject({ state: { kind: 'closed' } });
    await client.ask(open());
    wine.killAll('openconnect.exe');
    await expect.poll(() => client.ask(request('status'))).toMatchObject({ state: { kind: 'closed' } });
    // Windows's own and the package's did the work
    expect(wine.read('script.txt')).toContain('disconnect causeway0 7');
    expect(routes()).toEqual(routesBefore);
    expect(wine.read('planted.txt')).toBe('');
  });

  test('the helper keeps the gateway’s session when a tunnel closes without signing out', async () => {
    await start();
    await client.ask(open());
    expect(await client.ask(close(false))).toMatchObject({ state: { kind: 'closed' } });
    expect(wine.read('openconnect.txt')).not.toContain('left ctrl-c');
    expect(wine.read('script.txt')).toContain('disconnect causeway0 7');
    expect(routes()).toEqual(routesBefore);
  });

  test('the helper restores everything when openconnect is killed', async () => {
    await start();
    await client.ask(open());
    wine.killAll('openconnect.exe');
    await expect.poll(() => client.ask(request('status'))).toMatchObject({ state: { kind: 'closed' } });
    expect(wine.read('script.txt')).toContain('disconnect causeway0 7');
    expect(routes()).toEqual(routesBefore);
  });

  test('the next helper restores everything after the helper was killed, openconnect included', async () => {
    const helper = await start();
    await client.ask(open());
    expect(routes()).not.toEqual(routesBefore);
    expect(wine.processes()).toContain('openconnect.exe');
    await helper.kill();
    const next = await start();
    expect(next.log()).toContain('restored the network that an earlier run left changed');
    expect(routes()).toEqual(routesBefore);
    await expect.poll(() => wine.processes()).not.toContain('openconnect.exe');
    expect(await client.ask(request('status'))).toMatchObject({ state: { kind: 'closed' } });
    // And it works as before
    expect(await client.ask(open())).toMatchObject({ state: { kind: 'up' } });
    await client.ask(close(true));
    expect(routes()).toEqual(routesBefore);
  });
});
