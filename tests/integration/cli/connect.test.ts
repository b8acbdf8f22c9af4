import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { startCampus, type Campus, type CampusOptions } from '../../../campus/campus.ts';
import type { GatewayDriver } from '../../../electron/gateways/gateway.ts';
import { campusDriver } from '../../../electron/gateways/campus/driver.ts';
import { Secrets } from '../../../electron/storage/secrets.ts';
import { Settings } from '../../../electron/storage/settings.ts';
import type { Answer } from '../../../shared/prompt.ts';
import { fixedPolicy } from '../../support/policy.ts';
import { memoryKeytar } from '../../support/app.ts';
import { codeOf, student } from '../../support/access.ts';
import { answersFile, cliFolder, startCli, throughProxy, type CliRun, type Typist } from '../../support/cli.ts';
import { deadPort } from '../../support/servers.ts';

let campus: Campus | null = null;
afterEach(async () => {
  await campus?.stop();
  campus = null;
});
const open = async (options: CampusOptions = {}): Promise<Campus> => (campus = await startCampus(options));

/** The student at their terminal, who chooses a passcode unless told otherwise. */
function typing(at: Campus, other: Record<string, () => string | null> = {}): Typist {
  const usual: Record<string, () => string | null> = {
    'Proceed?': () => 'yes',
    'User ID': () => student.userId,
    'UMPASS user ID': () => student.userId,
    'password': () => student.password,
    'Number': () => codeOf(at),
    'Passcode': () => codeOf(at),
    'Approve': () => null,
  };
  return (question) => {
    const all = { ...usual, ...other };
    const key = [...Object.keys(other), ...Object.keys(usual)].find((part) => question.includes(part));
    return key === undefined ? null : (all[key]?.() ?? null);
  };
}

const connected = (run: CliRun): boolean => run.seen.includes('Connected to');
const ended = (run: CliRun) => run.events.find(({ event }) => event === 'end');

describe('connect in a terminal', () => {
  test('connect asks what the gateway asks, echoes no password, and disconnects on Ctrl-C', async () => {
    const at = await open();
    const folder = await cliFolder([at.profile]);
    const run = startCli(['connect', at.profile.id], { folder, typist: typing(at) });
    await run.until(connected);
    expect(at.records.sessions()).toHaveLength(1);
    expect(run.hidden.join(' ')).toMatch(/password/i);
    expect(run.seen).not.toContain(student.password);
    run.interrupt();
    expect(await run.code).toBe(0);
    await expect.poll(() => at.records.sessions()).toHaveLength(0);
    expect((await Settings.open(folder)).get().userIds).toEqual({ [at.profile.id]: student.userId });
  });

  test('connect sends a push only by its number, and the phone’s answer withdraws the question', async () => {
    const at = await open();
    const run = startCli(['connect', at.profile.id], { folder: await cliFolder([at.profile]), typist: typing(at, { Number: () => '1' }) });
    await run.until(({ seen }) => seen.includes('Approve it on the phone'));
    const push = at.services.factors.waiting(student.phone)[0];
    await at.services.factors.approve(student.phone, push?.id ?? '');
    await run.until(connected);
    run.interrupt();
    expect(await run.code).toBe(0);
  });

  test('a key’s code typed at connect’s menu is a passcode, and a word is not', async () => {
    const at = await open();
    let asked = 0;
    const lines = ['push', 'cccjgjgkhcbbirdrfdnlnghhfgrtnnlgedjlftrbdeut'];
    const typist = typing(at, { Number: () => lines[asked++] ?? codeOf(at) });
    const run = startCli(['connect', at.profile.id], { folder: await cliFolder([at.profile]), typist });
    await run.until(connected);
    expect(run.seen).toContain('Choose a number from 1 to');
    expect(run.seen).toContain('Wrong passcode');
    expect(at.services.factors.waiting(student.phone)).toHaveLength(0);
    run.interrupt();
    expect(await run.code).toBe(0);
  });

  test('Enter at connect leaves a push for a passcode', async () => {
    const at = await open();
    const run = startCli(['connect', at.profile.id], {
      folder: await cliFolder([at.profile]),
      typist: typing(at, { Number: () => '1', Approve: () => '' }),
    });
    await run.until(connected);
    expect(at.services.factors.waiting(student.phone)).toHaveLength(0);
  });

  test('connect reports a denied push and asks again, and Ctrl-C at a question ends on request', async () => {
    const at = await open();
    let asked = 0;
    const typist = typing(at, { Number: () => (++asked === 1 ? '1' : null) });
    const run = startCli(['connect', at.profile.id], { folder: await cliFolder([at.profile]), typist });
    await run.until(({ seen }) => seen.includes('Approve it on the phone'));
    await at.services.factors.deny(student.phone, at.services.factors.waiting(student.phone)[0]?.id ?? '');
    await run.until(({ seen }) => seen.includes('The push was denied'));
    run.interrupt();
    expect(await run.code).toBe(0);
    expect(at.services.factors.waiting(student.phone)).toHaveLength(0);
  });

  test('connect ends with 3 if the notice is not accepted with the whole word', async () => {
    const at = await open();
    const run = startCli(['connect', at.profile.id], {
      folder: await cliFolder([at.profile]),
      typist: typing(at, { 'Proceed?': () => 'y' }),
    });
    expect(await run.code).toBe(3);
  });

  test('connect accepts the notice’s own word too', async () => {
    const at = await open();
    const run = startCli(['connect', at.profile.id], {
      folder: await cliFolder([at.profile]),
      typist: typing(at, { 'Proceed?': () => 'Proceed', 'Number': () => null }),
    });
    await run.until(({ seen }) => seen.includes('Number'));
    run.interrupt();
    expect(await run.code).toBe(0);
  });

  test('connect asks about a certificate once, with its fingerprint, and remembers it as the app does', async () => {
    const at = await open();
    const profile = { ...at.profile, trust: { kind: 'system' as const } };
    const folder = await cliFolder([profile]);
    const first = startCli(['connect', profile.id], { folder, typist: typing(at, { 'same fingerprint': () => 'yes' }) });
    await first.until(connected);
    expect(first.seen).toMatch(/([0-9A-F]{2}:){31}[0-9A-F]{2}/);
    first.interrupt();
    expect(await first.code).toBe(0);
    // The code of this half minute is spent: as far as the password is far enough
    const again = startCli(['connect', profile.id], { folder, typist: typing(at, { Number: () => null }) });
    await again.until(({ seen }) => seen.includes('Number'));
    expect(again.seen).not.toContain('fingerprint');
  });

  test('connect ends with 6 if the certificate is declined', async () => {
    const at = await open();
    const profile = { ...at.profile, trust: { kind: 'system' as const } };
    const folder = await cliFolder([profile]);
    const run = startCli(['connect', profile.id], { folder, typist: typing(at, { 'same fingerprint': () => 'no' }) });
    expect(await run.code).toBe(6);
  });

  test('a second Ctrl-C ends connect at once', async () => {
    const at = await open();
    const run = startCli(['connect', at.profile.id], { folder: await cliFolder([at.profile]), typist: typing(at) });
    await run.until(connected);
    run.interrupt();
    run.interrupt();
    expect(run.left).toBe(0);
    expect(await run.code).toBe(0);
  });
});

describe('a kept key for one-time codes that has to wait for the next window', () => {
  const key = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  /** A gateway that wants a passcode before anything else; `given` is what it got. */
  const waiting = async (ms: number) => {
    const at = await open();
    const profile = { ...at.profile, keptCodes: true };
    const folder = await cliFolder([profile]);
    (await Settings.open(folder)).update(() => ({ keptCodes: { [profile.id]: Date.now() + ms } }));
    const keytar = memoryKeytar();
    const secrets = new Secrets(() => Promise.resolve(keytar));
    await secrets.setCodesKey(profile.id, key);
    const given: Answer[] = [];
    const driver: GatewayDriver = {
      ...campusDriver,
      async signIn(target, ask, signal) {
        given.push(await ask({ kind: 'passcode', lengths: [] }, { signal }));
        return campusDriver.signIn(target, ask, signal);
      },
    };
    return { at, folder, given, profile, core: { secrets, drivers: { campus: driver }, policy: fixedPolicy({ keptCodes: true }) } };
  };

  test('connect says in the terminal that a saved TOTP key waits, and then continues by itself', async () => {
    const { at, folder, given, profile, core } = await waiting(2_000);
    const run = startCli(['connect', profile.id], { folder, core, typist: typing(at, { 'Passcode': () => null, 'Proceed?': () => null }) });
    await run.until(({ seen }) => seen.includes('Proceed?'));
    expect(run.seen).toMatch(/Waiting for a new passcode, [1-3] s\. Causeway enters it by itself\. Or type another\./);
    expect(given).toEqual([{ kind: 'passcode', passcode: expect.stringMatching(/^\d{6}$/) as string }]);
    run.interrupt();
    expect(await run.code).toBe(0);
  });

  test('a code typed at connect is quicker than a waiting TOTP key', async () => {
    const { at, folder, given, profile, core } = await waiting(25_000);
    const run = startCli(['connect', profile.id], {
      folder,
      core,
      typist: typing(at, { 'Passcode': () => '417222', 'Proceed?': () => null }),
    });
    await run.until(({ seen }) => seen.includes('Proceed?'));
    expect(given).toEqual([{ kind: 'passcode', passcode: '417222' }]);
  });

  test('connect reports a waiting TOTP key in an event with the time, and needs nobody', async () => {
    const { folder, given, profile, core } = await waiting(2_000);
    const answers = await answersFile(folder, { notice: 'proceed' });
    const run = startCli(['connect', profile.id, '--json', '--answers', answers], { folder, core });
    expect(await run.code).toBe(2); // the user name is not in the file
    const prompts = run.events.filter(({ event }) => event === 'prompt');
    expect(prompts[0]).toMatchObject({ kind: 'passcode', autoAnswerAt: expect.any(Number) as number });
    expect(prompts.slice(1).every((prompt) => !('autoAnswerAt' in prompt))).toBe(true);
    expect(given).toHaveLength(1);
  });
});

describe('connect with answers', () => {
  test('connect signs in unattended and reports in events, none of which contains a secret', async () => {
    const at = await open();
    const folder = await cliFolder([at.profile]);
    const passcode = codeOf(at);
    const answers = await answersFile(folder, { notice: 'proceed', user: student.userId, password: student.password, passcode });
    const run = startCli(['connect', at.profile.id, '--answers', answers, '--app-tunnel', '0', '--json'], { folder });
    await run.until(({ events }) => events.find((event) => event.event === 'state' && event.portal === 'up'));
    run.interrupt();
    expect(await run.code).toBe(0);
    expect(run.events.map((event) => (event.event === 'state' ? event.state : event.event))).toEqual(
      expect.arrayContaining(['proxy', 'checking', 'contacting', 'prompt', 'opening', 'connected', 'closing', 'end']),
    );
    for (const secret of [student.password, passcode, 'secret']) expect(run.out).not.toContain(secret);
    expect(ended(run)).toEqual({ event: 'end', exitCode: 0 });
  });

  test('connect sends a wrong password once, and ends with 3', async () => {
    const at = await open();
    const folder = await cliFolder([at.profile]);
    const answers = await answersFile(folder, { notice: 'proceed', user: student.userId, password: 'wrong' });
    const run = startCli(['connect', at.profile.id, '--answers', answers, '--json'], { folder });
    expect(await run.code).toBe(3);
    expect(ended(run)).toMatchObject({ failure: { code: 'sign-in-rejected' } });
    expect(run.events.filter((event) => event.event === 'prompt' && event.kind === 'credentials')).toHaveLength(2);
  });

  test('connect sends a wrong passcode once, and ends with 4 (Tunnelblick#626: a spent code is never tried again by itself)', async () => {
    const at = await open();
    const folder = await cliFolder([at.profile]);
    const answers = await answersFile(folder, { notice: 'proceed', user: student.userId, password: student.password, passcode: '000000' });
    const run = startCli(['connect', at.profile.id, '--answers', answers, '--json'], { folder });
    expect(await run.code).toBe(4);
    expect(ended(run)).toMatchObject({ failure: { code: 'passcode-wrong' } });
    expect(at.services.factors.waiting(student.phone)).toHaveLength(0);
  });

  test('connect ends with 2 at once if the answers lack something and there is no terminal', async () => {
    const at = await open();
    const folder = await cliFolder([at.profile]);
    const run = startCli(['connect', at.profile.id, '--answers', await answersFile(folder, { notice: 'proceed' }), '--json'], { folder });
    expect(await run.code).toBe(2);
    expect(ended(run)).toMatchObject({ says: expect.stringContaining('credentials') as unknown });
  });

  test('connect ends with 7 when the operator ends the session', async () => {
    const at = await open();
    const folder = await cliFolder([at.profile]);
    const answers = await answersFile(folder, {
      notice: 'proceed',
      user: student.userId,
      password: student.password,
      passcode: codeOf(at),
    });
    const run = startCli(['connect', at.profile.id, '--answers', answers, '--json'], { folder });
    await run.until(({ events }) => events.find((event) => event.event === 'state' && event.state === 'connected'));
    await at.control.end(at.records.sessions()[0]?.id ?? '');
    expect(await run.code).toBe(7);
    expect(ended(run)).toMatchObject({ failure: { code: 'session-revoked' } });
  });

  test('connect accepts only the certificate that the answers name', async () => {
    const at = await open();
    const folder = await cliFolder([{ ...at.profile, trust: { kind: 'system' } }]);
    const certificate = Array.from({ length: 32 }, () => 'AB').join(':');
    const run = startCli(['connect', at.profile.id, '--answers', await answersFile(folder, { certificate })], { folder });
    expect(await run.code).toBe(6);
  });
});

describe('a sign-in on a page', () => {
  const onPage = async (where: 'window' | 'own', typist?: Typist) => {
    const at = await open();
    const folder = await cliFolder([at.profile]);
    const given: Answer[] = [];
    const driver: GatewayDriver = {
      ...campusDriver,
      async signIn(target, ask, signal) {
        given.push(await ask({ kind: 'browser', host: 'idp.campus.test', where }, { signal }));
        return campusDriver.signIn(target, ask, signal);
      },
    };
    const answers = ['--answers', await answersFile(folder, {})];
    const argv = ['connect', at.profile.id, ...(typist ? [] : answers)];
    return { given, run: startCli(argv, { folder, core: { drivers: { campus: driver } }, ...(typist && { typist }) }) };
  };

  test('a sign-in in the person’s own browser opens when they press Enter', async () => {
    const { given, run } = await onPage('own', (question) => (question.includes('Press Enter') ? '' : null));
    await run.until(({ seen }) => seen.includes('Proceed?'));
    expect(given).toEqual([{ kind: 'browser', where: 'own' }]);
    expect(run.seen).toContain('idp.campus.test asks you to sign in in your own browser');
  });

  test.each<[string, 'window' | 'own', Typist | undefined]>([
    ['in the app’s window', 'window', () => ''],
    ['of anybody’s browser, with nobody there,', 'own', undefined],
  ])('a sign-in on a page %s needs the app: 8', async (_what, where, typist) => {
    const { given, run } = await onPage(where, typist);
    expect(await run.code).toBe(8);
    expect(run.seen).toContain('Open Causeway and connect there');
    expect(run.seen).not.toMatch(/not installed|apt install/);
    expect(given).toEqual([]);
  });
});

describe('connect elsewhere', () => {
  test('connect ends with 5 if the gateway cannot be reached', async () => {
    const at = await open();
    const port = await deadPort();
    const connectTo = at.profile.connectTo?.map((entry) => ({ ...entry, loopbackPort: port })) ?? [];
    const folder = await cliFolder([{ ...at.profile, connectTo }]);
    const run = startCli(['connect', at.profile.id, '--answers', await answersFile(folder, {}), '--json'], { folder });
    expect(await run.code).toBe(5);
    expect(ended(run)).toMatchObject({
      failure: { code: 'gateway-unreachable' },
      says: expect.stringMatching(/cannot be reached from here\..*Check that/) as unknown,
    });
  });

  test('connect ends with 8 if this build lacks the driver', async () => {
    const at = await open();
    const folder = await cliFolder([{ ...at.profile, protocol: 'nc', tunnel: 'app' }]);
    const run = startCli(['connect', at.profile.id, '--answers', await answersFile(folder, {}), '--json'], { folder });
    expect(await run.code).toBe(8);
    expect(ended(run)).toMatchObject({ failure: { code: 'component-missing' } });
  });

  test('connect uses a profile file that nobody has added', async () => {
    const at = await open();
    const folder = await cliFolder();
    const file = join(folder, 'campus.causeway');
    await writeFile(file, JSON.stringify(at.profile));
    const run = startCli(['connect', file], { folder, typist: typing(at) });
    await run.until(connected);
    run.interrupt();
    expect(await run.code).toBe(0);
    expect((await Settings.open(folder)).get().profiles).toEqual([]);
  });

  test('other programs use connect’s proxy with this run’s secret, and not without', async () => {
    const at = await open();
    const folder = await cliFolder([at.profile]);
    const run = startCli(['connect', at.profile.id, '--app-tunnel', '0'], { folder, typist: typing(at) });
    await run.until(connected);
    const [, user = '', secret = '', port = ''] = /http:\/\/(\w+):([\w-]+)@127\.0\.0\.1:(\d+)/.exec(run.seen) ?? [];
    const target = new URL(at.profile.portal.address);
    const through = (credentials: string): Promise<number> =>
      throughProxy(`http://127.0.0.1:${port}`, credentials, `${target.hostname}:${target.port === '' ? 443 : target.port}`);
    expect(await through(`${user}:${secret}`)).toBe(200);
    expect(await through(`${user}:guess`)).toBe(407);
    run.interrupt();
    expect(await run.code).toBe(0);
    await expect(through(`${user}:${secret}`)).rejects.toThrow('ECONNREFUSED');
  });

  test('connect ends with 2 before it asks anything if the proxy’s port is taken', async () => {
    const at = await open();
    const server = http.createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    const run = startCli(['connect', at.profile.id, '--app-tunnel', port], { folder: await cliFolder([at.profile]), typist: typing(at) });
    expect(await run.code).toBe(2);
    expect(run.seen).not.toContain('Proceed?');
  });
});
