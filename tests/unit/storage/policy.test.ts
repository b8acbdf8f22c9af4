import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyManagedProfiles } from '../../../electron/app/profiles/managed-profiles.ts';
import { Secrets } from '../../../electron/storage/secrets.ts';
import { Settings } from '../../../electron/storage/settings.ts';
import { readProfile } from '../../../shared/profile.ts';
import { memoryKeytar } from '../../support/app.ts';
import { maxPolicyBytes, policyFile, readPolicyFile } from '../../../electron/storage/policy/file.ts';
import { noPolicy, policyFrom } from '../../../electron/storage/policy/policy.ts';

const campus = {
  version: 1,
  id: 'campus',
  name: 'Campus',
  gateways: ['vpn.campus.test'],
  protocol: 'anyconnect',
  tunnel: 'app',
  portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
};

describe('a campus that IT gives', () => {
  const { profile } = readProfile(JSON.stringify(campus));
  const elsewhere = { ...profile, gateways: ['vpn2.campus.test'] };
  let directory: string;
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'causeway-given-'))));
  afterEach(() => rm(directory, { recursive: true }));

  it('a campus from IT is there from the first start, and follows its file from then on', async () => {
    const settings = await Settings.open(directory);
    const keytar = memoryKeytar();
    const take = (managed: typeof profile) =>
      applyManagedProfiles(settings, [managed], {
        secrets: new Secrets(() => Promise.resolve(keytar)),
        tell: ({ code }) => expect.fail(code),
      });
    await take(profile);
    expect(settings.get()).toMatchObject({ profiles: [profile], lastProfileId: 'campus' });
    settings.update(() => ({ savedPasswords: ['campus', 'mine'], lastProfileId: 'mine' }));
    const before = settings.get();
    await take(profile);
    expect(settings.get()).toBe(before);
    await take({ ...profile, name: 'Campus Test University' });
    expect(settings.get()).toMatchObject({ profiles: [{ name: 'Campus Test University' }], savedPasswords: ['campus', 'mine'] });
    // A password goes to the gateway that it was saved for
    await take(elsewhere);
    expect(settings.get()).toMatchObject({ profiles: [elsewhere], savedPasswords: ['mine'], lastProfileId: 'mine' });
  });

  it('a campus from IT that leads elsewhere than before gets nothing saved: password, key for codes, certificate, names', async () => {
    const settings = await Settings.open(directory);
    const keytar = memoryKeytar();
    const secrets = new Secrets(() => Promise.resolve(keytar));
    const take = (managed: typeof profile) => applyManagedProfiles(settings, [managed], { secrets, tell: ({ code }) => expect.fail(code) });
    await take({ ...profile, keptCodes: true });
    await secrets.set('campus', 'mei', 'harbour-lantern-42');
    await secrets.setCodesKey('campus', 'JBSWY3DPEHPK3PXP');
    await secrets.setCodesKey('mine', 'JBSWY3DPEHPK3PXQ');
    settings.update(() => ({
      userIds: { campus: 'mei', mine: 'mei' },
      choices: { campus: { Group: 'Staff' } },
      savedPasswords: ['campus'],
      clientCertificates: { campus: '/home/mei/mei.p12' },
      keptCodes: { campus: 1, mine: 1 },
    }));
    await take({ ...elsewhere, keptCodes: true });
    expect(settings.get()).toMatchObject({ profiles: [elsewhere], savedPasswords: [] });
    const { userIds, choices, clientCertificates, keptCodes } = settings.get();
    expect([userIds, choices, clientCertificates, keptCodes]).toEqual([{ mine: 'mei' }, {}, {}, { mine: 1 }]);
    expect([...keytar.entries.keys()].filter((name) => name.includes('campus'))).toEqual([]);
    expect(await secrets.codesKey('mine')).toBe('JBSWY3DPEHPK3PXQ');
  });
});

describe('where it is', () => {
  it.each([
    ['linux', {}, '/etc/causeway/policy.json'],
    ['darwin', {}, '/Library/Application Support/Causeway/policy.json'],
    ['win32', { ProgramData: 'D:\\ProgramData' }, 'D:\\ProgramData\\Causeway\\policy.json'],
    ['win32', {}, 'C:\\ProgramData\\Causeway\\policy.json'],
  ] as const)('the policy file’s place is known on %s', (platform, env, file) => expect(policyFile(platform, env)).toBe(file));
});

const isRoot = process.getuid?.() === 0;

/** Only root can make a file that only root can have made. */
describe.skipIf(!isRoot)('the policy of an administrator', () => {
  let folder: string;
  let file: string;
  const folders: string[] = [];
  beforeEach(async () => {
    folder = await mkdtemp('/run/causeway-policy-');
    folders.push(folder);
    await chmod(folder, 0o755);
    file = join(folder, 'policy.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  afterAll(() => Promise.all(folders.map((each) => rm(each, { recursive: true, force: true }))));
  const write = (content: unknown): Promise<void> =>
    writeFile(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o644 });
  const readFrom = async (from: string) => {
    const { enforced, defaults } = await readPolicyFile(from);
    const { policy, notices } = await policyFrom([enforced, defaults], 'linux');
    return { policy, notice: notices[0] ?? null };
  };
  const read = () => readFrom(file);
  /** Whatever a policy may forbid is forbidden. */
  const damaged = {
    policy: {
      certificates: 'strict',
      oldTls: 'refuse',
      keptCodes: false,
      keepPageSignIns: false,
      rememberPasswords: false,
      addProfiles: false,
      wildcardHosts: false,
      sandboxRequired: true,
      trustedNetwork: 'ignore',
      quickConnect: false,
      allowedGateways: null,
    },
    notice: { code: 'policy-unreadable', params: { file: expect.stringContaining('policy.json') as unknown } },
  };
  const ignored = { policy: noPolicy, notice: { code: 'policy-ignored' } };

  it('a policy file is read, and a missing one means no policy', async () => {
    expect(await read()).toEqual({ policy: noPolicy, notice: null });
    const full = {
      library: '/opt/oc/libopenconnect.so.5',
      openconnect: '/opt/oc/openconnect',
      ocproxy: '/opt/oc/ocproxy',
      hostCheckWrapper: '/opt/oc/hip.sh',
      certificates: 'strict',
      oldTls: 'allow',
      userAgent: 'AnyConnect Windows 4.10.06079',
      reportedSystem: 'win',
      keptCodes: true,
      keepPageSignIns: false,
      wildcardHosts: true,
      sandboxRequired: true,
      profiles: [],
    };
    await write(full);
    const { policy, notice } = await read();
    expect({ policy, notice }).toEqual({ policy: { ...noPolicy, ...full }, notice: null });
    await write({ keptCodes: false, sandboxRequired: false });
    expect(await read()).toEqual({ policy: noPolicy, notice: null });
  });

  it('a sandbox entry that is not understood counts as required, since it was meant to forbid something', async () => {
    await write({ sandboxRequired: 'yes' });
    expect(await read()).toMatchObject({ policy: { sandboxRequired: true }, notice: { code: 'policy-repaired' } });
  });

  it('a page sign-in entry that is not understood counts as forbidden', async () => {
    await write({ keepPageSignIns: 'no' });
    expect(await read()).toMatchObject({ policy: { keepPageSignIns: false }, notice: { code: 'policy-repaired' } });
    await write({ keepPageSignIns: true });
    expect(await read()).toEqual({ policy: noPolicy, notice: null });
  });

  it('policy gives everybody its campuses without a click (OG#298), if each file is root’s alone', async () => {
    const [good, bad, open, gone] = ['good', 'bad', 'open', 'gone'].map((name) => join(folder, `${name}.causeway`));
    await writeFile(good ?? '', JSON.stringify(campus), { mode: 0o644 });
    await writeFile(bad ?? '', '{}', { mode: 0o644 });
    await writeFile(open ?? '', JSON.stringify(campus));
    await chmod(open ?? '', 0o666);
    await write({ profiles: [bad, good, open, gone] });
    const { policy, notice } = await read();
    expect(policy.profiles).toEqual([readProfile(JSON.stringify(campus)).profile]);
    expect(notice).toMatchObject({ code: 'policy-repaired', params: { key: 'profiles.0, profiles.2, profiles.3' } });
  });

  it('a certificate entry that is not understood forbids questions, and is reported', async () => {
    await write({ certificates: 'srtict' });
    const { policy, notice } = await read();
    expect(policy.certificates).toBe('strict');
    expect(notice).toMatchObject({ code: 'policy-repaired', params: { key: 'certificates' } });
    await write({ certificates: 'ask' });
    expect(await read()).toEqual({ policy: noPolicy, notice: null });
  });

  it('a policy loses only its wrong entries, and names them', async () => {
    await write({
      'library': 'libopenconnect.so.5',
      'openconnect': '/opt/oc/openconnect',
      'ocproxy': ['/x'],
      'hostCheckWrapper': '/opt/a\nb',
      'keptCodes': 'yes',
      'profiles': ['campus.causeway'],
      'x\u202ey': 1,
      'constructor': 2,
    });
    const { policy, notice } = await read();
    expect(policy).toEqual({ ...noPolicy, openconnect: '/opt/oc/openconnect' });
    expect(notice?.code).toBe('policy-repaired');
    const keys = String(notice?.params?.['key']);
    for (const key of ['library', 'ocproxy', 'hostCheckWrapper', 'keptCodes', 'profiles', 'xy', 'constructor']) expect(keys).toContain(key);
  });

  it.each(['', '[]', 'null', '{"keptCodes": tr', 'x'.repeat(100_000), `{"keptCodes": true${' '.repeat(10_000_000)}}`])(
    'a policy that is no JSON object, or too large, unlocks nothing: %.20j',
    async (text) => {
      await write(text);
      expect(await read()).toMatchObject(damaged);
    },
  );

  it('the largest policy that counts has just the size that is allowed', async () => {
    const text = JSON.stringify({ certificates: 'strict' });
    await write(text + ' '.repeat(maxPolicyBytes - text.length));
    expect(await read()).toEqual({ policy: { ...noPolicy, certificates: 'strict' }, notice: null });
    await write(text + ' '.repeat(maxPolicyBytes - text.length + 1));
    expect(await read()).toMatchObject(damaged);
  });

  it.each([
    ['others may write it', () => chmod(file, 0o666)],
    ['its group may', () => chmod(file, 0o664)],
    ['it is somebody else’s', () => chown(file, 12_345, 0)],
    ['others may put another in its place', () => chmod(folder, 0o777)],
    ['its folder is somebody else’s', () => chown(folder, 12_345, 0)],
  ])('a policy is ignored if %s', async (_why, spoil) => {
    await write({ keptCodes: true });
    await spoil();
    expect(await read()).toMatchObject(ignored);
  });

  it('a policy below a folder that others can write to is ignored', async () => {
    await write({ keptCodes: true });
    const open = join(folder, 'open');
    await mkdir(open);
    await chmod(open, 0o777);
    await symlink(file, join(open, 'policy.json'));
    expect(await readFrom(join(open, 'policy.json'))).toMatchObject(ignored);
  });

  it('a folder in place of the policy file is reported', async () => {
    await mkdir(file);
    expect(await read()).toMatchObject(damaged);
  });

  it('a link that leads nowhere is a policy that cannot be read, and none where others could have made it', async () => {
    await symlink(join(folder, 'share', 'policy.json'), file);
    expect(await read()).toMatchObject(damaged);
    await chmod(folder, 0o777);
    expect(await read()).toMatchObject(ignored);
    await chmod(folder, 0o755);
    await rm(file);
    await symlink('policy.json', file);
    expect(await read()).toMatchObject(damaged);
  });

  it.each([
    ['{"keptCodes": false, "keptCodes": true, "language": "en"}', 'keptCodes', { keptCodes: false, language: 'en' }],
    ['{"keptCodes": true, "oldTls": "allow", "kept\\u0043odes" : true}', 'keptCodes', { keptCodes: false, oldTls: 'allow' }],
    ['{"managedBy": {"name": "\\"a\\": {", "name": "b"}, "updates": "it"}', 'managedBy', { managedBy: null, updates: 'it' }],
    ['{"defaults": {"updates": "it", "updates": "automatic", "language": "en"}}', 'updates', { updates: 'off', language: 'en' }],
    ['{"defaults": {"updates": "it"}, "oldTls": "allow", "defaults": {}}', 'defaults', { updates: null, oldTls: 'allow' }],
  ])('a key that stands twice counts as a wrong value, whichever comes last: %s', async (text, key, values) => {
    await write(text);
    const { policy, notice } = await read();
    expect(policy).toEqual({ ...noPolicy, ...values });
    expect(notice).toMatchObject({ code: 'policy-repaired', params: { key } });
    // The same names in different objects, and as values, are not twice
    await write({ managedBy: { name: 'keptCodes' }, helpDesk: { name: 'name' }, keptCodes: true, defaults: { keptCodes: false } });
    expect(await read()).toMatchObject({ policy: { keptCodes: true }, notice: null });
  });
});
