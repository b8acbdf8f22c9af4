import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Profile } from '../../shared/profile.ts';
import { missingForPeers } from './namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from './ocserv.ts';
import { credentials, passcode, person, startDriver, targetFor, type DriverBench, type Script } from './openconnect-bench.ts';

const missing = missingForPeers();

describe.skipIf(missing !== null)('signing in to ocserv with password and code', () => {
  let lab: Ocserv;
  let bench: DriverBench;
  let users = 0;
  beforeAll(async () => {
    [lab, bench] = await Promise.all([startOcserv(), startDriver()]);
  });
  afterAll(async () => {
    bench.driver.stop();
    await lab.stop();
  });
  /** One for each test: nobody waits for the next code. */
  const newUser = () => lab.addUser({ name: `user${++users}` });
  const signIn = async (script: Script, profile: Partial<Profile> = {}, signal = new AbortController().signal) => {
    const who = person(script);
    const session = await bench.driver.signIn(targetFor(profileOf(lab, profile)), who.ask, signal);
    return { session, who };
  };

  test('asks once for user and password and once for the code', async () => {
    const { name, password } = newUser();
    const { session, who } = await signIn({ credentials: credentials(name, password), passcode: () => passcode(lab.codeFor(name)) });
    expect(who.kinds()).toEqual(['credentials', 'passcode']);
    expect(session).toMatchObject({
      user: name,
      extendable: false,
      grant: { kind: 'openconnect', protocol: 'anyconnect', connectUrl: `https://${lab.host}/`, serverPin: `pin-sha256:${lab.pin}` },
    });
    expect(session.grant).toHaveProperty('cookie', expect.stringContaining('webvpn='));
    expect(bench.log.join('\n')).not.toContain(password);
  });

  test('says that a password was wrong, and takes the right one in a new sign-in of its own', async () => {
    const { name, password } = newUser();
    const { who } = await signIn({
      credentials: [credentials(name, 'not it'), credentials(name, password)],
      passcode: () => passcode(lab.codeFor(name)),
    });
    expect(who.kinds()).toEqual(['credentials', 'credentials', 'passcode']);
    expect(who.asked[0]).not.toHaveProperty('failure');
    expect(who.asked[1]).toMatchObject({
      failure: { code: 'sign-in-rejected' },
      fields: [{ name: 'user', value: name }, { name: 'password' }],
    });
  });

  test('says that a code was wrong without asking for the password again', async () => {
    const { name, password } = newUser();
    const { who } = await signIn({
      credentials: credentials(name, password),
      passcode: [passcode('000000'), () => passcode(lab.codeFor(name))],
    });
    expect(who.kinds()).toEqual(['credentials', 'passcode', 'passcode']);
    expect(who.asked[2]).toMatchObject({ failure: { code: 'passcode-wrong' } });
  });
});
