import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startCampus, type Campus } from '../../../campus/campus.ts';
import { readCampus } from '../../../electron/storage/campuses.ts';
import { answersFile, cliFolder, startCli } from '../../support/cli.ts';
import { readHelpCode } from '../../../shared/help-code.ts';

let campus: Campus | null = null;
afterEach(async () => {
  await campus?.stop();
  campus = null;
});

/** Runs a command to its end without a terminal, once for people and once for programs. */
async function bothWays(folder: string, ...argv: string[]): Promise<{ code: number; shown: string; end: unknown }> {
  const plain = startCli(argv, { folder });
  const code = await plain.code;
  const json = startCli([...argv, '--json'], { folder });
  expect(await json.code).toBe(code);
  return { code, shown: plain.seen, end: json.events.at(-1) };
}

/** What a program is told is what a person is told. */
async function expectUsage(folder: string, argv: string[], says: string | RegExp, code?: string): Promise<void> {
  const run = await bothWays(folder, ...argv);
  expect(run.code).toBe(2);
  const [line = '', ...below] = run.shown.trim().split('\n');
  expect(line).toMatch(says);
  if (code === undefined) expect(below).toEqual([]);
  else {
    const [, aloud = '', name] = /^Code for the help desk: ([\dA-Z ]{14}) \((.*)\)$/.exec(below.join('\n')) ?? [];
    expect(name).toBe(code);
    expect(readHelpCode(aloud)).toMatchObject({ ok: true, failure: code });
  }
  expect(run.end).toMatchObject({ event: 'end', exitCode: 2, says: line, ...(code === undefined ? {} : { failure: { code } }) });
}

describe('wrong usage is told in Causeway’s own words, and where to read on', () => {
  test.each<[string, string[], RegExp]>([
    ['nothing', [], /causeway help/],
    ['an unknown command', ['fly'], /no command “fly”.*causeway help/],
    ['an unknown option', ['status', '--nope'], /no option --nope.*causeway help/],
    ['an unknown short option', ['status', '-x'], /no option -x/],
    ['an option of every object', ['status', '--constructor'], /no option --constructor/],
    ['an option without its value', ['connect', 'x', '--answers'], /--answers needs a value/],
    ['another option in place of a value', ['connect', 'x', '--answers', '--show-secret'], /--answers needs a value/],
    ['an option with a value that takes none', ['status', '--help=me'], /--help takes no value/],
  ])('wrong usage is explained, with where to read on: %s', async (_what, argv, says) => expectUsage(await cliFolder(), argv, says));
});

describe('a profile that cannot be used is said to be the reason, though there is nobody to ask either', () => {
  test.each(['connect', 'doctor', 'portal'])(
    'a missing profile file is the reason, though there is nobody to ask either: %s',
    async (verb) => {
      const folder = await cliFolder();
      await expectUsage(folder, [verb, join(folder, 'missing.causeway')], /no file missing\.causeway/, 'profile-file-missing');
      await expectUsage(folder, [verb, './nowhere/campus.json'], /no file campus\.json/, 'profile-file-missing');
    },
  );

  test('an unknown profile id is the reason, though there is nobody to ask either', async () => {
    const folder = await cliFolder();
    await expectUsage(folder, ['connect', 'nobody'], /does not know this campus/, 'profile-none');
    const answers = await answersFile(folder, {});
    await expectUsage(folder, ['connect', 'nobody', '--answers', answers], /does not know this campus/, 'profile-none');
  });

  test('a hand-written file’s error is reported with its place and what would be right', async () => {
    const { profile } = (campus = await startCampus());
    const folder = await cliFolder();
    const file = join(folder, 'campus.causeway');
    const reports = async (text: string, says: RegExp, code: string): Promise<void> => {
      await writeFile(file, text);
      await expectUsage(folder, ['connect', file], says, code);
    };
    await reports('{\n  "version": 1,\n  "name": "Harbour",\n}\n', /line 4, column 1/, 'profile-syntax');
    const wrong = (more: object): string => JSON.stringify({ ...profile, ...more });
    await reports(wrong({ protocol: 'cisco' }), /“protocol”.*campus, anyconnect, nc, pulse, gp, f5, fortinet, array/, 'profile-choice');
    await reports(wrong({ tunnel: 'split' }), /“tunnel”.*relay, app, system/, 'profile-choice');
    await reports(wrong({ tunnel: 'system' }), /“tunnel”.*: relay\./, 'profile-choice');
    await reports(wrong({ protocol: 'nc', tunnel: 'relay' }), /“tunnel”.*: app, system\./, 'profile-choice');
    await reports(wrong({ gateways: [] }), /gateways is missing or wrong/, 'profile-invalid');
  });

  test('with a valid profile file, the missing terminal is the reason', async () => {
    const { profile } = (campus = await startCampus());
    await expectUsage(await cliFolder([profile]), ['connect', profile.id], /Questions cannot be asked here.*--answers FILE/);
  });
});

test('portal without any campus says that none is known, and how to add one', async () => {
  const { profile } = (campus = await startCampus());
  await expectUsage(await cliFolder(), ['portal'], /No campus is set up here yet.*\.causeway file/);
  const run = startCli(['portal'], { folder: await cliFolder([profile]) });
  expect(await run.code).toBe(0);
  expect(run.out.trim()).toBe(profile.portal.address);
});

test('an end on request prints nothing', async () => {
  const { end } = await bothWays(await cliFolder(), 'status');
  expect(end).toEqual({ event: 'end', exitCode: 0 });
});

test('a profile file’s content is printed before it is used: its hosts, with foreign ones marked, and its authority', async () => {
  const { profile, authority } = (campus = await startCampus());
  const folder = await cliFolder([profile]);
  const file = join(folder, 'other.causeway');
  const evil = { ...profile, id: 'other', recovery: { address: 'https://recover.evil.example/', interface: 'causeway.recovery.v1' } };
  await writeFile(file, JSON.stringify(evil));
  const { code, shown } = await bothWays(folder, 'profiles', file);
  expect(code).toBe(0);
  for (const line of [/Recovery.*: recover\.evil\.example \[.*\]$/m, /^ {2}Tunnel: .+$/m, /^ {2}Device portal: .+$/m])
    expect(shown).toMatch(line);
  expect(shown).toContain(authority.sha256);
  const answers = await answersFile(folder, { notice: 'decline' });
  const connecting = startCli(['connect', file, '--answers', answers], { folder });
  await connecting.code;
  expect(connecting.seen).toMatch(/recover\.evil\.example/);
  const known = startCli(['connect', profile.id, '--answers', answers], { folder });
  await known.code;
  expect(known.seen).not.toContain(authority.sha256);
});

describe('a campus that ships with Causeway is found without being added', () => {
  const macau = readCampus(readFileSync(join(import.meta.dirname, '../../../campuses/um.edu.mo.json'), 'utf8'));
  const other = { ...macau, names: ['UM'], domains: ['um.test'], read: { ...macau.read, profile: { ...macau.read.profile, id: 'other' } } };

  test.each(['um.edu.mo', 'UM', 'university of macau', '澳門大學', 'mei@um.edu.mo'])('%s', async (name) => {
    const folder = await cliFolder();
    const run = startCli(['profiles', name], { folder, campuses: [macau] });
    expect(await run.code).toBe(0);
    expect(run.seen).toContain('Nobody has tried this profile yet');
    expect(run.seen).toContain('sslvpn.um.edu.mo');
    const json = startCli(['profiles', name, '--json'], { folder, campuses: [macau] });
    expect(await json.code).toBe(0);
    expect(json.events).toMatchObject([
      { event: 'notice', failure: { code: 'profile-untried', params: { campus: 'University of Macau' } } },
      { event: 'profile', id: 'um-edu-mo', gateways: ['sslvpn.um.edu.mo'] },
      { event: 'end', exitCode: 0 },
    ]);
    const all = startCli(['profiles', '--json'], { folder, campuses: [macau] });
    await all.code;
    expect(all.events.filter(({ event }) => event === 'profile')).toEqual([]);
  });

  test('a saved profile of the same campus counts more', async () => {
    const folder = await cliFolder([{ ...macau.read.profile, gateways: ['new.um.edu.mo'] }]);
    const run = startCli(['profiles', 'um.edu.mo', '--json'], { folder, campuses: [macau] });
    expect(await run.code).toBe(0);
    expect(run.events).toMatchObject([{ event: 'profile', gateways: ['new.um.edu.mo'] }, { event: 'end' }]);
  });

  test('a name that several campuses have is a usage error, and a part of a name matches none', async () => {
    const folder = await cliFolder();
    const several = startCli(['connect', 'UM'], { folder, campuses: [macau, other] });
    expect(await several.code).toBe(2);
    expect(several.seen).toContain('University of Macau: um-edu-mo; University of Macau: other');
    const part = startCli(['connect', 'macau'], { folder, campuses: [macau] });
    expect(await part.code).toBe(2);
    expect(part.seen).toContain('does not know this campus');
  });

  test('connect also takes the id of a shipped campus’s profile', async () => {
    const folder = await cliFolder();
    const run = startCli(['profiles', 'um-edu-mo', '--json'], { folder, campuses: [macau, other] });
    expect(await run.code).toBe(0);
    expect(run.events.map(({ event }) => event)).toEqual(['notice', 'profile', 'end']);
  });
});
