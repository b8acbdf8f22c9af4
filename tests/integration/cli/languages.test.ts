import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { askInTerminal } from '../../../electron/cli/questions.ts';
import { terminalLocalizer } from '../../../electron/cli/terminal-localizer.ts';
import type { PolicyView } from '../../../electron/app/policy/policy-control.ts';
import { Settings } from '../../../electron/storage/settings.ts';
import { policyFrom } from '../../../electron/storage/policy/policy.ts';
import type { PolicySource } from '../../../electron/storage/policy/source.ts';
import { languages, type Language } from '../../../shared/messages/languages.ts';
import { faultDetail } from '../../../shared/messages/policy-fault.ts';
import { cliFolder, startCli } from '../../support/cli.ts';
import { sourceOf } from '../../support/policy.ts';

/** What the command line says, in each language. */

const tags: Readonly<Record<Language, string>> = { 'en': 'en-GB', 'pt': 'pt-PT', 'zh-Hant': 'zh-Hant-MO' };
const localizerOf = (language: Language) => terminalLocalizer([tags[language]]);

/** How many columns of a terminal a text takes: East Asian characters and their punctuation take two (Unicode's UAX #11). */
const columns = (text: string): number => text.length + (text.match(/[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/gu)?.length ?? 0);

const policyOf = async (...sources: PolicySource[]): Promise<PolicyView> => ({
  current: await policyFrom(sources, 'linux'),
  refresh: () => Promise.resolve(),
  onChange: () => () => undefined,
});

describe.each(languages)('in %s', (language) => {
  test(`the help in ${language} has its columns one below the other, and fits a terminal`, async () => {
    const { help } = (await localizerOf(language)).commandLine;
    const lines = help.split('\n');
    const described = lines.flatMap((line) => /^ {2}(?:[a-z]+|--[a-z-]+)[ A-Z|[\]-]*? {2,}(?=\S)|^ {24}(?=\S)/.exec(line)?.[0] ?? []);
    expect(described.length).toBeGreaterThan(15);
    expect(described.filter((start) => columns(start) !== 24)).toEqual([]);
    expect(lines.filter((line) => columns(line) > 120)).toEqual([]);
    // Each command and option of English is there
    const names = (text: string): string[] => text.match(/^ {2}(?:[a-z]+|--[a-z-]+)(?= )/gm) ?? [];
    expect(names(help)).toEqual(names((await localizerOf('en')).commandLine.help));
    const codes = lines.slice(-2).map((line) => [...line.matchAll(/(?<= )\d(?= )/g)].map(({ index }) => columns(line.slice(0, index))));
    expect(codes[0]).toHaveLength(4);
    expect(codes[1]).toEqual(codes[0]);
  });

  test(`wrong usage is explained in ${language}`, async () => {
    const localizer = await localizerOf(language);
    const { usage } = localizer.commandLine;
    const cases: [string[], string][] = [
      [[], usage.noCommand],
      [['fly'], usage.unknownCommand.replace('{command}', 'fly')],
      [['status', '--nope'], usage.unknownOption.replace('{option}', '--nope')],
      [['connect', 'x', '--answers'], usage.needsValue.replace('{option}', '--answers')],
      [['status', '--help=me'], usage.noValue.replace('{option}', '--help')],
      [['status', 'here'], usage.tooMany.replace('{word}', 'here')],
      [['connect'], usage.needsProfile],
      [['connect', 'x', '--app-tunnel', '70000'], usage.port],
      [['portal'], usage.noProfiles],
    ];
    for (const [argv, says] of cases) {
      const run = startCli(argv, { folder: await cliFolder(), localizer });
      expect(await run.code).toBe(2);
      expect(run.seen).toBe(`${says}\n`);
    }
  });

  test(`doctor says in ${language} what it found, with its results in one column, and of updates and of connecting by itself too`, async () => {
    const localizer = await localizerOf(language);
    const folder = await cliFolder();
    (await Settings.open(folder)).update(({ preferences }) => ({ preferences: { ...preferences, updates: false, alwaysConnect: true } }));
    const run = startCli(['doctor'], { folder, localizer });
    expect(await run.code).toBe(0);
    const { doctor } = localizer.commandLine;
    const { facts, advice } = localizer.messages.check;
    const results = [doctor.ok, doctor.attention, doctor.missing].map((line) => line.slice(0, line.indexOf('{')));
    expect(new Set(results.map(columns)).size).toBe(1);
    const lines = run.seen.trimEnd().split('\n');
    expect(lines.filter((line) => !results.some((result) => line.startsWith(result)))).toEqual([]);
    const attention = (says: string, todo: string): string => doctor.attention.replace('{says}', says).replace('{todo}', todo);
    expect(lines).toContain(attention(facts.updatesOff, advice.switchUpdatesOn));
    expect(lines).toContain(attention(facts.alwaysNeedsApp, advice.startForAlways));
  });

  test(`why an address of the policy does not give its campus is said in ${language}, without a code`, async () => {
    const localizer = await localizerOf(language);
    const { title } = localizer.failure({ code: 'profile-unreachable' });
    expect(faultDetail('https://campus.test/: profile-unreachable', localizer)).toBe(`https://campus.test/: ${title}`);
    expect(faultDetail('profile-unreachable', localizer)).toBe(title);
    expect(faultDetail('no such key: 5', localizer)).toBe('no such key: 5');
  });

  test(`connect --quick under a policy says in ${language} who manages this computer`, async () => {
    const localizer = await localizerOf(language);
    const managedBy = { name: 'Harbour IT', caption: 'Ask us first.', address: 'mailto:it@harbour.example' };
    const policy = await policyOf(sourceOf({ quickConnect: false, managedBy }));
    const run = startCli(['connect', '--quick'], { folder: await cliFolder(), localizer, policy });
    expect(await run.code).not.toBe(0);
    const { title } = localizer.failure({ code: 'policy-locked' });
    const named = localizer.commandLine.policy.managedBy.replace('{who}', 'Harbour IT');
    const who = [named, managedBy.caption, managedBy.address].join(localizer.gap);
    expect(run.seen.split('\n')[0]).toMatch(new RegExp(`^${title}.*${who.replaceAll('.', '\\.')}$`));
    const unnamed = startCli(['connect', '--quick'], {
      folder: await cliFolder(),
      localizer,
      policy: await policyOf(sourceOf({ quickConnect: false })),
    });
    expect(await unnamed.code).not.toBe(0);
    expect(unnamed.seen).not.toContain('{who}');
    const { managed } = localizer.messages.settings;
    const captionOnly = startCli(['policy'], {
      folder: await cliFolder(),
      localizer,
      policy: await policyOf(sourceOf({ managedBy: { caption: 'Ask us.' } })),
    });
    expect(await captionOnly.code).toBe(0);
    expect(captionOnly.seen.split('\n')[0]).toBe(`${managed}${localizer.gap}Ask us.`);
  });

  test(`policy names in ${language} what is wrong with a place and with a profile`, async () => {
    const localizer = await localizerOf(language);
    const policy = await policyOf(
      sourceOf({}, { place: 'policy.json', state: 'unreadable', detail: 'no JSON object' }),
      sourceOf(
        { profiles: ['C:\\\\campus.causeway', '/nowhere/campus.causeway', { version: 1, id: 'x', gateways: [] }] },
        { place: 'HKLM' },
      ),
    );
    const run = startCli(['policy'], { folder: await cliFolder(), localizer, policy });
    expect(await run.code).toBe(0);
    const { faultDetails } = localizer.messages.policy;
    const shown = (detail: string): string => localizer.commandLine.policy.detail.replace('{detail}', detail);
    expect(run.seen).toContain(shown(faultDetails['no JSON object']));
    expect(run.seen).toContain(shown(faultDetails['not a path of this system']));
    expect(run.seen).toContain(shown(faultDetails['missing, or others than an administrator could have written it']));
    expect(run.seen).toContain(shown(localizer.failure({ code: 'profile-invalid' }).title));
    if (language !== 'en') expect(run.seen).not.toMatch(/\b(not|missing|others) /i);
  });

  test(`a question about a certificate names no button of the window in ${language}`, async () => {
    const localizer = await localizerOf(language);
    let said = '';
    const prompt = {
      kind: 'certificate',
      host: 'vpn.campus.test',
      subject: 's',
      issuer: 'i',
      validUntil: Date.now(),
      sha256: 'ab',
      key: 'cd',
    } as const;
    const answer = await askInTerminal(prompt, {
      terminal: {
        say: (text) => void (said += `${text}\n`),
        line: (question) => ((said += question), Promise.resolve('')),
      },
      localizer,
      labels: { userId: '', password: '' },
      now: Date.now,
      signal: new AbortController().signal,
      held: false,
    });
    expect(answer).toEqual({ kind: 'certificate', accept: false });
    const { accept, refuse } = localizer.messages.certificate;
    for (const button of [accept, refuse]) expect(said).not.toContain(button);
    expect(said).toContain('Enter');
  });
});

test.each([
  [{ LANG: 'en_GB.UTF-8', LANGUAGE: 'zh_MO:pt' }, 'zh-Hant'],
  [{ LC_ALL: 'pt_BR.UTF-8', LANG: 'zh_TW.UTF-8' }, 'pt'],
  [{ LC_MESSAGES: 'zh_HK.UTF-8', LANG: 'pt_PT.UTF-8' }, 'zh-Hant'],
  [{ LANG: 'C', LANGUAGE: 'pt' }, 'en'],
] as const)('the built command speaks the language of its terminal: %j is %s', async (env, language) => {
  const command = join(import.meta.dirname, '../../../dist/causeway.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [command, 'help'], { env: { PATH: process.env['PATH'], ...env } });
  expect(stdout).toBe(`${(await localizerOf(language)).commandLine.help}\n`);
});
