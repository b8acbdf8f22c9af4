import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../../electron/gateways/gateway.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer } from '../../../shared/prompt.ts';
import { startIvanti, type Ivanti, type IvantiOptions } from '../../peers/gateways/ivanti.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import {
  credentials,
  passcode,
  person,
  proceed,
  startDriver,
  targetFor,
  type DriverBench,
  type Script,
} from '../../peers/openconnect-bench.ts';

const missing = missingForPeers();

/** The protocol `nc`, which reads the same pages as a person's browser would, against the stand-in for Ivanti. */
describe.skipIf(missing !== null)('signing in to Ivanti by its forms', () => {
  let bench: DriverBench;
  let ivanti: Ivanti;
  beforeAll(async () => {
    bench = await startDriver();
  });
  afterAll(() => bench.driver.stop());
  afterEach(() => ivanti.stop());

  async function signIn(options: IvantiOptions, script: (peer: Ivanti) => Script, profile: Partial<Profile> = {}) {
    ivanti = await startIvanti(options);
    const who = person(script(ivanti));
    const session = await bench.driver.signIn(targetFor(ivanti.profile(profile)), who.ask, new AbortController().signal);
    return { session, who };
  }
  const right = ({ user }: Ivanti): Answer => credentials(user.name, user.password);
  /** The session is the one that the gateway has just opened. */
  const isIn = ({ grant }: Session): void => {
    expect(grant.kind === 'openconnect' ? grant.protocol : null).toBe('nc');
    expect(grant.kind === 'openconnect' ? grant.cookie : '').toContain(`DSID=${[...ivanti.signedIn][0] ?? 'none'}`);
  };

  test('an Ivanti gateway takes user and password, and the session is closed there at the end', async () => {
    const { session, who } = await signIn({}, (peer) => ({ credentials: right(peer) }));
    expect(who.kinds()).toEqual(['credentials']);
    isIn(session);
    expect(session.grant).toMatchObject({ serverPin: ivanti.pin });
    expect(await session.close()).toBe(true);
    expect([...ivanti.signedIn]).toEqual([]);
  });

  test('an Ivanti notice is shown first, with Proceed', async () => {
    const { session, who } = await signIn({ notice: 'For members only.' }, (peer) => ({ notice: proceed, credentials: right(peer) }));
    expect(who.asked[0]).toMatchObject({ kind: 'notice', text: 'For members only.' });
    isIn(session);
  });

  test('declining an Ivanti notice ends the sign-in, and nothing more is asked', async () => {
    await expect(signIn({ notice: 'For members only.' }, () => ({ notice: { kind: 'notice', proceed: false } }))).rejects.toMatchObject({
      failure: { code: 'notice-declined' },
    });
    expect(ivanti.received.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  test('a failed try at an Ivanti gateway is reported, although the page looks unchanged', async () => {
    const { who } = await signIn({}, (peer) => ({ credentials: [credentials(peer.user.name, 'wrong'), right(peer)] }));
    expect(who.asked[1]).toMatchObject({ failure: { code: 'sign-in-rejected' } });
  });

  test('the realm of the profile is chosen without a question (wrong page: SSO#194)', async () => {
    const { session } = await signIn({ realms: ['Students', 'Staff'] }, (peer) => ({ credentials: right(peer) }), { realm: 'Staff' });
    isIn(session);
    expect(ivanti.received.findLast(({ form }) => 'username' in form)?.form['realm']).toBe('Staff');
  });

  test('without a realm in the profile, the person chooses one', async () => {
    const { who } = await signIn({ realms: ['Students', 'Staff'] }, (peer) => ({
      credentials: ({ selects }) => ({
        kind: 'credentials',
        values: {
          user: peer.user.name,
          password: peer.user.password,
          [selects[0]?.name ?? '']: selects[0]?.options.find(({ label }) => label === 'Staff')?.value ?? '',
        },
      }),
    }));
    expect(who.kinds()).toEqual(['credentials']);
    expect(ivanti.received.findLast(({ form }) => 'username' in form)?.form['realm']).toBe('Staff');
  });

  test('a second password that the profile does not mention is an ordinary field (OG#231)', async () => {
    const { session, who } = await signIn({ secondPassword: '734 921' }, ({ user }) => ({
      credentials: ({ fields }) => ({
        kind: 'credentials',
        values: { user: user.name, password: user.password, [fields[2]?.name ?? '']: '734 921' },
      }),
    }));
    expect(who.asked).toMatchObject([
      { kind: 'credentials', fields: [{ name: 'user' }, { name: 'password' }, { secret: true, name: 'password#2', label: 'Password 2' }] },
    ]);
    isIn(session);
  });

  test('a second password for Duo becomes the second-factor screen, where a click sends a push', async () => {
    const { session, who } = await signIn(
      { secondPassword: 'push' },
      (peer) => ({
        'credentials': right(peer),
        'second-factor': ({ devices }) => ({ kind: 'second-factor', method: 'push', device: devices[0]?.id ?? '' }),
        'push': 'wait',
      }),
      { secondFactor: 'duo-second-password' },
    );
    expect(who.kinds().slice(0, 2)).toEqual(['credentials', 'second-factor']);
    expect(ivanti.received.findLast(({ form }) => 'username' in form)?.form['password#2']).toBe('push');
    isIn(session);
  });

  test.each(['defender', 'totp'] as const)('a code on its own page (%s) is asked for again if it was wrong', async (kind) => {
    const { session, who } = await signIn({ token: { kind, code: '778899' } }, (peer) => ({
      credentials: right(peer),
      passcode: [passcode('000000'), passcode('778899')],
    }));
    expect(who.kinds()).toEqual(['credentials', 'passcode', 'passcode']);
    expect(who.asked[2]).toMatchObject({ failure: { code: 'passcode-wrong' } });
    isIn(session);
  });

  test('an Ivanti role is chosen by one click', async () => {
    const { session, who } = await signIn({ roles: ['Student', 'Library'] }, (peer) => ({
      credentials: right(peer),
      choice: ({ options }) => ({ kind: 'choice', option: options.find(({ label }) => label === 'Library')?.id ?? '' }),
    }));
    expect(who.asked.at(-1)).toMatchObject({ kind: 'choice', purpose: 'role' });
    expect(ivanti.received.find(({ query }) => query.startsWith('role='))?.query).toContain('Library');
    isIn(session);
  });

  test('with other sessions already up, the library ends one itself, and nobody is asked', async () => {
    const { session, who } = await signIn({ sessions: [{ id: 's1', label: 'Laptop' }] }, (peer) => ({ credentials: right(peer) }));
    expect(who.kinds()).toEqual(['credentials']);
    expect(ivanti.received.find(({ form }) => 'FormDataStr' in form)?.form).toMatchObject({ btnContinue: 'Continue the session' });
    isIn(session);
  });
});
