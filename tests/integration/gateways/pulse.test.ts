import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../../../shared/failure.ts';
import type { Answer, PromptOf } from '../../../shared/prompt.ts';
import type { Profile } from '../../../shared/profile.ts';
import { answersFile, cliFolder } from '../../support/cli.ts';
import { startCommand } from '../../peers/command.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
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
import { startPulse, type Pulse, type PulseOptions } from '../../peers/gateways/pulse.ts';
import { awaitedLater } from '../../support/awaited-later.ts';

const never = new AbortController().signal;
const mei = credentials('mei.chan', 'harbour-lantern-42');

describe.skipIf(missingLibrary() !== null)('Pulse, through the real library', () => {
  let bench: DriverBench;
  let pulse: Pulse | null = null;
  beforeAll(async () => {
    bench = await startDriver();
  });
  afterEach(() => pulse?.stop());
  afterAll(() => bench.driver.stop());

  const begin = async (options: PulseOptions, script: Script, profile: Partial<Profile> = {}) => {
    const at = await startPulse(options);
    pulse = at;
    const who = person(script);
    return { at, who, session: awaitedLater(bench.driver.signIn(targetFor(at.profile(profile)), who.ask, never)) };
  };
  const choose =
    (label: string) =>
    ({ options }: PromptOf<'choice'>): Answer => ({ kind: 'choice', option: options.find((option) => option.label === label)?.id ?? '' });

  test('a wrong Pulse password is reported, the right one gives a cookie, and the gateway is told at the end', async () => {
    const { at, who, session } = await begin({}, { credentials: [credentials('mei.chan', 'no'), mei] });
    const signedIn = await session;
    expect(who.kinds()).toEqual(['credentials', 'credentials']);
    expect(who.asked[1]).toMatchObject({ failure: { code: 'sign-in-rejected' } });
    expect(at.typed).toEqual(['no', at.user.password]);
    expect([...at.cookies]).toEqual([signedIn.grant.kind === 'openconnect' ? signedIn.grant.cookie : '']);
    expect(await signedIn.close()).toBe(true);
    expect(at.cookies.size).toBe(0);
  });

  test('a Pulse realm is chosen by the person or the profile', async () => {
    const realms = ['Staff', 'Students'];
    const chosen = await begin({ realms }, { choice: choose('Students'), credentials: mei });
    await chosen.session;
    expect(chosen.who.asked[0]).toMatchObject({ kind: 'choice', purpose: 'realm', options: [{ label: 'Staff' }, { label: 'Students' }] });
    expect(chosen.at.typed[0]).toBe('Students');
    await chosen.at.stop();
    const named = await begin({ realms }, { credentials: mei }, { realm: 'staff' });
    await named.session;
    expect(named.at.typed[0]).toBe('Staff');
    expect(named.who.kinds()).toEqual(['credentials']);
  });

  test('a Pulse token is a passcode, and a wrong one is reported', async () => {
    const codes = [passcode('000000'), passcode('287082')];
    const { at, who, session } = await begin({ token: 'Enter your code' }, { credentials: mei, passcode: codes });
    await session;
    expect(who.kinds()).toEqual(['credentials', 'passcode', 'passcode']);
    expect(who.asked[2]).toMatchObject({ failure: { code: 'passcode-wrong' } });
    expect(at.cookies.size).toBe(1);
  });

  test('an expired Pulse password is changed, and a new one that the gateway rejects is asked for again', async () => {
    const change = (fresh: string): Answer => ({
      kind: 'fields',
      values: { 'oldpass': 'harbour-lantern-42', 'newpass1': fresh, 'field-2': fresh },
    });
    const { at, who, session } = await begin({ change: 12 }, { credentials: mei, fields: [change('short'), change('longer-than-that')] });
    await session;
    expect(who.kinds()).toEqual(['credentials', 'fields', 'fields']);
    // What is kept by Remember me afterwards
    expect(who.asked[1]).toMatchObject({ fields: [{ name: 'oldpass' }, { newPassword: true }, { newPassword: true }] });
    expect(who.asked[2]).toMatchObject({ failure: { code: 'answer-rejected' } });
    expect(at.typed.at(-1)).toBe('longer-than-that');
  });

  test('the profile’s notice replaces the one that Pulse hides, and is shown before anything is sent', async () => {
    const { at, session } = await begin({}, { notice: { kind: 'notice', proceed: false } }, { notice: 'For members only.' });
    await expect(session).rejects.toMatchObject(failsWith('notice-declined'));
    expect(at.typed).toEqual([]);
  });

  test.each<[string, PulseOptions, string]>([
    ['a check of the computer', { hostCheck: true }, 'host-check'],
    ['a locked account', { failure: 0x0d }, 'account-locked-out'],
    ['a client without the abilities that the gateway wants', { refusesClient: true }, 'pulse-refused'],
    ['a client that the realm does not take (code 0)', { failure: 0x00 }, 'pulse-refused'],
    ['bytes that are no packets', { instead: 'garbage' }, 'gateway-protocol'],
  ])('a Pulse gateway that answers with %s fails with its own code', async (_, options, code) => {
    const { session } = await begin(options, {});
    await expect(session).rejects.toMatchObject(failsWith(code as Parameters<typeof failsWith>[0]));
  });

  test('Pulse’s refusal with a code after a password was sent is about the password, not about the client', async () => {
    const { who, session } = await begin({ failureAfterPassword: 0x00 }, { credentials: [mei, 'leave'] });
    await expect(session).rejects.toMatchObject(failsWith('cancelled'));
    expect(who.asked[1]).toMatchObject({ kind: 'credentials', failure: { code: 'sign-in-rejected' } });
  });

  test('a Pulse exchange broken off in the middle fails as closed or as protocol, which the library does not distinguish', async () => {
    const { session } = await begin({ instead: 'break' }, {});
    const { code } = await session.then(() => ({ code: 'none' }), failureOf);
    expect(['gateway-closed', 'gateway-protocol']).toContain(code);
  });

  test('a client certificate that a Pulse gateway wants is asked for', async () => {
    const { who, session } = await begin({ failure: 0x0e }, { 'client-certificate': 'leave' });
    await expect(session).rejects.toMatchObject(failsWith('cancelled'));
    expect(who.asked).toMatchObject([{ kind: 'client-certificate', failure: { code: 'client-certificate-missing' } }]);
  });

  test('with too many Pulse sessions, the chosen one is ended', async () => {
    const { at, who, session } = await begin({ sessions: ['s-one', 's-two'] }, { credentials: mei, choice: choose('s-two') });
    await session;
    expect(who.asked[1]).toMatchObject({ kind: 'choice', purpose: 'session' });
    expect(at.typed.at(-1)).toBe('s-two');
  });

  test('Cancel leaves a silent Pulse gateway', async () => {
    const at = await startPulse({ instead: 'silence' });
    pulse = at;
    const leave = new AbortController();
    const session = bench.driver.signIn(targetFor(at.profile()), person({}).ask, leave.signal);
    setTimeout(() => leave.abort(), 300);
    await expect(session).rejects.toMatchObject(failsWith('cancelled'));
  });
});

describe.skipIf(missingForPeers() !== null)('causeway connect to a Pulse gateway', () => {
  test('causeway connect signs in to Pulse unattended, and a tunnel that shows its cookie stays up until it is ended', async () => {
    const pulse = await startPulse({ realms: ['Staff', 'Students'], token: 'Enter your code' });
    onTestFinished(() => pulse.stop());
    const folder = await cliFolder();
    const file = join(folder, 'campus.causeway');
    await writeFile(file, JSON.stringify(pulse.profile()));
    const { name, password, token } = pulse.user;
    const answers = await answersFile(folder, { user: name, password, passcode: token, choose: ['Students'] });
    const run = startCommand('connect', file, '--answers', answers, '--user-data-dir', folder);
    await run.until('state', ({ state }) => state === 'connected');
    expect(pulse.tunnels()).toBe(1);
    expect(pulse.typed).toEqual(['Students', password, token]);
    run.interrupt();
    expect(await run.exit).toBe(0);
    await expect.poll(() => pulse.tunnels()).toBe(0);
    expect(pulse.cookies.size).toBe(0);
  });
});
