import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer, PromptOf } from '../../../shared/prompt.ts';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { startCommand } from '../../peers/command.ts';
import { FormGateway, signInForm, type FormSpec, type Step } from '../../peers/gateways/form-gateway.ts';
import {
  credentials,
  failsWith,
  missingLibrary,
  passcode,
  person,
  startDriver,
  targetFor,
  type DriverBench,
  type Script,
} from '../../peers/openconnect-bench.ts';
import { globalProtectWith, startFamily, type FamilyGateway } from '../../peers/gateways/other-families.ts';
import { awaitedLater } from '../../support/awaited-later.ts';

const mei = credentials('mei', 'pw');
const grouped = (...options: { value: string; label: string }[]): FormSpec => ({
  inputs: [{ name: 'group_list', label: 'GROUP：', options }, ...signInForm.inputs],
});
const groups = grouped({ value: 'v1', label: 'v1 Full' }, { value: 'v2', label: 'v2 Staff' });
const steps =
  (...list: Step[]) =>
  ({ turn }: { turn: number }): Step =>
    list[turn] ?? 'refuse';
const sites = (count: number) => Array.from({ length: count }, (_, index) => ({ host: `g${index}.campus.test`, label: `Site ${index}` }));

describe.skipIf(missingLibrary() !== null)('realms, groups and gateways by name', () => {
  let bench: DriverBench;
  let gateway: FormGateway | null = null;
  let portal: FamilyGateway | null = null;
  beforeAll(async () => {
    bench = await startDriver();
  });
  afterEach(async () => {
    await gateway?.stop();
    await portal?.stop();
    gateway = portal = null;
  });
  afterAll(() => bench.driver.stop());

  const signIn = async (form: FormSpec, script: Script, profile: Partial<Profile> = {}) => {
    gateway = await FormGateway.start(steps(form, 'success'));
    const who = person(script);
    await bench.driver.signIn(targetFor(gateway.profile(profile)), who.ask, new AbortController().signal);
    const sent = gateway.requests.findLast(({ init }) => !init);
    return { who, sent };
  };
  const choosing =
    (label: string) =>
    ({ selects: [select] }: PromptOf<'credentials'>): Answer => ({
      kind: 'credentials',
      values: { user: 'mei', password: 'pw', [select?.name ?? '']: select?.options.find((option) => option.label === label)?.value ?? '' },
    });

  test.each(['v2 Staff', 'V2', 'ｖ２ ＳＴＡＦＦ', ' v2\u00A0staff'])('the profile’s realm %j chooses the group v2', async (realm) => {
    const { who, sent } = await signIn(groups, { credentials: mei }, { realm });
    expect(who.asked[0]).not.toHaveProperty('failure');
    expect(sent?.group).toBe('v2');
  });

  test('a realm that is not offered is asked for, with what is offered, under a label without the full-width colon', async () => {
    const { who, sent } = await signIn(groups, { credentials: choosing('v2 Staff') }, { realm: 'Nope' });
    expect(who.asked[0]).toMatchObject({
      failure: { code: 'choice-not-offered', params: { name: 'Nope', offered: 'v1 Full, v2 Staff' } },
      selects: [{ label: 'GROUP' }],
    });
    expect(sent?.group).toBe('v2');
  });

  test('a single group is not chosen if the profile names another', async () => {
    const { who } = await signIn(grouped({ value: 'v1', label: 'v1 Full' }), { credentials: choosing('v1 Full') }, { realm: 'Staff' });
    expect(who.asked[0]).toMatchObject({ failure: { code: 'choice-not-offered', params: { offered: 'v1 Full' } } });
  });

  test('two groups with one label can be told apart, and the chosen one is sent', async () => {
    const { who, sent } = await signIn(grouped({ value: 'east', label: 'Staff' }, { value: 'west', label: 'STAFF' }), {
      credentials: choosing('STAFF (west)'),
    });
    expect(who.asked[0]).toMatchObject({ selects: [{ options: [{ label: 'Staff (east)' }, { label: 'STAFF (west)' }] }] });
    expect(sent?.group).toBe('west');
  });

  test('a user ID is sent without surrounding spaces, a password with them', async () => {
    const { sent } = await signIn(signInForm, { credentials: credentials('\u3000mei\u00A0\t\u200B', ' pw ') });
    expect(sent?.fields).toMatchObject({ username: 'mei', password: ' pw ' });
  });

  const atPortal = async (config: string, script: Script, profile: Partial<Profile> = {}) => {
    portal = await startFamily('gp', globalProtectWith(config));
    const who = person(script);
    return { who, session: awaitedLater(bench.driver.signIn(targetFor(portal.profile(profile)), who.ask, new AbortController().signal)) };
  };
  const listOf = (gateways: readonly { host: string; label: string }[]) =>
    `<policy><gateways><external><list>${gateways.map(({ host, label }) => `<entry name="${host}"><description>${label}</description></entry>`).join('')}</list></external></gateways></policy>`;
  const last = { host: 'gp.campus.test', label: 'Last site' };
  const inPortal = credentials('mei', 'harbour');

  test('GlobalProtect chooses the gateway that the profile names among 1,000, without a question', async () => {
    const { who, session } = await atPortal(
      listOf([...sites(999), last]),
      { credentials: inPortal, passcode: passcode('123456') },
      { realm: 'LAST SITE' },
    );
    await session;
    expect(who.kinds()).toEqual(['credentials', 'passcode']);
  });

  test('GlobalProtect takes the person’s choice among 1,000 gateways', async () => {
    const choice = ({ options }: PromptOf<'choice'>): Answer => ({ kind: 'choice', option: options.at(-1)?.id ?? '' });
    const { who, session } = await atPortal(listOf([...sites(999), last]), { credentials: inPortal, passcode: passcode('123456'), choice });
    await session;
    expect(who.asked[1]).toMatchObject({ kind: 'choice', purpose: 'realm' });
    expect(who.asked[1]).toHaveProperty('options.length', 1_000);
  });

  test('GlobalProtect asks for a gateway, with what is offered, if the portal does not offer the profile’s', async () => {
    const choice = ({ options }: PromptOf<'choice'>): Answer => ({ kind: 'choice', option: options.at(-1)?.id ?? '' });
    const script = { credentials: inPortal, passcode: passcode('123456'), choice };
    const { who, session } = await atPortal(listOf([...sites(1), last]), script, { realm: 'West' });
    await session;
    expect(who.asked[1]).toMatchObject({ kind: 'choice', failure: { code: 'choice-not-offered', params: { name: 'West' } } });
  });

  test('GlobalProtect refuses a list of more than 1,000 gateways', async () => {
    const { session } = await atPortal(listOf([...sites(1_000), last]), { credentials: inPortal });
    await expect(session).rejects.toMatchObject(failsWith('gateway-protocol'));
  });

  test.each([
    '<policy><has-config>no</has-config></policy>',
    '<policy><gateways><external><list></list></external></gateways></policy>',
    '<policy><portal-name>Campus</portal-name></policy>',
  ])('GlobalProtect reports that no gateway is assigned to this person, and blames neither address nor password: %s', async (config) => {
    const { session } = await atPortal(config, { credentials: inPortal });
    await expect(session).rejects.toMatchObject(failsWith('no-gateway', { host: 'gp.campus.test' }));
  });
});

describe.skipIf(missingLibrary() !== null)('groups on the command line', () => {
  const run = async (form: FormSpec, profile: Partial<Profile>, answers: object, ...more: string[]) => {
    const gateway = await FormGateway.start(steps(form, 'success'));
    onTestFinished(() => gateway.stop());
    const folder = await cliFolder();
    const file = join(folder, 'campus.causeway');
    await writeFile(file, JSON.stringify(gateway.profile(profile)));
    const given = await answersFile(folder, { user: 'mei', password: 'pw', ...answers });
    const running = startCommand('connect', file, '--answers', given, '--user-data-dir', folder, ...more);
    const code = await running.exit;
    return { code, end: running.events().at(-1), sent: gateway.requests.filter(({ init }) => !init) };
  };
  const nope = {
    event: 'end',
    exitCode: 2,
    failure: { code: 'choice-not-offered', params: { name: 'Nope', offered: 'v1 Full, v2 Staff' } },
  };

  test.each<[string, Partial<Profile>, object, string[]]>([
    ['the profile’s realm', { realm: 'Nope' }, {}, []],
    ['choose in a file', {}, { choose: ['Nope'] }, []],
    ['fields in a file', {}, { fields: { group: 'Nope' } }, []],
    ['--choose', {}, {}, ['--choose', 'Nope']],
  ])(
    'a group that is not offered, named by %s, ends with exit code 2 and the list of groups, and nothing is sent',
    async (_how, profile, answers, more) => {
      const { code, end, sent } = await run(groups, profile, answers, ...more);
      expect([code, end]).toMatchObject([2, nope]);
      expect(sent).toEqual([]);
    },
  );

  test('--choose names the group regardless of case', async () => {
    const { sent } = await run(groups, {}, {}, '--choose', 'V2 STAFF');
    expect(sent.at(-1)).toMatchObject({ group: 'v2', fields: { password: 'pw' } });
  });
});
