import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PendingSecrets } from '../../../electron/app/sign-in/pending-secrets.ts';
import { PageSignInFiles } from '../../../electron/storage/page-sign-ins.ts';
import { SavedSignIn, withoutSignIn } from '../../../electron/app/sign-in/saved-sign-in.ts';
import { SavedPassword } from '../../../electron/app/sign-in/saved-password.ts';
import { noPolicy } from '../../../electron/storage/policy/policy.ts';
import { Secrets } from '../../../electron/storage/secrets.ts';
import { freshSettings } from '../../../electron/storage/settings-file.ts';
import { Settings } from '../../../electron/storage/settings.ts';
import type { Failure } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer, Prompt, PromptOf } from '../../../shared/prompt.ts';
import { memoryKeytar } from '../../support/app.ts';

const profile: Profile = {
  version: 1,
  id: 'campus',
  name: 'Campus',
  gateways: ['vpn.campus.test'],
  protocol: 'anyconnect',
  tunnel: 'app',
  labels: { userId: 'User', password: 'Password' },
  portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
  trust: { kind: 'system' },
};
const groups = ['Guests', 'Staff', 'Students'];
const signIn = (order = groups): PromptOf<'credentials'> => ({
  kind: 'credentials',
  fields: [
    { name: 'user', secret: false },
    { name: 'password', secret: true },
  ],
  // The first is the gateway's default
  selects: [{ name: 'group_list', label: 'Group', options: order.map((label, index) => ({ value: String(index), label })), value: '0' }],
});
const realm: PromptOf<'choice'> = {
  kind: 'choice',
  purpose: 'realm',
  options: [
    { id: '0', label: 'Staff' },
    { id: '1', label: 'Students' },
  ],
};
const typed = (group: string): Answer => ({ kind: 'credentials', values: { user: 'mei', password: 'typed', group_list: group } });

let directory: string;
let settings: Settings;
let keytar: ReturnType<typeof memoryKeytar>;
/** What the person was told. Anything but a password that was removed is a fault here. */
let told: string[] = [];
const tell = ({ code }: Failure): void => {
  if (code !== 'saved-password-removed') throw new Error(code);
  told.push(code);
};
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-keeper-'));
  settings = await Settings.open(directory);
  keytar = memoryKeytar();
  told = [];
});
afterEach(() => rm(directory, { recursive: true }));

const start = (): SavedPassword =>
  new SavedPassword({
    settings,
    secrets: new Secrets(() => Promise.resolve(keytar)),
    pendingSecrets: new PendingSecrets(Date.now, () => undefined),
    isAllowed: () => true,
    changed: () => undefined,
    tell,
  });

const remembered = (): SavedSignIn =>
  new SavedSignIn({
    settings,
    secrets: new Secrets(() => Promise.resolve(keytar)),
    pendingSecrets: new PendingSecrets(Date.now, () => undefined),
    policy: () => ({ ...noPolicy, keptCodes: true }),
    pageSignIns: new PageSignInFiles(settings.directory),
    now: Date.now,
    changed: () => undefined,
    tell,
  });

/** One sign-in that works, in which a person answered these. */
async function worked(given: readonly (readonly [Prompt, Answer])[], remember = true, savedPassword = start()): Promise<void> {
  const prepared = savedPassword.preparedFor(profile);
  for (const [prompt, answer] of given) {
    expect(await prepared(prompt)).toBeNull();
    savedPassword.note(profile.id, prompt, answer, remember);
  }
  await savedPassword.worked(profile.id);
}

describe('a group that was chosen (SSO#194)', () => {
  it('a chosen group is preselected the next time, even if its number has changed (SSO#194)', async () => {
    await worked([[signIn(), typed('2')]], false);
    const shown = start().preset(profile, signIn(['Visitors', 'Students', 'Staff']));
    expect(shown).toMatchObject({ selects: [{ value: '1' }] });
    expect(start().preset(profile, signIn(['Visitors']))).toEqual(signIn(['Visitors']));
  });

  it('a chosen group is where the saved password is sent', async () => {
    await worked([[signIn(), typed('2')]]);
    expect(await start().preparedFor(profile)(signIn(['Visitors', 'Students']))).toEqual({
      kind: 'credentials',
      values: { user: 'mei', password: 'typed', group_list: '1' },
    });
  });

  it('an unknown group is asked for: a saved password never goes to the default group by itself', async () => {
    await worked([[{ ...signIn(), selects: [] }, typed('0')]]);
    expect(await start().preparedFor(profile)(signIn())).toBeNull();
    expect(await start().preparedFor(profile)(signIn(['Students']))).not.toBeNull();
  });

  it('a choice that rings a phone is left to the person', async () => {
    const factorPrompt = signIn(['Passcode', 'Duo Push']);
    await worked([[factorPrompt, typed('1')]]);
    expect(await start().preparedFor(profile)(factorPrompt)).toBeNull();
    const groups = { ...factorPrompt, selects: factorPrompt.selects.map((select) => ({ ...select, group: true })) };
    expect(await start().preparedFor(profile)(groups)).not.toBeNull();
    expect(start().preset(profile, factorPrompt)).toMatchObject({ selects: [{ value: '1' }] });
  });

  it('a group on its own page is chosen along with a saved password once, and offered first without one', async () => {
    const chosen: Answer = { kind: 'choice', option: '1' };
    await worked([[realm, chosen]], false);
    expect(await start().preparedFor(profile)(realm)).toBeNull();
    expect(start().preset(profile, realm)).toEqual({ ...realm, usual: '1' });
    await worked([
      [realm, chosen],
      [{ ...signIn(), selects: [] }, typed('0')],
    ]);
    const prepared = start().preparedFor(profile);
    expect(await prepared(realm)).toEqual(chosen);
    expect(await prepared(realm)).toBeNull();
  });

  it('the session to end is never remembered as a choice', async () => {
    const session: Prompt = { ...realm, purpose: 'session' };
    await worked([[session, { kind: 'choice', option: '1' }]]);
    expect(start().preset(profile, session)).toEqual(session);
    expect(settings.get().choices).toEqual({});
  });

  it('a chosen group is forgotten with the saved sign-in', async () => {
    await worked([[signIn(), typed('2')]]);
    await remembered().forget(profile.id);
    expect(settings.get()).toMatchObject({ choices: {}, userIds: {}, savedPasswords: [] });
    expect(keytar.entries.size).toBe(0);
  });

  it('only a bounded part of a gateway’s text enters the settings', async () => {
    for (let round = 0; round < 30; round++)
      await worked(
        [
          [
            { ...realm, title: `Choose ${round}` },
            { kind: 'choice', option: '0' },
          ],
        ],
        false,
      );
    const kept = Object.keys(settings.get().choices[profile.id] ?? {});
    expect(kept).toHaveLength(20);
    expect(kept).toContain('Choose 29');
  });
});

describe('a password that was changed on the way in', () => {
  const plain: Prompt = { ...signIn(), selects: [] };
  const change: Prompt = {
    kind: 'fields',
    fields: [
      { name: 'old', secret: true },
      { name: 'new', secret: true, newPassword: true },
      { name: 'again', secret: true, newPassword: true },
    ],
    selects: [],
  };
  const changed: Answer = { kind: 'fields', values: { old: 'typed', new: 'changed', again: 'changed' } };

  it('a password changed during sign-in is saved in place of the old one', async () => {
    await worked([
      [plain, typed('0')],
      [change, changed],
    ]);
    expect([...keytar.entries.values()]).toEqual(['changed']);
  });

  it('a changed password is saved even if the old one came from the keychain, and signs in the next time', async () => {
    await worked([[plain, typed('0')]]);
    const savedPassword = start();
    const prepared = savedPassword.preparedFor(profile);
    expect(await prepared(plain)).toMatchObject({ values: { password: 'typed' } });
    savedPassword.note(profile.id, change, changed, false);
    expect(await prepared(plain)).toMatchObject({ values: { user: 'mei', password: 'changed' } });
    expect(await prepared(plain)).toBeNull();
    expect([...keytar.entries.values()]).toEqual(['typed']);
  });

  it('a changed password is not saved without Remember me', async () => {
    await worked(
      [
        [plain, typed('0')],
        [change, changed],
      ],
      false,
    );
    expect(keytar.entries.size).toBe(0);
    expect(JSON.stringify(settings.get())).not.toContain('changed');
  });
});

describe('a password goes in by itself once, and only where a person asked for the attempt', () => {
  const plain: Prompt = { ...signIn(), selects: [] };
  const remember = (): Promise<void> => worked([[plain, typed('0')]]);

  it('a saved password does not answer the next password question of the same attempt', async () => {
    const savedPassword = start();
    const prepared = savedPassword.preparedFor(profile);
    expect(await prepared(plain)).toBeNull();
    savedPassword.note(profile.id, plain, typed('0'), false);
    expect(await prepared({ ...plain, message: 'Second system' })).toBeNull();
  });

  it('a saved password stays in the keychain if nobody pressed Connect: after a link, a start, a command without a terminal', async () => {
    await remember();
    expect(await start().preparedFor(profile, false)(plain)).toBeNull();
    expect(await start().preparedFor(profile, true)(plain)).not.toBeNull();
  });

  it.each(['asked for again', 'ended by it'])('a rejected saved password is sent once in ten Connects: %s', async (how) => {
    await remember();
    let sent = 0;
    const savedPassword = start();
    for (let attempt = 0; attempt < 10; attempt++) {
      const prepared = savedPassword.preparedFor(profile);
      if ((await prepared(plain)) === null) continue;
      sent += 1;
      if (how === 'ended by it') await savedPassword.ended(profile.id, { code: 'sign-in-rejected' });
      else expect(await prepared({ ...plain, failure: { code: 'sign-in-rejected' } })).toBeNull();
    }
    expect(sent).toBe(1);
    expect(keytar.entries.size).toBe(0);
    expect(told).toEqual(['saved-password-removed']);
  });

  it.each(['browser-closed', 'browser-strayed'] as const)(
    'a saved password stays saved where the campus’s page ended (%s), and goes there again by a press only',
    async (code) => {
      await remember();
      const savedPassword = start();
      const prepared = savedPassword.preparedFor(profile);
      const again = { ...plain, failure: { code } };
      expect(await prepared(plain)).not.toBeNull();
      expect(await prepared(again)).toBeNull();
      expect(savedPassword.savedFor(profile.id, again)).toMatchObject({ password: true, offered: true });
      expect(await savedPassword.answerWithSaved(again, {})).toMatchObject({ values: { password: 'typed' } });
      expect(savedPassword.savedFor(profile.id, again).offered).toBe(false);
      expect(told).toEqual([]);
    },
  );

  it.each(['passcode-wrong', 'push-refused-at-once', 'answer-rejected'] as const)(
    'a saved password that may have been rejected (%s) is kept, and not sent by itself until it has worked',
    async (code) => {
      await remember();
      const savedPassword = start();
      const prepared = savedPassword.preparedFor(profile);
      expect(await prepared(plain)).not.toBeNull();
      expect(await prepared({ ...plain, failure: { code } })).toBeNull();
      await savedPassword.ended(profile.id, { code: 'cancelled' });
      expect(await savedPassword.preparedFor(profile)(plain)).toBeNull();
      expect(keytar.entries.size).toBe(1);
      savedPassword.note(profile.id, plain, typed('0'), true);
      await savedPassword.worked(profile.id);
      expect(await savedPassword.preparedFor(profile)(plain)).not.toBeNull();
    },
  );

  it.each(['push-denied', 'push-timed-out', 'gateway-silent'] as const)(
    'a failure that says nothing about the password does not delete it: %s',
    async (code) => {
      await remember();
      const savedPassword = start();
      expect(await savedPassword.preparedFor(profile)(plain)).not.toBeNull();
      await savedPassword.ended(profile.id, { code });
      expect(await savedPassword.preparedFor(profile)(plain)).not.toBeNull();
    },
  );

  it.each(['pw,push', 'pw,Phone ', 'pw;sms2'])('a password that would ring a phone each time is not saved: %j', async (password) => {
    await worked([[plain, { kind: 'credentials', values: { user: 'mei', password } }]]);
    expect(keytar.entries.size).toBe(0);
  });
});

describe('what is remembered of a sign-in', () => {
  const certificate: PromptOf<'certificate'> = {
    kind: 'certificate',
    host: 'vpn.campus.test',
    sha256: 'AA',
    key: 'k',
    subject: 'CN=vpn',
    issuer: 'CN=vpn',
    validUntil: 0,
  };
  const passcode: Prompt = { kind: 'passcode', lengths: [6] };
  const whole: Profile = { ...profile, keptCodes: true };
  const keep = async (): Promise<SavedSignIn> => {
    const kept = remembered();
    await worked(
      [
        [
          { ...signIn(), selects: [] },
          { kind: 'credentials', values: { user: 'mei', password: 'typed' } },
        ],
      ],
      true,
      kept.savedPassword,
    );
    await kept.codes.keep(whole, 'JBSWY3DPEHPK3PXP');
    settings.update(() => ({ clientCertificates: { campus: '/home/mei/mei.p12' } }));
    return kept;
  };

  it('saved password, code and certificate are filled in by themselves, but not in an attempt in which the person vouched for the server', async () => {
    const kept = await keep();
    const file: Prompt = { kind: 'client-certificate', host: 'vpn.campus.test', wantsPassphrase: false };
    const questions: Prompt[] = [{ ...signIn(), selects: [] }, passcode, file];
    const answersIn = async (accept: boolean | null): Promise<(string | undefined)[]> => {
      settings.update(() => ({ keptCodes: { campus: 0 } }));
      const prepared = kept.preparedFor(whole);
      expect(await prepared(certificate)).toBeNull();
      if (accept !== null) kept.note('campus', certificate, { kind: 'certificate', accept }, false);
      return Promise.all(questions.map(async (question) => (await prepared(question))?.kind));
    };
    expect(await answersIn(null)).toEqual(['credentials', 'passcode', 'client-certificate']);
    expect(await answersIn(true)).toEqual([undefined, undefined, undefined]);
    // The next attempt asked nothing of the kind
    expect(await answersIn(null)).toEqual(['credentials', 'passcode', 'client-certificate']);
  });

  describe('the kept password, to a server that the person vouched for', () => {
    const question: PromptOf<'credentials'> = { ...signIn(), selects: [] };
    const refused: PromptOf<'credentials'> = { ...question, failure: { code: 'sign-in-rejected' } };
    const vouching = async (kept: SavedSignIn): Promise<(asked: Prompt) => Promise<unknown>> => {
      const prepared = kept.preparedFor(whole);
      expect(await prepared(certificate)).toBeNull();
      kept.note('campus', certificate, { kind: 'certificate', accept: true }, false);
      return prepared;
    };

    it('after the person vouched for the server, a button sends the saved password once, with the choices in the form', async () => {
      const kept = await keep();
      const prepared = await vouching(kept);
      const withGroups = signIn();
      expect(await prepared(withGroups)).toBeNull();
      expect(kept.savedPassword.savedFor('campus', withGroups)).toMatchObject({ userId: 'mei', offered: true });
      expect(await kept.savedPassword.answerWithSaved(withGroups, { group_list: '2', other: 'x' })).toEqual({
        kind: 'credentials',
        values: { user: 'mei', password: 'typed', group_list: '2' },
      });
      expect(kept.savedPassword.savedFor('campus', withGroups).offered).toBe(false);
      await expect(kept.savedPassword.answerWithSaved(withGroups, {})).rejects.toMatchObject({ failure: { code: 'not-now' } });
    });

    it('a saved password that the gateway rejects is deleted at once, and its button disappears', async () => {
      const kept = await keep();
      const prepared = await vouching(kept);
      await prepared(question);
      await kept.savedPassword.answerWithSaved(question, {});
      expect(await prepared(refused)).toBeNull();
      expect(kept.savedPassword.savedFor('campus', refused)).toMatchObject({ password: false, offered: false });
      expect([...keytar.entries.values()]).not.toContain('typed');
      expect(told).toEqual(['saved-password-removed']);
    });

    it('the button for a saved password is offered if it was not sent by itself, and for a plain question only', async () => {
      const kept = await keep();
      // By a link, and by Connect
      const quiet = kept.preparedFor(whole, false);
      expect(await quiet(question)).toBeNull();
      expect(kept.savedPassword.savedFor('campus', question).offered).toBe(true);
      expect(kept.savedPassword.savedFor('campus', passcode).offered).toBe(false);
      const withCode = { ...question, fields: [...question.fields, { name: 'otp', secret: true }] };
      expect(kept.savedPassword.savedFor('campus', withCode).offered).toBe(false);
      expect(await kept.preparedFor(whole)(question)).not.toBeNull();
      expect(kept.savedPassword.savedFor('campus', refused).offered).toBe(false);
      await kept.ended('campus', null);
      expect(kept.savedPassword.savedFor('campus', question).offered).toBe(false);
    });

    it('the button for a saved password disappears once the keychain no longer has it', async () => {
      const kept = await keep();
      await vouching(kept);
      keytar.entries.clear();
      await expect(kept.savedPassword.answerWithSaved(question, {})).rejects.toMatchObject({ failure: { code: 'not-now' } });
      expect(kept.savedPassword.savedFor('campus', question)).toMatchObject({ password: false, offered: false });
    });
  });

  it('forgetting a sign-in removes all of it: on disk, in the keychain, and in what is filled in from then on', async () => {
    const kept = await keep();
    expect(keytar.entries.size).toBe(2);
    await kept.forget('campus');
    expect(keytar.entries.size).toBe(0);
    expect(JSON.stringify(settings.get())).not.toMatch(/mei|campus/);
    expect(await kept.preparedFor(whole)({ ...signIn(), selects: [] })).toBeNull();
    expect(await kept.preparedFor(whole)(passcode)).toBeNull();
  });

  it('every profile’s entry in the settings is forgotten with its sign-in, or listed in this test', () => {
    const ofOthers = [
      'preferences',
      'profiles',
      'lastProfileId',
      'acceptedCertificates',
      'vouchedHosts',
      'installation',
      'windowBounds',
      'running',
      'chosenPreferences',
      'policyProfiles',
    ];
    const kept = freshSettings();
    expect([...Object.keys(withoutSignIn(kept, 'campus')), ...ofOthers].sort()).toEqual(Object.keys(kept).sort());
  });
});
