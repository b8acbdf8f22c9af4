import { describe, expect, it } from 'vitest';
import type { Answer, Prompt } from '../../../shared/prompt.ts';
import { profile, realm, signIn, typed, useSavedSignIn } from '../../support/saved-sign-in.ts';

const saved = useSavedSignIn();
const { start, remembered, worked } = saved;

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
    expect(saved.settings.get().choices).toEqual({});
  });

  it('a chosen group is forgotten with the saved sign-in', async () => {
    await worked([[signIn(), typed('2')]]);
    await remembered().forget(profile.id);
    expect(saved.settings.get()).toMatchObject({ choices: {}, userIds: {}, savedPasswords: [] });
    expect(saved.keytar.entries.size).toBe(0);
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
    const kept = Object.keys(saved.settings.get().choices[profile.id] ?? {});
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
    expect([...saved.keytar.entries.values()]).toEqual(['changed']);
  });

  it('a changed password is saved even if the old one came from the keychain, and signs in the next time', async () => {
    await worked([[plain, typed('0')]]);
    const savedPassword = start();
    const prepared = savedPassword.preparedFor(profile);
    expect(await prepared(plain)).toMatchObject({ values: { password: 'typed' } });
    savedPassword.note(profile.id, change, changed, false);
    expect(await prepared(plain)).toMatchObject({ values: { user: 'mei', password: 'changed' } });
    expect(await prepared(plain)).toBeNull();
    expect([...saved.keytar.entries.values()]).toEqual(['typed']);
  });

  it('a changed password is not saved without Remember me', async () => {
    await worked(
      [
        [plain, typed('0')],
        [change, changed],
      ],
      false,
    );
    expect(saved.keytar.entries.size).toBe(0);
    expect(JSON.stringify(saved.settings.get())).not.toContain('changed');
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
    expect(saved.keytar.entries.size).toBe(0);
    expect(saved.told).toEqual(['saved-password-removed']);
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
      expect(saved.told).toEqual([]);
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
      expect(saved.keytar.entries.size).toBe(1);
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
    expect(saved.keytar.entries.size).toBe(0);
  });
});
