import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isCommandFile } from '../../build/command-line.ts';
import { commandFile } from '../peers/command.ts';
import { WindowsNode } from './windows-node.ts';
import { missingForWine } from './wine.ts';

const missing = missingForWine();
const decisionSchema = z.object({ value: z.unknown(), place: z.string(), level: z.string(), overrides: z.array(z.string()) });
const seenSchema = z.object({ decisions: z.record(z.string(), decisionSchema), faults: z.array(z.string()) });
const reportSchema = z.object({
  none: seenSchema,
  created: seenSchema,
  full: seenSchema,
  wrong: seenSchema,
  removed: seenSchema,
  byPerson: seenSchema,
  byAdministrators: seenSchema,
  both: seenSchema,
  installed: seenSchema,
  installedUnderPolicy: seenSchema,
  installedWrong: seenSchema,
  installations: z.record(z.string(), z.string()),
  languages: z.record(z.string(), z.array(z.string())),
});

const machine = 'HKLM\\Software\\Policies\\Causeway';
const person = 'HKCU\\Software\\Policies\\Causeway';

describe.skipIf(missing !== null)('the policy in the registry', { timeout: 180_000 }, () => {
  let windows: WindowsNode;
  let report: z.infer<typeof reportSchema>;
  beforeAll(async () => {
    windows = await WindowsNode.start();
    const { code, out } = await windows.run(await windows.bundle('policy-child.ts'));
    expect(code, out).toBe(0);
    report = reportSchema.parse(JSON.parse(out.trim().split('\n').at(-1) ?? ''));
  }, 180_000);
  afterAll(() => windows.stop());

  const values = ({ decisions }: z.infer<typeof seenSchema>) =>
    Object.fromEntries(Object.entries(decisions).map(([key, { value }]) => [key, value]));

  test('only a copy whose folder the installer for one person has noted updates itself', () => {
    const { none, elsewhere, here } = report.installations;
    expect(here).toBe('own');
    expect([none, elsewhere]).not.toContain('own');
  });

  test('a terminal on Windows speaks the first of the languages that the person prefers, not that of dates', () => {
    expect(report.languages).toEqual({ before: ['en-US'], chosen: ['zh-Hant-MO', 'pt-MO', 'en-US', 'en-US'] });
  });

  test('an empty registry has no policy, and one that is written while Causeway runs counts at once', () => {
    expect(report.none).toEqual({ decisions: {}, faults: [] });
    expect(values(report.created)).toEqual({ certificates: 'strict' });
  });

  test('every kind of value is read, with Chinese and Portuguese text, whatever the case of its name', () => {
    expect(report.full.faults).toEqual([]);
    expect(values(report.full)).toEqual({
      certificates: 'strict',
      rememberPasswords: false,
      allowedGateways: ['vpn.campus.test', '*.cluster.campus.test'],
      managedBy: { name: '澳門大學資訊及通訊科技部', caption: 'Fale com o serviço de informática' },
      profiles: [{ address: 'https://campus.test', pins: ['JEjnOQ0aoGAgqy4N0s2MMLEmkjKkL4PDlCTfdHQm3EU='] }],
      language: 'en',
    });
    expect(report.full.decisions['language']).toMatchObject({ place: `${machine}\\Recommended`, level: 'default' });
    expect(report.full.decisions['rememberPasswords']).toMatchObject({ level: 'enforced', overrides: [`${machine}\\Recommended`] });
  });

  test('a value of a wrong kind unlocks nothing, and each is named', () => {
    expect(values(report.wrong)).toMatchObject({
      certificates: 'strict',
      rememberPasswords: false,
      keptCodes: false,
      oldTls: 'refuse',
      managedBy: { name: '澳門大學資訊及通訊科技部' },
    });
    expect(report.wrong.decisions).not.toHaveProperty('library');
    const wrong = ['certificates', 'keptCodes', 'library', 'managedBy.address', 'oldTls', 'rememberPasswords'];
    expect(report.wrong.faults.sort()).toEqual(
      [`${machine} Colour unknown`, `${machine} Unheard unknown`, ...wrong.map((key) => `${machine} ${key} wrong`)].sort(),
    );
  });

  test('a policy that is removed while Causeway runs no longer counts', () => {
    expect(report.removed).toEqual({ decisions: {}, faults: [] });
  });

  test('a person’s own key counts only for what is theirs, unless its access list keeps them from writing it', () => {
    expect(values(report.byPerson)).toEqual({ language: 'en' });
    expect(report.byPerson.decisions['language']).toMatchObject({ place: person, level: 'default' });
    expect(report.byPerson.faults.sort()).toEqual([
      `${person} certificates not-administrators`,
      `${person} wildcardHosts not-administrators`,
    ]);
    expect(values(report.byAdministrators)).toEqual({ certificates: 'ask', wildcardHosts: true, language: 'en' });
    expect(report.byAdministrators.faults).toEqual([]);
    expect(report.byAdministrators.decisions['language']).toMatchObject({ place: person, level: 'enforced' });
  });

  test('the computer’s policy counts before the person’s', () => {
    expect(report.both.decisions['wildcardHosts']).toMatchObject({ value: false, place: machine, overrides: [person] });
    expect(values(report.both)).toMatchObject({ certificates: 'ask', language: 'en' });
  });

  test('what IT gave to the MSI is a default, below every policy', () => {
    expect(report.installed).toEqual({
      decisions: { startAtSignIn: { value: true, place: 'HKLM\\Software\\Causeway\\Install', level: 'default', overrides: [] } },
      faults: [],
    });
    expect(report.installedUnderPolicy.decisions['startAtSignIn']).toMatchObject({ value: false, place: `${machine}\\Recommended` });
  });

  test('what IT gave to the MSI and is not understood is named', () => {
    const place = 'HKLM\\Software\\Causeway\\Install';
    expect(report.installedWrong.faults.sort()).toEqual([`${place} profiles.0 wrong`, `${place} startAtSignIn wrong`]);
  });

  test('causeway policy lists on Windows what stands in the registry', async () => {
    for (const file of readdirSync(dirname(commandFile)).filter(isCommandFile))
      cpSync(join(dirname(commandFile), file), windows.wine.path('app', file));
    writeFileSync(windows.wine.path('package.json'), JSON.stringify({ version: '0.0.0' }));
    const file = windows.wine.path('policy.reg');
    const text = [
      'Windows Registry Editor Version 5.00',
      '',
      '[HKEY_LOCAL_MACHINE\\Software\\Policies\\Causeway]',
      '"OldTls"="allow"',
      '"KeptCodes"=dword:00000001',
      '',
    ];
    writeFileSync(file, `\uFEFF${text.join('\r\n')}\r\n`, 'utf16le');
    await windows.wine.import('C:\\policy.reg');
    const { code, out } = await windows.run('C:\\app\\causeway.mjs', 'policy', '--json');
    expect(code, out).toBe(0);
    const events = out
      .trim()
      .split('\n')
      .map((line) => z.looseObject({ event: z.string() }).parse(JSON.parse(line)));
    expect(events).toContainEqual(expect.objectContaining({ key: 'oldTls', value: 'allow', from: { place: machine, level: 'enforced' } }));
    expect(events).toContainEqual(expect.objectContaining({ key: 'keptCodes', value: true }));
  });
});
