import { once } from 'node:events';
import { fork } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import * as fc from 'fast-check';
import type { Profile } from '../../../shared/profile.ts';
import { readSettingsFile, type SettingsFile } from '../../../electron/storage/settings-file.ts';
import { Settings } from '../../../electron/storage/settings.ts';

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-settings-'));
  file = join(directory, 'settings.json');
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
});

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const open = () => Settings.open(directory, () => at);
const failures = (settings: Settings) => settings.notices.map(({ failure }) => failure);
const profile: Profile = {
  version: 1,
  id: 'campus',
  name: 'Campus',
  gateways: ['vpn.campus.test'],
  protocol: 'campus',
  tunnel: 'relay',
  labels: { userId: 'User ID', password: 'Password' },
  portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'causeway.portal.v1' },
  trust: { kind: 'system' },
};
const full: Omit<SettingsFile, 'installation'> = {
  preferences: { language: 'en', openAtLogin: true, notifications: false, updates: false, alwaysConnect: true },
  profiles: [profile, { ...profile, id: 'other' }],
  lastProfileId: 'other',
  userIds: { campus: 'd.chan' },
  vouchedHosts: { 'vpn.campus.test': { by: 'system' as const, key: `${'A'.repeat(43)}=` } },
  choices: { campus: { Group: 'Students' } },
  acceptedCertificates: { 'vpn.campus.test': { sha256: Array.from({ length: 32 }, () => 'AB').join(':'), key: `${'A'.repeat(43)}=` } },
  savedPasswords: ['campus'],
  updates: { counters: { stable: 7 }, expires: { stable: 1_900_000_000_000 }, begun: '0.2.0' },
  keptCodes: { campus: at },
  keptPages: ['campus'],
  chosenPreferences: ['language'],
  policyProfiles: { 'https://campus.test': 'campus' },
  clientCertificates: { campus: '/home/d/d.p12' },
  windowBounds: { x: -5, y: 0, width: 420, height: 680 },
  running: { doing: 'session', profileId: 'campus', task: 'add-device', at },
};

describe('a first start', () => {
  it('a first start makes the settings file, readable by its owner only, with a new installation id', async () => {
    const nested = join(directory, 'a', 'b');
    const settings = await Settings.open(nested);
    expect(settings.get()).toMatchObject({ profiles: [], lastProfileId: null, running: null });
    expect(settings.get().installation).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(settings.notices).toEqual([]);
    if (process.platform !== 'win32') expect((await stat(join(nested, 'settings.json'))).mode & 0o777).toBe(0o600);
    expect((await Settings.open(nested)).get().installation).toBe(settings.get().installation);
    expect((await open()).get().installation).not.toBe(settings.get().installation);
  });
});

describe('a change', () => {
  it('a changed setting is on disk when update returns, and there at the next start', async () => {
    const settings = await open();
    settings.update(() => full);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 1, ...full });
    const next = await open();
    expect(next.get()).toEqual(settings.get());
    expect(next.notices).toEqual([]);
  });

  it('many settings changed at once are all kept', async () => {
    const settings = await open();
    const changes = Array.from({ length: 50 }, async (_none, index) => {
      await Promise.resolve();
      settings.update(({ userIds }) => ({ userIds: { ...userIds, [`campus-${index}`]: `user${index}` } }));
    });
    await Promise.all(changes);
    expect(Object.keys((await open()).get().userIds)).toHaveLength(50);
  });

  it('settings are complete or absent when the process is killed during many changes', async () => {
    const child = fork(join(import.meta.dirname, '../../support/settings-writer.ts'), [directory], { execArgv: ['--import', 'tsx'] });
    await once(child, 'message'); // it is writing
    child.kill('SIGKILL');
    await once(child, 'exit');
    const settings = await open();
    expect(settings.notices).toEqual([]);
    expect(settings.get().userIds['campus']).toMatch(/^x+$/);
  });
});

describe('a file that cannot be used', () => {
  it.each([
    ['truncated', JSON.stringify({ version: 1, ...full }).slice(0, 200)],
    ['garbage', '\u0000\u0001\uFFFD'],
    ['empty', ''],
    ['without a version', JSON.stringify(full)],
    ['no object', '[1]'],
  ])('a settings file (%s) is set aside and named, and defaults take over', async (_what, text) => {
    await writeFile(file, text);
    const settings = await open();
    const aside = 'settings.damaged-2026-01-02T030405006Z.json';
    expect(failures(settings)).toEqual([{ code: 'settings-damaged', params: { file: aside } }]);
    expect(await readFile(join(directory, aside), 'utf8')).toBe(text);
    expect(settings.get()).toMatchObject({ profiles: [], userIds: {} });
    expect((await open()).notices).toEqual([]); // told once
  });

  it('a settings file of a newer version is set aside for that version', async () => {
    const text = JSON.stringify({ version: 2, profiles: 'something else altogether' });
    await writeFile(file, text);
    const settings = await open();
    const aside = 'settings.newer-2026-01-02T030405006Z.json';
    expect(failures(settings)).toEqual([{ code: 'settings-newer', params: { file: aside } }]);
    expect(await readFile(join(directory, aside), 'utf8')).toBe(text);
    expect(settings.get().profiles).toEqual([]);
  });

  it('a settings file that is damaged in places loses only those entries, by name', async () => {
    const text = JSON.stringify({
      version: 1,
      ...full,
      installation: 'A'.repeat(32),
      preferences: { language: 'tlh', openAtLogin: true, notifications: 'loud' },
      profiles: [profile, { ...profile, gateways: [] }, 7, { ...profile, id: 'other' }],
      userIds: { campus: 'd.chan', other: 5 },
      acceptedCertificates: { 'vpn.campus.test': { sha256: 'not a fingerprint', key: 'AA' } },
      windowBounds: { x: 1 },
      future: true,
    });
    await writeFile(file, text);
    const settings = await open();
    expect(settings.get()).toEqual({
      ...full,
      installation: 'A'.repeat(32),
      preferences: { language: 'system', openAtLogin: true, notifications: true, updates: true, alwaysConnect: false },
      acceptedCertificates: {},
      windowBounds: null,
    });
    const aside = 'settings.damaged-2026-01-02T030405006Z.json';
    const keys = [
      'preferences.language',
      'preferences.notifications',
      'profiles.1',
      'profiles.2',
      'userIds.other',
      'acceptedCertificates.vpn.campus.test',
      'windowBounds',
      'future',
    ].join(', ');
    expect(failures(settings)).toEqual([{ code: 'settings-repaired', params: { file: aside, keys } }]);
    expect(await readFile(join(directory, aside), 'utf8')).toBe(text);
    expect((await open()).get()).toEqual(settings.get());
  });

  it('a settings file cut off at any byte is damaged, and never read as less than it was', () => {
    const text = JSON.stringify({ version: 1, ...full, installation: 'A'.repeat(32) });
    for (let length = 0; length < text.length; length++) expect(readSettingsFile(text.slice(0, length))).toEqual({ kind: 'damaged' });
    expect(readSettingsFile(text)).toMatchObject({ kind: 'read', dropped: [] });
  });

  it('no settings file stops the start, and each is read the same way again', () => {
    const entry = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(full)));
    const contents = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .dictionary(fc.constantFrom('version', ...Object.keys(full), '__proto__'), entry)
        .map((keys) => JSON.stringify({ version: 1, ...keys })),
    );
    fc.assert(
      fc.property(contents, (text) => {
        const read = readSettingsFile(text);
        if (read.kind !== 'read') return;
        const again = readSettingsFile(JSON.stringify({ version: 1, ...read.settings }));
        expect(again).toEqual({ kind: 'read', settings: read.settings, dropped: [] });
      }),
      { numRuns: 500 },
    );
  });
});

describe('a place that cannot be written', () => {
  it('unwritable settings are reported once, and the run continues in memory', async () => {
    await writeFile(join(directory, 'taken'), '');
    const settings = await Settings.open(join(directory, 'taken', 'below'));
    const output: string[] = [];
    settings.onNotice(({ failure }) => output.push(failure.code));
    settings.update(() => ({ lastProfileId: 'campus' }));
    expect(failures(settings).map(({ code }) => code)).toEqual(['settings-unwritable']);
    expect(settings.get().lastProfileId).toBe('campus');
    expect(output).toEqual([]); // it was said at the start already
  });

  it.skipIf(process.platform === 'win32')('an unwritable settings file stays as it is, damaged or not', async () => {
    const first = await open();
    first.update(() => full);
    const good = await readFile(file, 'utf8');
    await asOrdinaryUser(async () => {
      const settings = await open();
      expect(settings.get()).toMatchObject(full);
      settings.update(() => ({ lastProfileId: 'campus' }));
      expect(failures(settings).map(({ code }) => code)).toEqual(['settings-unwritable']);
    });
    expect(await readFile(file, 'utf8')).toBe(good);
    await writeFile(file, good.slice(0, 100));
    await asOrdinaryUser(async () => {
      expect(failures(await open())).toMatchObject([
        { code: 'settings-damaged', params: { file: 'settings.json' } },
        { code: 'settings-unwritable' },
      ]);
    });
    expect(await readFile(file, 'utf8')).toBe(good.slice(0, 100));
    expect(await readdir(directory)).toEqual(['settings.json']);
  });

  it.skipIf(process.platform === 'win32')(
    'settings that become unwritable during the run are reported, and no longer once that is repaired',
    async () => {
      const home = join(directory, 'home');
      await mkdir(home, { mode: 0o777 });
      await chmod(home, 0o777);
      const settings = await Settings.open(home);
      const output: string[] = [];
      settings.onNotice(({ failure }) => output.push(failure.code));
      await rm(home, { recursive: true });
      await writeFile(home, 'in the way');
      settings.update(() => ({ lastProfileId: 'one' }));
      settings.update(() => ({ lastProfileId: 'two' }));
      expect(output).toEqual(['settings-unwritable']);
      await rm(home);
      settings.update(({ lastProfileId }) => ({ userIds: { campus: lastProfileId ?? '' } }));
      expect((await Settings.open(home)).get()).toEqual(settings.get());
    },
  );
});

describe('two that run at once, the app and a command line', () => {
  it('two programs lose nothing of each other’s settings', async () => {
    const [app, command] = [await open(), await open()];
    app.update(({ profiles }) => ({ profiles: [...profiles, profile] }));
    command.update(({ userIds }) => ({ userIds: { ...userIds, campus: 'd.chan' } }));
    app.update(({ profiles }) => ({ profiles: [...profiles, { ...profile, id: 'other' }] }));
    command.update(() => ({ running: null }));
    const kept = (await open()).get();
    expect(kept.profiles.map(({ id }) => id)).toEqual(['campus', 'other']);
    expect(kept.userIds).toEqual({ campus: 'd.chan' });
    expect(command.get()).toEqual(kept);
  });

  it('settings written by a newer program meanwhile are left alone', async () => {
    const settings = await open();
    const newer = JSON.stringify({ version: 2, what: 'nobody here knows' });
    await writeFile(file, newer);
    settings.update(() => ({ lastProfileId: 'campus' }));
    expect(await readFile(file, 'utf8')).toBe(newer);
    expect(failures(settings).map(({ code }) => code)).toEqual(['settings-unwritable']);
    expect(settings.get().lastProfileId).toBe('campus');
  });
});

/** Does something without the right to write into `directory`: root, as whom these tests may run, is never refused. */
async function asOrdinaryUser(work: () => Promise<void>): Promise<void> {
  const root = process.geteuid?.() === 0;
  await chmod(file, 0o644);
  await chmod(directory, 0o555);
  if (root) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (root) process.seteuid?.(0);
    await chmod(directory, 0o755);
  }
}
