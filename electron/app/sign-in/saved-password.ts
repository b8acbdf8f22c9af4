import type { AppState } from '../../../shared/app-state.ts';
import { fail, failureOf, type Failure } from '../../../shared/failure.ts';
import { joiningOf, mayReachPhone } from '../../../shared/phone-words.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer, Prompt, PromptOf } from '../../../shared/prompt.ts';
import type { PreparedAnswer } from '../../access/prompts.ts';
import type { KeychainState, Secrets } from '../../storage/secrets.ts';
import { entryOf } from '../../storage/settings-file.ts';
import type { Settings } from '../../storage/settings.ts';
import { fillCredentials, type PendingSecrets } from './pending-secrets.ts';
import { asChosen, choicesIn, usualOption, withChoices, type Choices } from './saved-choices.ts';

export interface SavedPasswordDeps {
  settings: Settings;
  secrets: Secrets;
  pendingSecrets: PendingSecrets;
  changed: () => void;
  tell: (failure: Failure) => void;
}

/** What belongs to one attempt. */
interface Attempt {
  profile: Profile;
  /** The passwords that went in. */
  given: Set<string>;
  /** The kept one among them. */
  usedKept: boolean;
  chosen: Choices;
}

/** By these a gateway says that the password was no good. */
const refusals: readonly Failure['code'][] = ['sign-in-rejected', 'account-locked-out'];
/** By these that it may have been: it does not tell whether it was that, or the second factor. */
const doubts: readonly Failure['code'][] = [
  'push-refused-at-once',
  'passcode-wrong',
  'passcode-expired',
  'answer-rejected',
  'account-locked',
];

/** Who signs in where: the user ID and group last used, the password in the keychain where the person asked for it. */
export class SavedPassword {
  private keychain: KeychainState = 'available';
  private attempt: Attempt | null = null;
  /** Profiles whose kept password may have been refused: in this run it goes in by itself no more, until it has worked. */
  private readonly suspect = new Set<string>();

  constructor(private readonly deps: SavedPasswordDeps) {}

  /** Asks the keychain whether it is there. Never rejects. */
  async probe(): Promise<void> {
    this.keychain = await this.deps.secrets.availability();
    this.deps.changed();
  }

  /** @param prompt the open question, where there is one */
  savedFor(profileId: string | null, prompt: Prompt | null = null): AppState['saved'] {
    const { userIds, savedPasswords } = this.deps.settings.get();
    const [userId, password] = profileId === null ? [null, false] : [entryOf(userIds, profileId), savedPasswords.includes(profileId)];
    const mayGo = this.attempt?.profile.id === profileId && !this.attempt.usedKept && password && userId !== null;
    return { userId, password, offered: mayGo && prompt?.kind === 'credentials' && isPlain(prompt), keychain: this.keychain };
  }

  /**
   * The answer with the kept password, by a person's press, where it did not go in by itself: to a server that they vouched
   * for, say, or after a link. Once in an attempt. Fails with `not-now`, or as the keychain does.
   *
   * @param chosen what stands in the selections of the form
   */
  async pressed(prompt: PromptOf<'credentials'>, chosen: Readonly<Record<string, string>>): Promise<Answer> {
    const { attempt } = this;
    if (!attempt || !this.savedFor(attempt.profile.id, prompt).offered) throw fail('not-now');
    const { profile } = attempt;
    const signIn = await this.read(profile);
    if (!signIn) {
      // Somebody has taken it out of the keychain
      await this.forget(profile.id);
      throw fail('not-now');
    }
    attempt.given.add(signIn.password);
    attempt.usedKept = true;
    const selects = prompt.selects.map(({ name, value = '' }) => [name, entryOf(chosen, name) ?? value] as const);
    const values: Record<string, string> = { ...Object.fromEntries(selects), password: signIn.password };
    if (prompt.fields.some(({ name }) => name === 'user')) values['user'] = signIn.userId;
    return { kind: 'credentials', values };
  }

  /** A prompt with what the person chose before chosen already. */
  preset(profile: Profile, prompt: Prompt): Prompt {
    return asChosen(prompt, this.choicesFor(profile.id));
  }

  /**
   * Answers credentials prompts of one attempt: with what was typed before it, else from the keychain, each once. What is
   * typed in the attempt itself is for the question that it was typed for.
   *
   * @param pressed whether a person has just asked for this attempt. Many a campus rings the phone of who has given the
   *   password: a kept one goes in by itself only then
   */
  preparedFor(profile: Profile, pressed = true): PreparedAnswer {
    const { pendingSecrets } = this.deps;
    const attempt: Attempt = { profile, given: new Set(), usedKept: false, chosen: {} };
    let choseRealm = false;
    this.attempt = attempt;
    return async (prompt) => {
      // A saved password was good in the realm that was chosen with it
      if (prompt.kind === 'choice' && prompt.purpose === 'realm' && !choseRealm && this.savedFor(profile.id).password) {
        choseRealm = true;
        const option = usualOption(prompt, this.choicesFor(profile.id));
        return option === null ? null : { kind: 'choice', option };
      }
      if (prompt.kind !== 'credentials') return null;
      const typed = pendingSecrets.signInFor(profile.id);
      // That a name is not offered says nothing of the password
      if (prompt.failure?.code === 'choice-not-offered') return null;
      await this.hear(prompt);
      // Once each: a password that was changed on the way is another one
      if (prompt.failure || (typed ? attempt.given.has(typed.password) : attempt.given.size > 0)) {
        pendingSecrets.forgetSignIn();
        return null;
      }
      const signIn = typed ?? (pressed ? await this.kept(profile) : null);
      const answer = signIn && fillCredentials(prompt, signIn, this.choicesFor(profile.id));
      if (!answer) return null;
      attempt.given.add(signIn.password);
      attempt.usedKept ||= !typed;
      return answer;
    };
  }

  /** A gateway asks again: of a kept password that was sent it says why. */
  async hear(prompt: Prompt): Promise<void> {
    const { attempt } = this;
    if (prompt.kind === 'credentials' && prompt.failure && attempt?.usedKept) await this.markSuspect(attempt.profile.id, prompt.failure);
  }

  /** The attempt ended without a session. A kept password that it was refused for is forgotten. Never rejects. */
  async ended(profileId: string, why: Failure | null): Promise<void> {
    const { attempt } = this;
    this.attempt = null;
    if (attempt?.profile.id === profileId && attempt.usedKept && why) await this.markSuspect(profileId, why);
  }

  /** Notes what the person typed or chose. */
  note(profileId: string, prompt: Prompt, answer: Answer, remember: boolean): void {
    const attempt = this.attempt?.profile.id === profileId ? this.attempt : null;
    if (attempt) attempt.chosen = { ...attempt.chosen, ...choicesIn(prompt, answer) };
    const { pendingSecrets, settings } = this.deps;
    if (prompt.kind === 'credentials' && answer.kind === 'credentials') {
      const { user, password } = answer.values;
      const userId = user ?? pendingSecrets.signInFor(profileId)?.userId;
      if (userId !== undefined && password !== undefined) {
        attempt?.given.add(password);
        // One that would ring a phone whenever it went in is the person's to type
        pendingSecrets.typed({ profileId, userId, password, remember: remember && !this.reachesPhone(attempt?.profile, password) });
      }
    }
    const changed = newPasswordIn(prompt, answer);
    if (changed === null) return;
    // From here on it is the password that they sign in with, and it is kept where the one before it was
    const { userIds, savedPasswords } = settings.get();
    const typed = pendingSecrets.signInFor(profileId);
    const userId = typed?.userId ?? entryOf(userIds, profileId);
    if (userId === null) return;
    pendingSecrets.typed({ profileId, userId, password: changed, remember: typed?.remember ?? savedPasswords.includes(profileId) });
  }

  /** The sign-in worked: the user ID is remembered, the password where the person asked for it. */
  async worked(profileId: string): Promise<void> {
    const { pendingSecrets, settings, secrets } = this.deps;
    const typed = pendingSecrets.signInFor(profileId);
    pendingSecrets.forgetSignIn();
    const { attempt } = this;
    this.attempt = null;
    const chosen = attempt?.profile.id === profileId ? attempt.chosen : {};
    if (Object.keys(chosen).length > 0)
      settings.update(({ choices }) => ({ choices: { ...choices, [profileId]: withChoices(this.choicesFor(profileId), chosen) } }));
    this.suspect.delete(profileId);
    if (!typed) return;
    settings.update(({ userIds }) => ({ userIds: { ...userIds, [profileId]: typed.userId } }));
    if (typed.remember) {
      try {
        await secrets.set(profileId, typed.userId, typed.password);
        settings.update(({ savedPasswords }) => ({ savedPasswords: [...new Set([...savedPasswords, profileId])] }));
      } catch (error) {
        this.deps.tell(failureOf(error));
      }
    }
    this.deps.changed();
  }

  /** Forgets the password of a profile. */
  private async forget(profileId: string): Promise<void> {
    const { settings, secrets } = this.deps;
    const { userIds, savedPasswords } = settings.get();
    if (!savedPasswords.includes(profileId)) return;
    const userId = entryOf(userIds, profileId);
    try {
      if (userId !== null) await secrets.delete(profileId, userId);
      settings.update((kept) => ({ savedPasswords: kept.savedPasswords.filter((each) => each !== profileId) }));
    } catch (error) {
      this.deps.tell(failureOf(error));
    }
    this.deps.changed();
  }

  private choicesFor(profileId: string): Choices {
    return entryOf(this.deps.settings.get().choices, profileId) ?? {};
  }

  /** Forgets a kept password that was refused, and lets one that may have been go in by itself no more. */
  private async markSuspect(profileId: string, { code }: Failure): Promise<void> {
    if (refusals.includes(code)) await this.forget(profileId);
    else if (doubts.includes(code)) this.suspect.add(profileId);
  }

  private reachesPhone(profile: Profile | undefined, password: string): boolean {
    return mayReachPhone(password, profile?.secondFactorWords, joiningOf(profile?.append));
  }

  private async kept(profile: Profile): Promise<{ userId: string; password: string } | null> {
    if (this.suspect.has(profile.id)) return null;
    try {
      return await this.read(profile);
    } catch (error) {
      this.deps.tell(failureOf(error));
      return null;
    }
  }

  /** Rejects as the keychain does. */
  private async read(profile: Profile): Promise<{ userId: string; password: string } | null> {
    const { userIds, savedPasswords } = this.deps.settings.get();
    const userId = entryOf(userIds, profile.id);
    if (userId === null || !savedPasswords.includes(profile.id)) return null;
    const password = await this.deps.secrets.get(profile.id, userId);
    return password === null || this.reachesPhone(profile, password) ? null : { userId, password };
  }
}

/** Whether a user ID and a password are all that has to be typed into it. */
const isPlain = ({ fields }: PromptOf<'credentials'>): boolean =>
  fields.some(({ name }) => name === 'password') && fields.every(({ name }) => name === 'user' || name === 'password');

/** The password that a person gave in place of the old one, or null. */
function newPasswordIn(prompt: Prompt, answer: Answer): string | null {
  if (!('fields' in prompt) || !('values' in answer)) return null;
  const field = prompt.fields.find(({ newPassword }) => newPassword === true);
  const value = field && entryOf(answer.values, field.name);
  return value === undefined || value === '' ? null : value;
}
