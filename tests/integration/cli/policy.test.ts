import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { policyKeys } from '../../../shared/policy/keys.ts';
import type { Profile } from '../../../shared/profile.ts';
import { canMount } from '../../support/small-disk.ts';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { commandFile, startWithin, type RunningCommand } from '../../peers/command.ts';
import { FormGateway, signInForm } from '../../peers/gateways/form-gateway.ts';
import { missingLibrary } from '../../peers/openconnect-bench.ts';

/** What whoever administers a computer decides, from the file in `/etc` to where it counts. `/etc` is a copy that only the command sees. */
describe.skipIf(!canMount() || missingLibrary() !== null)('the policy of this computer', () => {
  let folder: string;
  const etc = () => path.join(folder, 'etc');
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cw-policy-'));
    await chmod(folder, 0o755);
    await cp('/etc', etc(), { recursive: true, verbatimSymlinks: true });
    await mkdir(path.join(etc(), 'causeway'), { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const within = () => ['--mount', 'sh', '-c', 'mount --bind "$0" /etc && exec "$@"', etc()];

  async function command(policy: Record<string, unknown>, ...argv: string[]): Promise<RunningCommand> {
    await writeFile(path.join(etc(), 'causeway', 'policy.json'), JSON.stringify(policy), { mode: 0o644 });
    return startWithin(['unshare', ...within()], ...argv);
  }

  const scan = `<config-auth client="vpn" type="auth-request"><host-scan><host-scan-ticket>t</host-scan-ticket><host-scan-token>k</host-scan-token>
    <host-scan-base-uri>/CACHE/</host-scan-base-uri><host-scan-wait-uri>/wait</host-scan-wait-uri></host-scan>
    <auth id="main"><form method="post" action="/"><input type="text" name="username"/></form></auth></config-auth>`;

  /** The command's run to its end, at a gateway of this kind; `program` is one that notes in `ran` what it was called with. */
  async function connect(next: Parameters<typeof FormGateway.start>[0], policy: (program: string) => Record<string, unknown>) {
    const place = await cliFolder();
    const ran = path.join(folder, 'ran');
    await rm(ran, { force: true });
    const program = path.join(folder, 'program');
    await writeFile(program, `#!/bin/sh\necho "$@" > ${ran}\n`, { mode: 0o755 });
    const gateway = await FormGateway.start(next);
    onTestFinished(() => gateway.stop());
    const file = path.join(place, 'campus.causeway');
    await writeFile(file, JSON.stringify(gateway.profile()));
    const answers = await answersFile(place, { user: 'mei', password: 'harbour' });
    const running = await command(policy(program), 'connect', file, '--answers', answers, '--user-data-dir', place);
    await running.exit;
    return { ran, gateway, running };
  }
  const connectToOneThatLooks = (policy: (program: string) => Record<string, unknown>) =>
    connect(({ fields }) => ('username' in fields ? 'success' : existsSync(path.join(folder, 'ran')) ? signInForm : { raw: scan }), policy);
  const connectToPlainOne = (policy: (program: string) => Record<string, unknown>) =>
    connect(({ init }) => (init ? signInForm : 'success'), policy);

  test('a host check is answered only by the program that policy names', async () => {
    const { ran, gateway, running } = await connectToOneThatLooks((program) => ({ hostCheckWrapper: program }));
    expect(readFileSync(ran, 'utf8')).toContain('-ticket');
    expect(gateway.requests.at(-1)?.fields).toMatchObject({ username: 'mei' });
    expect(running.out()).toContain('"state":"opening"');

    const without = await connectToOneThatLooks(() => ({}));
    expect(without.running.events().at(-1)).toMatchObject({ event: 'end', exitCode: 3, failure: { code: 'host-check' } });
    expect(existsSync(without.ran)).toBe(false);
  });

  test('people sign in to a gateway with old TLS if policy allows it, and doctor agrees', async () => {
    const old = { tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } } as const;
    const gateway = await FormGateway.start(({ init }) => (init ? signInForm : 'success'), '127.0.0.1', old);
    onTestFinished(() => gateway.stop());
    const place = await cliFolder();
    const file = path.join(place, 'campus.causeway');
    await writeFile(file, JSON.stringify(gateway.profile()));
    const answers = await answersFile(place, { user: 'mei', password: 'harbour' });
    for (const [oldTls, isLetIn] of [
      ['allow', true],
      ['refuse', false],
      // A word that nobody knows allows nothing
      ['yes', false],
    ] as const) {
      const before = gateway.requests.length;
      const running = await command({ oldTls }, 'connect', file, '--answers', answers, '--user-data-dir', place);
      await running.exit;
      const doctor = await command({ oldTls }, 'doctor', file, '--user-data-dir', place);
      await doctor.exit;
      const check = doctor.events().find((event) => event.event === 'check' && event.check === 'gateway');
      expect(running.out().includes('"state":"opening"')).toBe(isLetIn);
      expect(running.out().includes('"old-tls"')).toBe(!isLetIn);
      expect(gateway.requests.slice(before).some(({ fields }) => 'password' in fields)).toBe(isLetIn);
      expect(check).toMatchObject({ result: isLetIn ? 'ok' : 'attention' });
    }
  });

  test('a policy file that others can write is ignored, and that is reported', async () => {
    await chmod(path.join(etc(), 'causeway'), 0o777);
    onTestFinished(() => chmod(path.join(etc(), 'causeway'), 0o755));
    const { ran, running } = await connectToOneThatLooks((program) => ({ hostCheckWrapper: program }));
    expect(existsSync(ran)).toBe(false);
    expect(running.events()).toContainEqual(
      expect.objectContaining({ event: 'notice', failure: expect.objectContaining({ code: 'policy-ignored' }) as unknown }),
    );
  });

  test('the library that policy names is the only one used', async () => {
    const { running } = await connectToOneThatLooks(() => ({ library: '/nowhere/libopenconnect.so.5' }));
    const failure = { code: 'component-missing', params: { component: 'libopenconnect' } };
    expect(running.events().at(-1)).toMatchObject({ event: 'end', exitCode: 8, failure });
  });

  test('the programs that policies named before are read without fault, started by nobody, and said to be unused', async () => {
    const { ran, running } = await connectToPlainOne((program) => ({ openconnect: program, ocproxy: program }));
    expect(running.events()).toContainEqual(expect.objectContaining({ event: 'state', state: 'opening' }));
    expect(running.events().filter(({ event }) => event === 'notice')).toEqual([]);
    expect(existsSync(ran)).toBe(false);
    const said = await command({ openconnect: '/opt/oc/openconnect' }, 'policy');
    await said.exit;
    expect(said.events()).toContainEqual(
      expect.objectContaining({ key: 'openconnect', faults: [{ place: '/etc/causeway/policy.json', key: 'openconnect', why: 'unused' }] }),
    );
  });

  test('policy’s campuses are added without a question', async () => {
    const gateway = await FormGateway.start(() => 'hang');
    onTestFinished(() => gateway.stop());
    const profile: Profile = { ...gateway.profile(), id: 'given', name: 'Given University' };
    const given = path.join(etc(), 'causeway', 'given.causeway');
    await writeFile(given, JSON.stringify(profile), { mode: 0o644 });
    const running = await command({ profiles: ['/etc/causeway/given.causeway'] }, 'profiles', '--user-data-dir', await cliFolder());
    expect(await running.exit).toBe(0);
    expect(running.events()).toContainEqual(expect.objectContaining({ event: 'profile', id: 'given', name: 'Given University' }));
  });

  test('causeway policy says of every key what it is, where that stands, and what is wrong with it', async () => {
    const policy = {
      version: 1,
      certificates: 'srtict',
      keptCodes: true,
      colour: 'red',
      allowedGateways: ['vpn.campus.test', 7],
      managedBy: { name: '澳門大學 ICTO' },
      defaults: { language: 'en', keptCodes: false },
    };
    const running = await command(policy, 'policy');
    expect(await running.exit).toBe(0);
    const events = running.events();
    const of = (key: string) => events.find((event) => event.event === 'policy' && event.key === key);
    const place = '/etc/causeway/policy.json';
    const enforced = { place, level: 'enforced' };
    expect(events.filter(({ event }) => event === 'policy')).toHaveLength(policyKeys.length);
    expect(of('certificates')).toMatchObject({ value: 'strict', usual: 'ask', from: enforced, faults: [{ why: 'wrong', place }] });
    expect(of('keptCodes')).toMatchObject({
      value: true,
      from: enforced,
      overrides: [{ place: `${place} (defaults)`, value: false }],
      faults: [],
    });
    expect(of('language')).toMatchObject({ value: 'en', from: { place: `${place} (defaults)`, level: 'default' } });
    expect(of('allowedGateways')).toMatchObject({ value: ['vpn.campus.test'], faults: [{ key: 'allowedGateways.1', why: 'wrong' }] });
    expect(of('userAgent')).toEqual({ event: 'policy', key: 'userAgent', value: null, usual: null, from: null, overrides: [], faults: [] });
    expect(events).toContainEqual(expect.objectContaining({ event: 'policy-fault', key: 'colour', why: 'unknown', place }));

    const { stdout: plain } = await promisify(execFile)('unshare', [...within(), process.execPath, commandFile, 'policy']);
    expect(plain).toContain('This computer is managed by 澳門大學 ICTO.');
    expect(plain).toContain(`keptCodes: true\n    from ${place}, and people cannot change it\n    not false, from ${place} (defaults)`);
    expect(plain).toContain(`colour in ${place}: Causeway does not know this name`);
  });

  test('a policy in a folder that people may not enter forbids what a policy may forbid', async () => {
    const hidden = path.join(etc(), 'causeway');
    await writeFile(path.join(hidden, 'policy.json'), '{"certificates": "ask"}', { mode: 0o644 });
    // As a folder of mode 0700 is to everybody but root: without these rights, root is kept out of its own, too
    await chmod(hidden, 0);
    onTestFinished(() => chmod(hidden, 0o755));
    const people = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'];
    const running = startWithin(['unshare', ...within(), ...people], 'policy');
    expect(await running.exit).toBe(0);
    const [place, fault] = ['/etc/causeway/policy.json', { why: 'unreadable', detail: 'EACCES' }];
    expect(running.events()).toContainEqual(expect.objectContaining({ event: 'policy', key: 'certificates', value: 'strict' }));
    expect(running.events()).toContainEqual(expect.objectContaining({ event: 'policy-fault', place, key: null, ...fault }));
  });

  test('a policy of 10 MB, or of a newer version, is told by causeway policy and by doctor', async () => {
    const newer = await command({ version: 2, certificates: 'strict', teleport: true }, 'policy');
    await newer.exit;
    expect(newer.events()).toContainEqual(expect.objectContaining({ event: 'policy-fault', key: 'version', why: 'newer' }));
    expect(newer.events()).toContainEqual(expect.objectContaining({ event: 'policy', key: 'certificates', value: 'strict' }));

    const large = await command({ certificates: 'ask', padding: 'x'.repeat(10_000_000) }, 'policy');
    await large.exit;
    expect(large.events()).toContainEqual(expect.objectContaining({ event: 'policy-fault', key: null, why: 'unreadable' }));
    expect(large.events()).toContainEqual(expect.objectContaining({ event: 'policy', key: 'certificates', value: 'strict' }));
    const doctor = await command({ certificates: 'ask', padding: 'x'.repeat(10_000_000) }, 'doctor', '--user-data-dir', await cliFolder());
    await doctor.exit;
    const check = doctor.events().find((event) => event.event === 'check' && event.check === 'policy');
    expect(check).toMatchObject({ result: 'attention', says: expect.stringContaining('cannot be read') as unknown });
  });

  test('where policy lets nobody add campuses, a profile from a file is refused, and a gateway that it does not allow too', async () => {
    const forbidden = await connectToPlainOne(() => ({ addProfiles: false }));
    expect(forbidden.running.events().at(-1)).toMatchObject({ event: 'end', exitCode: 2, failure: { code: 'policy-campuses' } });
    expect(forbidden.gateway.requests).toEqual([]);
    const elsewhere = await connectToPlainOne(() => ({ allowedGateways: ['vpn.elsewhere.test', '*.elsewhere.test'] }));
    expect(elsewhere.running.events().at(-1)).toMatchObject({ event: 'end', exitCode: 3, failure: { code: 'policy-gateways' } });
    expect(elsewhere.gateway.requests).toEqual([]);
  });
});
