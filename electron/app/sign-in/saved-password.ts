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
import { presetChoices, choicesIn, usualOption, withChoices, type Choices } from './saved-choices.ts';

export interface SavedPasswordDeps {
  settings: Settings;
  secrets: Secrets;
  pendingSecrets: PendingSecrets;
  /** Whether the computer's policy lets people save their password. */
  isAllowed: () => boolean;
  changed: () => void;
  tell: (failure: Failure) => void;
}

/** The record of one attempt. */
interface Attempt {
  profile: Profile;
  /** The passwords that were sent. */
  sent: Set<string>;
  /** Whether the saved one was among them. */
  usedSaved: boolean;
  chosen: Choices;
}

/** Codes that mean that the gateway rejected the password. */
const rejectionCodes: readonly Failure['code'][] = ['sign-in-rejected', 'account-locked-out'];
/** Codes that do not tell whether the gateway rejected the password or the second factor. */
const uncertainCodes: readonly Failure['code'][] = [
  'push-refused-at-once',
  'passcode-wrong',
  'passcode-expired',
  'answer-rejected',
  'account-locked',
];

/** Codes that say what became of the campus's page, and nothing of a password. */
const pageCodes: readonly Failure['code'][] = ['browser-closed', 'browser-strayed', 'host-check', 'session-limit', 'page-signed-out'];

/** Remembers the user ID and group of each profile's last sign-in, and its password in the keychain if the person wanted that. */
export class SavedPassword {
  private keychain: KeychainState = 'available';
  private attempt: Attempt | null = null;
  /** Profiles whose saved password may be wrong. In this run it is not sent automatically until it has worked. */
  private readonly suspect = new Set<string>();

  constructor(private readonly deps: SavedPasswordDeps) {
    void this.forgetForbidden();
  }

  /** Removes all saved passwords if the policy lets nobody save one. Shows what the keychain could not delete. Never rejects. */
  async forgetForbidden(): Promise<void> {
    if (this.deps.isAllowed()) return;
    for (const profileId of this.deps.settings.get().savedPasswords) await this.forget(profileId);
  }

  /** Checks whether the keychain is available. Never rejects. */
  async probe(): Promise<void> {
    this.keychain = await this.deps.secrets.availability();
    this.deps.changed();
  }

  /** @param prompt the open question, or null */
  savedFor(profileId: string | null, prompt: Prompt | null = null): AppState['saved'] {
    const { userIds, savedPasswords } = this.deps.settings.get();
    const [userId, password] =
      profileId === null ? [null, false] : [entryOf(userIds, profileId), this.deps.isAllowed() && savedPasswords.includes(profileId)];
    const canSend = this.attempt?.profile.id === profileId && !this.attempt.usedSaved && password && userId !== null;
    return { userId, password, offered: canSend && prompt?.kind === 'credentials' && isPlain(prompt), keychain: this.keychain };
  }

  /**
   * The answer with the saved password, after the person pressed the button for it. The button appears when the password
   * was not sent automatically: the person accepted the server's certificate, for example, or a link started the attempt.
   * Once in each attempt. Fails with `not-now`, or with the keychain's failure.
   *
   * @param chosen the values selected in the form
   */
  async answerWithSaved(prompt: PromptOf<'credentials'>, chosen: Readonly<Record<string, string>>): Promise<Answer> {
    const { attempt } = this;
    if (!attempt || !this.savedFor(attempt.profile.id, prompt).offered) throw fail('not-now');
    const { profile } = attempt;
    const signIn = await this.read(profile);
    if (!signIn) {
      // Somebody deleted it from the keychain
      await this.forget(profile.id);
      throw fail('not-now');
    }
    attempt.sent.add(signIn.password);
    attempt.usedSaved = true;
    const selects = prompt.selects.map(({ name, value = '' }) => [name, entryOf(chosen, name) ?? value] as const);
    const values: Record<string, string> = { ...Object.fromEntries(selects), password: signIn.password };
    if (prompt.fields.some(({ name }) => name === 'user')) values['user'] = signIn.userId;
    return { kind: 'credentials', values };
  }

  /** A prompt with the person's earlier choices selected. */
  preset(profile: Profile, prompt: Prompt): Prompt {
    return presetChoices(prompt, this.choicesFor(profile.id));
  }

  /**
   * Answers the credentials prompts of one attempt: with what was typed before it, or else from the keychain, each once.
   * What is typed during the attempt answers only the question that it was typed for.
   *
   * @param pressed whether a person has just asked for this attempt. Only then is a saved password sent automatically, as
   *   many campuses ring the phone once they have the password
   */
  preparedFor(profile: Profile, pressed = true): PreparedAnswer {
    const { pendingSecrets } = this.deps;
    const attempt: Attempt = { profile, sent: new Set(), usedSaved: false, chosen: {} };
    let choseRealm = false;
    this.attempt = attempt;
    return async (prompt) => {
      // A saved password worked in the realm that was chosen with it
      if (prompt.kind === 'choice' && prompt.purpose === 'realm' && !choseRealm && this.savedFor(profile.id).password) {
        choseRealm = true;
        const option = usualOption(prompt, this.choicesFor(profile.id));
        return option === null ? null : { kind: 'choice', option };
      }
      if (prompt.kind !== 'credentials') return null;
      const typed = pendingSecrets.signInFor(profile.id);
      // A choice that is no longer offered says nothing about the password
      if (prompt.failure?.code === 'choice-not-offered') return null;
      await this.noteFailure(prompt);
      // Send each password once. One that was changed during the sign-in counts as another one
      if (prompt.failure || (typed ? attempt.sent.has(typed.password) : attempt.sent.size > 0)) {
        pendingSecrets.forgetSignIn();
        return null;
      }
      const signIn = typed ?? (pressed ? await this.readUnlessSuspect(profile) : null);
      const answer = signIn && fillCredentials(prompt, signIn, this.choicesFor(profile.id));
      if (!answer) return null;
      attempt.sent.add(signIn.password);
      attempt.usedSaved ||= !typed;
      return answer;
    };
  }

  /** A gateway asks again with a failure: notes it if the saved password was sent. */
  async noteFailure(prompt: Prompt): Promise<void> {
    const { attempt } = this;
    if (prompt.kind !== 'credentials' || !prompt.failure || !attempt?.usedSaved) return;
    await this.markSuspect(attempt.profile.id, prompt.failure);
    // A page that was closed or led elsewhere says nothing about the password: the person may send it again, by a press
    if (pageCodes.includes(prompt.failure.code)) attempt.usedSaved = false;
  }

  /** The attempt ended without a session. Forgets a saved password that was rejected. Never rejects. */
  async ended(profileId: string, why: Failure | null): Promise<void> {
    const { attempt } = this;
    this.attempt = null;
    if (attempt?.profile.id === profileId && attempt.usedSaved && why) await this.markSuspect(profileId, why);
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
        attempt?.sent.add(password);
        // Never save a password that would ring a phone each time that it is sent: the person types it
        pendingSecrets.holdSignIn({ profileId, userId, password, remember: remember && !this.reachesPhone(attempt?.profile, password) });
      }
    }
    const changed = newPasswordIn(prompt, answer);
    if (changed === null) return;
    // This is their password from now on. Save it if the old one was saved
    const { userIds, savedPasswords } = settings.get();
    const typed = pendingSecrets.signInFor(profileId);
    const userId = typed?.userId ?? entryOf(userIds, profileId);
    if (userId === null) return;
    pendingSecrets.holdSignIn({ profileId, userId, password: changed, remember: typed?.remember ?? savedPasswords.includes(profileId) });
  }

  /** Saves the user ID after the sign-in worked, and the password if the person wanted that. */
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
    if (typed.remember && this.deps.isAllowed()) {
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
      settings.update((saved) => ({ savedPasswords: saved.savedPasswords.filter((each) => each !== profileId) }));
    } catch (error) {
      this.deps.tell(failureOf(error));
    }
    this.deps.changed();
  }

  private choicesFor(profileId: string): Choices {
    return entryOf(this.deps.settings.get().choices, profileId) ?? {};
  }

  /** Forgets a saved password that was rejected. One that may have been is no longer sent automatically. */
  private async markSuspect(profileId: string, { code }: Failure): Promise<void> {
    if (rejectionCodes.includes(code)) {
      const wasSaved = this.savedFor(profileId).password;
      await this.forget(profileId);
      if (wasSaved) this.deps.tell({ code: 'saved-password-removed' });
    } else if (uncertainCodes.includes(code)) this.suspect.add(profileId);
  }

  private reachesPhone(profile: Profile | undefined, password: string): boolean {
    return mayReachPhone(password, profile?.secondFactorWords, joiningOf(profile?.append));
  }

  private async readUnlessSuspect(profile: Profile): Promise<{ userId: string; password: string } | null> {
    if (this.suspect.has(profile.id)) return null;
    try {
      return await this.read(profile);
    } catch (error) {
      this.deps.tell(failureOf(error));
      return null;
    }
  }

  /** Rejects with the keychain's failure. */
  private async read(profile: Profile): Promise<{ userId: string; password: string } | null> {
    const { userIds, savedPasswords } = this.deps.settings.get();
    const userId = entryOf(userIds, profile.id);
    if (userId === null || !savedPasswords.includes(profile.id) || !this.deps.isAllowed()) return null;
    const password = await this.deps.secrets.get(profile.id, userId);
    return password === null || this.reachesPhone(profile, password) ? null : { userId, password };
  }
}

/** Whether the form asks for a password, and for nothing else but a user ID. */
const isPlain = ({ fields }: PromptOf<'credentials'>): boolean =>
  fields.some(({ name }) => name === 'password') && fields.every(({ name }) => name === 'user' || name === 'password');

/** The new password in an answer that changes it, or null. */
function newPasswordIn(prompt: Prompt, answer: Answer): string | null {
  if (!('fields' in prompt) || !('values' in answer)) return null;
  const field = prompt.fields.find(({ newPassword }) => newPassword === true);
  const value = field && entryOf(answer.values, field.name);
  return value === undefined || value === '' ? null : value;
}
