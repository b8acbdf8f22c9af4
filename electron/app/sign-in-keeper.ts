import type { AppState } from '../../shared/app-state.ts';
import { failureOf, type Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer, Prompt } from '../../shared/prompt.ts';
import type { PreparedAnswer } from '../access/asking.ts';
import type { KeychainState, Secrets } from '../storage/secrets.ts';
import { entryOf } from '../storage/kept.ts';
import type { Settings } from '../storage/settings.ts';
import { fillCredentials, type HeldSecrets } from './held-secrets.ts';

export interface SignInKeeperDeps {
  settings: Settings;
  secrets: Secrets;
  held: HeldSecrets;
  changed: () => void;
  tell: (failure: Failure) => void;
}

/** Who signs in where: the user ID last used, the password in the keychain where the person asked for it. */
export class SignInKeeper {
  private keychain: KeychainState = 'available';

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

  /** Answers credentials prompts of one attempt: with what was typed a moment ago, else from the keychain, each once. */
  preparedFor(profile: Profile): PreparedAnswer {
    let used: 'nothing' | 'typed' | 'kept' = 'nothing';
    return async (prompt) => {
      if (prompt.kind !== 'credentials') return null;
      if (used === 'kept' && prompt.failure?.code === 'sign-in-rejected') await this.forget(profile.id);
      if (used !== 'nothing' || prompt.failure) {
        this.deps.held.forgetSignIn();
        return null;
      }
      const typed = this.deps.held.signInFor(profile.id);
      const signIn = typed ?? (await this.kept(profile.id));
      const answer = signIn && fillCredentials(prompt, signIn);
      if (answer) used = typed ? 'typed' : 'kept';
      return answer;
    };
  }

  /** Notes what the person typed into a credentials prompt. */
  note(profileId: string, prompt: Prompt, answer: Answer, remember: boolean): void {
    if (prompt.kind !== 'credentials' || answer.kind !== 'credentials') return;
    const { user: userId, password } = answer.values;
    if (userId === undefined || password === undefined) return;
    this.deps.held.typed({ profileId, userId, password, remember });
  }

  /** The sign-in worked: the user ID is remembered, the password where the person asked for it. */
  async worked(profileId: string): Promise<void> {
    const { held, settings, secrets } = this.deps;
    const typed = held.signInFor(profileId);
    held.forgetSignIn();
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
  async forget(profileId: string): Promise<void> {
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
