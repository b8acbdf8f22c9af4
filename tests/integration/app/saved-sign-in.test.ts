import { describe, expect, it } from 'vitest';
import { withoutSignIn, type SavedSignIn } from '../../../electron/app/sign-in/saved-sign-in.ts';
import { freshSettings } from '../../../electron/storage/settings-file.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Prompt, PromptOf } from '../../../shared/prompt.ts';
import { profile, signIn, useSavedSignIn } from '../../support/saved-sign-in.ts';

const saved = useSavedSignIn();
const { remembered, worked } = saved;

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
    saved.settings.update(() => ({ clientCertificates: { campus: '/home/mei/mei.p12' } }));
    return kept;
  };

  it('saved password, code and certificate are filled in by themselves, but not in an attempt in which the person vouched for the server', async () => {
    const kept = await keep();
    const file: Prompt = { kind: 'client-certificate', host: 'vpn.campus.test', wantsPassphrase: false };
    const questions: Prompt[] = [{ ...signIn(), selects: [] }, passcode, file];
    const answersIn = async (accept: boolean | null): Promise<(string | undefined)[]> => {
      saved.settings.update(() => ({ keptCodes: { campus: 0 } }));
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
      expect([...saved.keytar.entries.values()]).not.toContain('typed');
      expect(saved.told).toEqual(['saved-password-removed']);
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
      saved.keytar.entries.clear();
      await expect(kept.savedPassword.answerWithSaved(question, {})).rejects.toMatchObject({ failure: { code: 'not-now' } });
      expect(kept.savedPassword.savedFor('campus', question)).toMatchObject({ password: false, offered: false });
    });
  });

  it('forgetting a sign-in removes all of it: on disk, in the keychain, and in what is filled in from then on', async () => {
    const kept = await keep();
    expect(saved.keytar.entries.size).toBe(2);
    await kept.forget('campus');
    expect(saved.keytar.entries.size).toBe(0);
    expect(JSON.stringify(saved.settings.get())).not.toMatch(/mei|campus/);
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
      'updates',
    ];
    const kept = freshSettings();
    expect([...Object.keys(withoutSignIn(kept, 'campus')), ...ofOthers].sort()).toEqual(Object.keys(kept).sort());
  });
});
