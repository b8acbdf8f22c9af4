import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, PromptOf } from '../../../shared/prompt.ts';
import type { Profile } from '../../../shared/profile.ts';
import {
  credentials,
  hasOurs,
  missingLibrary,
  passcode,
  person,
  startDriver,
  targetFor,
  type DriverBench,
  type Script,
} from '../../peers/openconnect-bench.ts';
import {
  challenges,
  f5Hidden,
  globalProtectWith,
  startFamily,
  type Family,
  type FamilyGateway,
  type Pages,
} from '../../peers/gateways/other-families.ts';

const mei = credentials('mei', 'harbour');

describe.skipIf(missingLibrary() !== null)('the forms of other families, through the real library', () => {
  let bench: DriverBench;
  let gateway: FamilyGateway | null = null;
  beforeAll(async () => {
    bench = await startDriver();
  });
  afterEach(() => gateway?.stop());
  afterAll(() => bench.driver.stop());

  const signIn = async (family: Family, script: Script, profile: Partial<Profile> = {}, own: Pages | null = null) => {
    const at = await startFamily(family, own);
    gateway = at;
    const who = person(script);
    const session = await bench.driver.signIn(targetFor(at.profile(profile)), who.ask, new AbortController().signal);
    return { at, who, session };
  };
  const cookieOf = ({ session }: Awaited<ReturnType<typeof signIn>>) => (session.grant.kind === 'openconnect' ? session.grant.cookie : '');
  const choose =
    (label: string) =>
    ({ options }: PromptOf<'choice'>): Answer => ({ kind: 'choice', option: options.find((option) => option.label === label)?.id ?? '' });

  test('GlobalProtect signs in by portal, choice of gateway and challenge', async () => {
    const run = await signIn('gp', { credentials: mei, choice: choose('Main site'), passcode: passcode('123456') });
    expect(run.who.kinds()).toEqual(['credentials', 'choice', 'passcode']);
    expect(run.who.asked[1]).toMatchObject({ purpose: 'realm', options: [{ label: 'East site' }, { label: 'Main site' }] });
    expect(cookieOf(run)).toMatch(/authcookie=authcookie0123456789.*user=mei/);
    expect(await run.session.close()).toBe(true);
    expect(run.at.requests.at(-1)).toMatchObject({ path: '/ssl-vpn/logout.esp', method: 'POST' });
    expect(run.at.requests.at(-1)?.form.get('authcookie')).toBe('authcookie0123456789');
  });

  describe.skipIf(!hasOurs)('with our own OpenConnect, which can do what the system’s 9.01 cannot', () => {
    test.each([
      ['xml', /Enter the code on your phone/],
      ['script', /"Enter" the code on your phone/],
      ['page', /Enter the code on your phone ☎/],
    ] as const)('GlobalProtect accepts a challenge as %s', async (kind, words) => {
      const script = { credentials: mei, choice: choose('Main site'), passcode: passcode('123456') };
      const run = await signIn('gp', script, {}, globalProtectWith(undefined, challenges[kind]));
      expect(run.who.kinds()).toEqual(['credentials', 'choice', 'passcode']);
      expect(run.who.asked[2]).toMatchObject({ message: expect.stringMatching(words) as unknown });
      expect(cookieOf(run)).toMatch(/authcookie=authcookie0123456789/);
    });

    test('F5’s hidden form before the code is submitted automatically, and a form’s name is not shown as a heading', async () => {
      const run = await signIn('f5', { credentials: mei, passcode: passcode('123456') }, {}, f5Hidden);
      expect(run.who.kinds()).toEqual(['credentials', 'passcode']);
      expect(JSON.stringify(run.who.asked)).not.toMatch(/auth_form|hidden_form|code_form/);
      expect(run.at.requests.filter(({ method }) => method === 'POST').map(({ form }) => [...form.keys()].sort())).toEqual([
        ['password', 'username'],
        ['choice'],
        ['otp'],
      ]);
      expect(cookieOf(run)).toMatch(/MRHSession=0123456789abcdef/);
    });
  });

  test('GlobalProtect reports a wrong password and a wrong code, and takes the gateway that the profile names', async () => {
    const run = await signIn(
      'gp',
      { credentials: [credentials('mei', 'no'), mei], passcode: [passcode('000000'), passcode('123456')] },
      { realm: 'Main site' },
    );
    expect(run.who.kinds()).toEqual(['credentials', 'credentials', 'passcode', 'passcode']);
    expect(run.who.asked[1]).toMatchObject({ failure: { code: 'sign-in-rejected' } });
    expect(run.who.asked[3]).toMatchObject({ failure: { code: 'passcode-wrong' } });
  });

  test('F5 signs in with a list in the first form, a code in the next and a hidden field kept', async () => {
    const run = await signIn('f5', {
      credentials: ({ selects: [select] }) => ({
        kind: 'credentials',
        values: { user: 'mei', password: 'harbour', [select?.name ?? '']: '1' },
      }),
      passcode: [passcode('999999'), passcode('123456')],
    });
    // The heading of its page is a heading, and nothing to agree to
    expect(run.who.kinds()).toEqual(['credentials', 'passcode', 'passcode']);
    expect(run.who.asked[0]).toMatchObject({
      kind: 'credentials',
      title: 'Secure Logon for Campus',
      // The page has no label for it: its name is spelled as one
      selects: [{ label: 'Domain', options: [{ label: 'Students' }, { label: 'Staff' }] }],
    });
    expect(run.who.asked.at(-1)).toMatchObject({
      kind: 'passcode',
      message: 'Your token code, please',
      failure: { code: 'passcode-wrong' },
    });
    expect(cookieOf(run)).toMatch(/^MRHSession=\w+; F5_ST=\w+/);
    const posts = run.at.requests.filter(({ method }) => method === 'POST').map(({ form }) => Object.fromEntries(form));
    expect(posts[0]).toEqual({ username: 'mei', password: 'harbour', domain: 't' });
    expect(posts[1]).toEqual({ code: '999999', vhost: 'standard' });
    expect(await run.session.close()).toBe(true);
  });

  test('Fortinet asks for a token after the password (2FA prompt never appears: openfortigui#107)', async () => {
    const run = await signIn('fortinet', {
      credentials: [credentials('mei', 'no'), mei],
      passcode: [passcode('000000'), passcode('123456')],
    });
    expect(run.who.kinds()).toEqual(['credentials', 'credentials', 'passcode', 'passcode']);
    expect(run.who.asked[3]).toMatchObject({ failure: { code: 'passcode-wrong' } });
    expect(cookieOf(run)).toBe('SVPNCOOKIE=0123456789abcdef');
    expect(run.at.requests.find(({ form }) => form.has('code'))?.form.get('realm')).toBe('students');
    expect(await run.session.close()).toBe(true);
  });

  test('Fortinet signs in to the realm in the profile’s address', async () => {
    const run = await signIn('fortinet', { credentials: mei, passcode: passcode('123456') }, { signInPath: '/remote/login?realm=staff' });
    expect(run.at.requests.find(({ form }) => form.has('code'))?.form.get('realm')).toBe('staff');
  });

  test('Array signs in with user and password', async () => {
    const run = await signIn('array', { credentials: [credentials('mei', 'no'), mei] });
    expect(run.who.asked[1]).toMatchObject({ failure: { code: 'sign-in-rejected' } });
    expect(cookieOf(run)).toBe('ANsession0123456789=abcdef0123456789');
    // Nothing is known of how to tell it
    expect(await run.session.close()).toBe(false);
  });
});
