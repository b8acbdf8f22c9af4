import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startCampus, type Campus } from '../../../campus/campus.ts';
import { readCommand } from '../../../campus/flags.ts';
import { localAddress, nameOfDirectory } from '../../../campus/local-socket.ts';
import { readProfile } from '../../../shared/profile.ts';
import { codeAt } from '../../../campus/factors/totp.ts';
import { openStore } from '../../../campus/store.ts';
import { mei } from '../../support/campus/campus-services.ts';
import { credentials, GatewayClient, proceed, withPasscode } from '../../support/campus/gateway-client.ts';
import { removeFolder } from '../../support/folders.ts';

const readySchema = z.object({
  ready: z.literal(true),
  port: z.number(),
  portalPort: z.number(),
  dataDirectory: z.string(),
  authority: z.object({ pem: z.string(), sha256: z.string() }),
});
type Ready = z.infer<typeof readySchema>;

let scratch: string;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'causeway-test-'));
});
afterAll(async () => {
  await Promise.all([...children].map((child) => kill(child, 'SIGKILL')));
  await removeFolder(scratch);
});

const launch = (...flags: string[]): ChildProcess => {
  // A runtime directory of its own, so that no campus of the developer's is met
  const child = spawn(process.execPath, ['--import', 'tsx', 'campus/main.ts', ...flags], {
    env: { ...process.env, XDG_RUNTIME_DIR: scratch },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
};

/** Runs to its end. */
async function run(...flags: string[]): Promise<{ code: unknown; out: string; error: string }> {
  const child = launch(...flags);
  const output = { out: '', error: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.out += String(chunk)));
  child.stderr?.on('data', (chunk: Buffer) => (output.error += String(chunk)));
  const [code] = (await once(child, 'close')) as unknown[];
  return { code, ...output };
}

/** Starts a campus and waits until it says that it is ready. */
async function start(...flags: string[]): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = launch('--port', '0', '--json', '--quiet', ...flags);
  if (!child.stdout) throw new Error('the campus has no output');
  for await (const line of createInterface({ input: child.stdout })) return { child, ready: readySchema.parse(JSON.parse(line)) };
  throw new Error('the campus said nothing');
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** Whether something listens on a loopback port. */
const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** How many TCP ports this process listens on, by the kernel's own tables. */
async function listeningPorts(pid: number): Promise<number> {
  const tables = (await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')))).join('\n');
  const listening = new Set(tables.split('\n').flatMap((line) => (/^\s*\d+: \S+ \S+ 0A /.test(line) ? [line.trim().split(/\s+/)[9]] : [])));
  const files = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  return targets.filter((target) => listening.has(/^socket:\[(\d+)\]$/.exec(target)?.[1])).length;
}

describe('the portal', () => {
  let off: Campus;
  let on: Campus;
  beforeAll(async () => {
    [off, on] = await Promise.all([startCampus(), startCampus({ onCampus: true })]);
  });
  afterAll(() => Promise.all([off.stop(), on.stop()]));

  test('the portal listens on no port off campus, only at a socket that is this user’s alone', async () => {
    expect(await listens(off.port)).toBe(true);
    expect(await listens(off.portalPort)).toBe(false);
    const socket = await localAddress(`portal-${nameOfDirectory(off.dataDirectory)}`);
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    expect((await stat(join(socket, '..'))).mode & 0o777).toBe(0o700);
  });

  test('the portal listens on its port on campus', async () => {
    expect(await listens(on.portalPort)).toBe(true);
  });

  test.runIf(process.platform === 'linux')(
    'the portal adds no listening port to a campus process off campus, by the kernel’s tables',
    async () => {
      const { child } = await start();
      expect(await listeningPorts(child.pid ?? 0)).toBe(1);
      await kill(child, 'SIGTERM');
    },
  );

  test('the portal is named in a profile that clients read without loss', () => {
    for (const campus of [off, on]) {
      const { profile, dropped } = readProfile(JSON.stringify(campus.profile));
      expect(dropped).toEqual([]);
      expect(profile).toEqual(campus.profile);
      expect(profile.connectTo).toContainEqual({ host: '2fa.campus.test', port: 443, loopbackPort: campus.portalPort });
    }
  });
});

describe('a campus that is killed', () => {
  test('a killed campus has its people, authority and sessions again when it restarts', async () => {
    const data = join(scratch, 'killed');
    const { child, ready } = await start('--data', data);
    const client = await signIn(ready, data);
    const { ticket, session, expiresAt } = await client.next('granted');
    client.send({ type: 'extend' });
    const extended = await client.next('extended');
    expect(extended.expiresAt).toBeGreaterThan(expiresAt);
    await kill(child, 'SIGKILL');

    const back = await start('--data', data);
    expect(back.ready.authority).toEqual(ready.authority);
    const again = await GatewayClient.open(back.ready);
    again.hello('A', ticket);
    expect(await again.next('granted')).toMatchObject({ session, ticket, expiresAt: extended.expiresAt });
    again.send({ type: 'bye' });
    await again.next('ended');
    await kill(back.child, 'SIGKILL');

    const third = await start('--data', data);
    const late = await GatewayClient.open(third.ready);
    late.hello('A', ticket);
    expect(await late.next('refused')).toMatchObject({ code: 'ticket-rejected' });
    await kill(third.child, 'SIGTERM');
  }, 120_000);

  /** With a code computed from the key in the store: no phone page is needed. */
  async function signIn(campus: Ready, data: string): Promise<GatewayClient> {
    const key = (await openStore(data)).document.devices.find((device) => device.userId === mei.userId)?.key ?? '';
    const client = await GatewayClient.open(campus);
    client.hello();
    await client.prompt('notice');
    client.answer(proceed);
    await client.prompt('credentials');
    client.answer(credentials(mei.userId, mei.password));
    await client.prompt('second-factor');
    client.answer(withPasscode(codeAt(key, Date.now())));
    return client;
  }
});

describe('the command line', () => {
  test('the campus command starts, lists, ends, locks, stops and leaves nothing behind', async () => {
    const { child, ready } = await start('--session-minutes', '5', '--idle-minutes', '0.5', '--number-matching');
    expect(await run('sessions')).toEqual({ code: 0, out: 'Nobody is signed in.\n', error: '' });
    expect(await run('end', 'nothing')).toMatchObject({ code: 1 });
    expect(await run('lock', 'Mei.Chan')).toEqual({ code: 0, out: 'Done.\n', error: '' });
    await kill(child, 'SIGTERM');
    expect(await run('sessions')).toEqual({ code: 1, out: '', error: 'No campus is running.\n' });
    await expect(stat(ready.dataDirectory)).rejects.toThrow('ENOENT');
    expect(await readdir(join(scratch, `causeway-campus-${process.getuid?.() ?? 0}`))).toEqual([]);
  }, 120_000);

  test('the campus command prints addresses, people and the fingerprint, and reads people from a file', async () => {
    const people = join(scratch, 'people.json');
    const person = { userId: 'li.na', name: 'Li Na', role: 'staff', password: 'secret-1', dateOfBirth: '1990-01-01', lastFour: '0000' };
    await writeFile(people, JSON.stringify({ people: [person], phones: [] }));
    const child = launch('--port', '0', '--people', people, '--sign-in', 'pages');
    let printed = '';
    if (!child.stdout) throw new Error('the campus has no output');
    for await (const line of createInterface({ input: child.stdout })) {
      printed += `${line}\n`;
      if (line.startsWith('Data: ')) child.kill('SIGINT');
    }
    expect(printed).toMatch(/^li\.na +secret-1 +staff +1990-01-01 +0000 +none$/m);
    expect(printed).toMatch(/SHA-256: ([0-9A-F]{2}:){31}[0-9A-F]{2}/);
    expect(printed).toContain('https://phone.localhost:');
    expect(printed).toMatch(/^Profile +https:\/\/localhost:\d+\/campus-test-pages\.causeway$/m);
  }, 120_000);

  test('the campus command explains what it does not understand', async () => {
    const wrong = [
      [['--colour'], '--colour'],
      [['--port', '70000'], '--port'],
      [['--session-minutes', '0'], '--session-minutes'],
      [['--idle-minutes', 'soon'], '--idle-minutes'],
      [['--sign-in', 'fax'], '--sign-in'],
      [['dance'], 'dance'],
      [['end'], 'end'],
      [['sessions', 'all'], 'sessions all'],
    ] as const;
    for (const [flags, named] of wrong) {
      expect(readCommand(flags)).toEqual({ kind: 'wrong', message: expect.stringContaining(named) as string });
    }
    const { code, error } = await run('--colour');
    expect(code).toBe(2);
    expect(error).toContain('--colour');
    expect(error).toContain('Usage:');
  });

  test('the campus command reports errors in its files, and changes none of them', async () => {
    const data = await mkdtemp(join(scratch, 'damaged-'));
    await writeFile(join(data, 'campus.json'), '{');
    const { code, error } = await run('--port', '0', '--data', data);
    expect(code).toBe(1);
    expect(error).toContain(join(data, 'campus.json'));
    expect(await readFile(join(data, 'campus.json'), 'utf8')).toBe('{');
  }, 120_000);
});

describe('a second campus', () => {
  test('a second campus is refused on the same data and on the same port', async () => {
    const dataDirectory = await mkdtemp(join(scratch, 'shared-'));
    const first = await startCampus({ dataDirectory });
    await expect(startCampus({ dataDirectory })).rejects.toMatchObject({ failure: { code: 'not-now' } });
    await expect(startCampus({ port: first.port })).rejects.toMatchObject({ failure: { code: 'not-now' } });
    await first.stop();
    const next = await startCampus({ dataDirectory, port: first.port });
    await next.stop();
  });
});
