import { failureOf, type Failure } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import { tidied, type Answer, type Prompt } from '../../../shared/prompt.ts';
import { firstOf, type PreparedAnswer } from '../../access/prompts.ts';
import { entryOf, without, type SettingsFile } from '../../storage/settings-file.ts';
import type { Secrets } from '../../storage/secrets.ts';
import type { Settings } from '../../storage/settings.ts';
import { SavedCertificates } from './saved-certificate.ts';
import type { PendingSecrets } from './pending-secrets.ts';
import { SavedTotp } from './saved-totp.ts';
import { SavedPassword } from './saved-password.ts';

export interface SavedSignInDeps {
  settings: Settings;
  secrets: Secrets;
  pendingSecrets: PendingSecrets;
  /** Whether whoever administers this computer lets people keep a key for one-time codes on it. */
  totpSavingAllowed: boolean;
  now: () => number;
  changed: () => void;
  tell: (failure: Failure) => void;
}

/** All that the settings remember of a sign-in, by profile id. */
type OfSignIn = Pick<SettingsFile, 'userIds' | 'choices' | 'savedPasswords' | 'clientCertificates' | 'keptCodes'>;

/** The settings without anything of a profile's sign-in. What is not marked there as kept is never taken from the keychain. */
export function withoutSignIn(kept: Readonly<SettingsFile>, profileId: string): OfSignIn {
  return {
    userIds: without(kept.userIds, profileId),
    choices: without(kept.choices, profileId),
    savedPasswords: kept.savedPasswords.filter((each) => each !== profileId),
    clientCertificates: without(kept.clientCertificates, profileId),
    keptCodes: without(kept.keptCodes, profileId),
  };
}

/**
 * Takes a profile's password and key for codes out of the keychain, where the settings say that they are there. Called with
 * what the settings said before they forgot it. Never rejects: what the keychain does not let go of is told.
 */
export async function emptyKeychain(
  before: Readonly<SettingsFile>,
  profileId: string,
  secrets: Secrets,
  tell: (failure: Failure) => void,
): Promise<void> {
  const userId = entryOf(before.userIds, profileId);
  const work = [
    ...(before.savedPasswords.includes(profileId) && userId !== null ? [secrets.delete(profileId, userId)] : []),
    ...(entryOf(before.keptCodes, profileId) === null ? [] : [secrets.deleteCodesKey(profileId)]),
  ];
  for (const done of await Promise.allSettled(work)) if (done.status === 'rejected') tell(failureOf(done.reason));
}

/**
 * Everything that is remembered of signing in: who, with which password, in which group, with which certificate of their own
 * and which key for codes. One owner, for the app and for the command line: it answers what it can, notes what a person
 * answers, and forgets a profile as a whole.
 */
export class SavedSignIn {
  readonly savedPassword: SavedPassword;
  readonly codes: SavedTotp;
  private readonly files: SavedCertificates;
  /** The attempt that is under way: whether the person vouched for a server in it. */
  private attempt: { vouched: boolean } = { vouched: false };

  constructor(private readonly deps: SavedSignInDeps) {
    const { totpSavingAllowed: allowed, ...rest } = deps;
    this.savedPassword = new SavedPassword(rest);
    this.codes = new SavedTotp({ ...rest, allowed });
    this.files = new SavedCertificates(deps.settings);
  }

  /** A prompt with what the person chose before chosen already. */
  preset(profile: Profile, prompt: Prompt): Prompt {
    return this.savedPassword.preset(profile, prompt);
  }

  /**
   * Answers prompts of one attempt with what is remembered. Not in an attempt in which a person vouched for a server: to one
   * that only they believe, they type or press. A kept password only where a person has `pressed` Connect for this very attempt.
   */
  preparedFor(profile: Profile, pressed = true): PreparedAnswer {
    const attempt: { vouched: boolean } = { vouched: false };
    this.attempt = attempt;
    const known = firstOf(
      this.savedPassword.preparedFor(profile, pressed),
      this.files.preparedFor(profile),
      this.codes.preparedFor(profile),
    );
    return async (prompt) => {
      if (!attempt.vouched) return known(prompt);
      await this.savedPassword.hear(prompt);
      return null;
    };
  }

  /** Notes what the person answered. */
  note(profileId: string, prompt: Prompt, given: Answer, remember: boolean): void {
    const answer = tidied(given);
    if (prompt.kind === 'certificate' && answer.kind === 'certificate' && answer.accept) this.attempt.vouched = true;
    this.savedPassword.note(profileId, prompt, answer, remember);
    this.files.note(profileId, prompt, answer);
    this.codes.note(profileId, answer);
  }

  /** The sign-in worked: what was typed and chosen is remembered. Never rejects. */
  async worked(profileId: string): Promise<void> {
    this.files.worked(profileId);
    await this.savedPassword.worked(profileId);
  }

  /** The attempt ended without a session, with what the gateway said of it. Never rejects. */
  async ended(profileId: string, why: Failure | null): Promise<void> {
    await this.savedPassword.ended(profileId, why);
  }

  /** Forgets everything of a profile's sign-in: at once here and on disk, and in the keychain as soon as it lets go of it. Never rejects. */
  async forget(profileId: string): Promise<void> {
    const { settings, secrets, pendingSecrets, changed, tell } = this.deps;
    const before = settings.get();
    this.codes.spent(profileId);
    pendingSecrets.forgetSignIn();
    settings.update((kept) => withoutSignIn(kept, profileId));
    changed();
    await emptyKeychain(before, profileId, secrets, tell);
  }
}
