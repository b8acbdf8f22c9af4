import type { AppState } from '../../shared/app-state.ts';
import { failureOf, type Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer, Prompt } from '../../shared/prompt.ts';
import type { PreparedAnswer } from '../access/asking.ts';
import type { KeychainState, Secrets } from '../storage/secrets.ts';
import { entryOf } from '../storage/kept.ts';
import type { Settings } from '../storage/settings.ts';
import { fillCredentials, type HeldSecrets } from './held-secrets.ts';
import { asChosen, choicesIn, usualOption, withChoices, type Choices } from './kept-choices.ts';

export interface SignInKeeperDeps {
  settings: Settings;
  secrets: Secrets;
  held: HeldSecrets;
  changed: () => void;
  tell: (failure: Failure) => void;
}

/** Who signs in where: the user ID and group last used, the password in the keychain where the person asked for it. */
export class SignInKeeper {
  private keychain: KeychainState = 'available';
  /** What was chosen in the present attempt. */
  private chosen: { profileId: string; choices: Choices } | null = null;

  constructor(private readonly deps: SignInKeeperDeps) {}

  /** Asks the keychain whether it is there. Never rejects. */
  async probe(): Promise<void> {
    this.keychain = await this.deps.secrets.availability();
    this.deps.changed();
  }

  savedFor(profileId: string | null): AppState['saved'] {
    const { userIds, savedPasswords } = this.deps.settings.get();
    return {
      userId: profileId === null ? null : entryOf(userIds, profileId),
      password: profileId !== null && savedPasswords.includes(profileId),
      keychain: this.keychain,
    };
  }

  /** A prompt with what the person chose before chosen already. */
  preset(profile: Profile, prompt: Prompt): Prompt {
    return asChosen(prompt, this.choicesFor(profile.id));
  }

  /** Answers credentials prompts of one attempt: with what was typed a moment ago, else from the keychain, each once. */
  preparedFor(profile: Profile): PreparedAnswer {
    const { held } = this.deps;
    const given = new Set<string>();
    let usedKept = false;
    let choseRealm = false;
    this.chosen = null;
    return async (prompt) => {
      // A saved password was good in the realm that was chosen with it
      if (prompt.kind === 'choice' && prompt.purpose === 'realm' && !choseRealm && this.savedFor(profile.id).password) {
        choseRealm = true;
        const option = usualOption(prompt, this.choicesFor(profile.id));
        return option === null ? null : { kind: 'choice', option };
      }
      if (prompt.kind !== 'credentials') return null;
      const typed = held.signInFor(profile.id);
      if (usedKept && prompt.failure?.code === 'sign-in-rejected') await this.forget(profile.id);
      // Once each: a password that was changed on the way is another one
      if (prompt.failure || (typed ? given.has(typed.password) : given.size > 0)) {
        held.forgetSignIn();
        return null;
      }
      const signIn = typed ?? (await this.kept(profile.id));
      const answer = signIn && fillCredentials(prompt, signIn, this.choicesFor(profile.id));
      if (!answer) return null;
      given.add(signIn.password);
      usedKept ||= !typed;
      return answer;
    };
  }

  /** Notes what the person typed or chose. */
  note(profileId: string, prompt: Prompt, answer: Answer, remember: boolean): void {
    const before = this.chosen?.profileId === profileId ? this.chosen.choices : {};
    this.chosen = { profileId, choices: { ...before, ...choicesIn(prompt, answer) } };
    const { held, settings } = this.deps;
    if (prompt.kind === 'credentials' && answer.kind === 'credentials') {
      const { user, password } = answer.values;
      const userId = user ?? held.signInFor(profileId)?.userId;
      if (userId !== undefined && password !== undefined) held.typed({ profileId, userId, password, remember });
    }
    const changed = newPasswordIn(prompt, answer);
    if (changed === null) return;
    // From here on it is the password that they sign in with, and it is kept where the one before it was
    const { userIds, savedPasswords } = settings.get();
    const typed = held.signInFor(profileId);
    const userId = typed?.userId ?? entryOf(userIds, profileId);
    if (userId === null) return;
    held.typed({ profileId, userId, password: changed, remember: typed?.remember ?? savedPasswords.includes(profileId) });
  }

  /** The sign-in worked: the user ID is remembered, the password where the person asked for it. */
  async worked(profileId: string): Promise<void> {
    const { held, settings, secrets } = this.deps;
    const typed = held.signInFor(profileId);
    held.forgetSignIn();
    const { chosen } = this;
    if (chosen?.profileId === profileId && Object.keys(chosen.choices).length > 0)
      settings.update(({ choices }) => ({ choices: { ...choices, [profileId]: withChoices(this.choicesFor(profileId), chosen.choices) } }));
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

  private async kept(profileId: string): Promise<{ userId: string; password: string } | null> {
    const { userIds, savedPasswords } = this.deps.settings.get();
    const userId = entryOf(userIds, profileId);
    if (userId === null || !savedPasswords.includes(profileId)) return null;
    try {
      const password = await this.deps.secrets.get(profileId, userId);
      return password === null ? null : { userId, password };
    } catch (error) {
      this.deps.tell(failureOf(error));
      return null;
    }
  }
}

/** The password that a person gave in place of the old one, or null. */
function newPasswordIn(prompt: Prompt, answer: Answer): string | null {
  if (!('fields' in prompt) || !('values' in answer)) return null;
  const field = prompt.fields.find(({ newPassword }) => newPassword === true);
  const value = field && entryOf(answer.values, field.name);
  return value === undefined || value === '' ? null : value;
}
