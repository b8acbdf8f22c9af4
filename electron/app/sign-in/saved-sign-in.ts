import { failureOf, type Failure } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import { tidied, type Answer, type Prompt } from '../../../shared/prompt.ts';
import { firstOf, type PreparedAnswer } from '../../access/prompts.ts';
import { entryOf, without, type SettingsFile } from '../../storage/settings-file.ts';
import type { PageSignInFiles } from '../../storage/page-sign-ins.ts';
import type { Policy } from '../../storage/policy/policy.ts';
import type { Secrets } from '../../storage/secrets.ts';
import type { Settings } from '../../storage/settings.ts';
import { SavedCertificates } from './saved-certificate.ts';
import type { PendingSecrets } from './pending-secrets.ts';
import { SavedTotp } from './saved-totp.ts';
import { KeptPage } from './kept-page.ts';
import { SavedPassword } from './saved-password.ts';

export interface SavedSignInDeps {
  settings: Settings;
  secrets: Secrets;
  pendingSecrets: PendingSecrets;
  /** The computer's policy. */
  policy: () => Policy;
  /** What is kept of sign-ins on campuses' own pages. */
  pageSignIns: PageSignInFiles;
  now: () => number;
  changed: () => void;
  tell: (failure: Failure) => void;
}

/** Everything that the settings remember about sign-ins, by profile id. */
type OfSignIn = Pick<SettingsFile, 'userIds' | 'choices' | 'savedPasswords' | 'clientCertificates' | 'keptCodes' | 'keptPages'>;

/** The settings without a profile's saved sign-in. A secret that they do not mark as saved is never read from the keychain. */
export function withoutSignIn(current: Readonly<SettingsFile>, profileId: string): OfSignIn {
  return {
    userIds: without(current.userIds, profileId),
    choices: without(current.choices, profileId),
    savedPasswords: current.savedPasswords.filter((each) => each !== profileId),
    clientCertificates: without(current.clientCertificates, profileId),
    keptCodes: without(current.keptCodes, profileId),
    keptPages: current.keptPages.filter((each) => each !== profileId),
  };
}

/**
 * Deletes a profile's password and key for codes from the keychain, if the settings mark them as saved. Takes the settings
 * from before they forgot the profile. Never rejects: it shows what the keychain could not delete.
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
 * Everything that is remembered about signing in: user ID, password, group, client certificate, key for codes, and the sign-in on the campus's page. It is the
 * one owner of this, for the app and the command line: it answers what it can, notes what a person answers, and forgets a
 * profile as a whole.
 */
export class SavedSignIn {
  readonly savedPassword: SavedPassword;
  readonly codes: SavedTotp;
  readonly page: KeptPage;
  private readonly certificates: SavedCertificates;
  /** The current attempt: whether the person accepted a server's certificate in it. */
  private attempt: { vouched: boolean } = { vouched: false };

  constructor(private readonly deps: SavedSignInDeps) {
    const { policy, pageSignIns: files, ...rest } = deps;
    this.savedPassword = new SavedPassword({ ...rest, isAllowed: () => policy().rememberPasswords });
    this.codes = new SavedTotp({ ...rest, isAllowed: () => policy().keptCodes });
    this.page = new KeptPage({ ...rest, files, isAllowed: () => policy().keepPageSignIns });
    this.certificates = new SavedCertificates(deps.settings);
  }

  /** Forgets what the policy no longer lets people keep. Shows what could not be forgotten. */
  policyChanged(): void {
    this.page.forgetUnwanted();
    void this.savedPassword.forgetForbidden();
  }

  /** A prompt with the person's earlier choices selected. */
  preset(profile: Profile, prompt: Prompt): Prompt {
    return this.savedPassword.preset(profile, prompt);
  }

  /**
   * Answers the prompts of one attempt with what is remembered, until a person accepts a server's certificate in it. To a
   * server that only they trust, nothing is sent automatically: they type, or press a button. A saved password is sent only
   * if a person has `pressed` Connect for this attempt.
   *
   * @param openPage opens the campus's own page; not after the person accepted a certificate either
   */
  preparedFor(profile: Profile, pressed = true, openPage: PreparedAnswer = () => Promise.resolve(null)): PreparedAnswer {
    const attempt: { vouched: boolean } = { vouched: false };
    this.attempt = attempt;
    const known = firstOf(
      this.savedPassword.preparedFor(profile, pressed),
      this.certificates.preparedFor(profile),
      this.codes.preparedFor(profile),
      openPage,
    );
    return async (prompt) => {
      if (!attempt.vouched) return known(prompt);
      await this.savedPassword.noteFailure(prompt);
      return null;
    };
  }

  /** Notes what the person answered. */
  note(profileId: string, prompt: Prompt, raw: Answer, remember: boolean): void {
    const answer = tidied(raw);
    if (prompt.kind === 'certificate' && answer.kind === 'certificate' && answer.accept) this.attempt.vouched = true;
    this.savedPassword.note(profileId, prompt, answer, remember);
    this.certificates.note(profileId, prompt, answer);
    this.codes.note(profileId, answer);
  }

  /** Saves what was typed and chosen after the sign-in worked. Never rejects. */
  async worked(profileId: string): Promise<void> {
    this.certificates.worked(profileId);
    await this.savedPassword.worked(profileId);
  }

  /** The attempt ended without a session. `why`: the gateway's reason, if any. Never rejects. */
  async ended(profileId: string, why: Failure | null): Promise<void> {
    await this.savedPassword.ended(profileId, why);
  }

  /** Forgets a profile's saved sign-in: in memory and on disk at once, in the keychain as soon as it can. Never rejects. */
  async forget(profileId: string): Promise<void> {
    const { settings, secrets, pendingSecrets, changed, tell } = this.deps;
    const before = settings.get();
    this.codes.rememberUsedWindow(profileId);
    pendingSecrets.forgetSignIn();
    this.page.forget(profileId);
    settings.update((current) => withoutSignIn(current, profileId));
    changed();
    await emptyKeychain(before, profileId, secrets, tell);
  }
}
