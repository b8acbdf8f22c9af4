import { delay } from '../../../shared/abort.ts';
import { fail, failureOf, type Failure } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { AppState } from '../../../shared/app-state.ts';
import type { LaterAnswer, PreparedAnswer } from '../../access/prompts.ts';
import type { Answer } from '../../../shared/prompt.ts';
import { entryOf, without } from '../../storage/settings-file.ts';
import type { Secrets } from '../../storage/secrets.ts';
import type { Settings } from '../../storage/settings.ts';
import { readCodesKey, type CodesKey } from './totp-key.ts';

export interface SavedTotpDeps {
  settings: Settings;
  secrets: Secrets;
  /** Whether the computer's policy allows it. */
  isAllowed: () => boolean;
  now: () => number;
  changed: () => void;
  tell: (failure: Failure) => void;
}

/** The longest wait for a new code. If it would take longer, the person is asked instead. */
const maxWaitMs = 31_000;
/** Extra wait, since a gateway whose clock is a little behind does not accept the new code yet. */
const graceMs = 1_000;

/**
 * Keeps a key for one-time codes in the keychain and answers the passcode question with it, if the campus's profile and the
 * computer's policy allow that. It answers once in each attempt, and never twice in one time window: a campus accepts each
 * code once and counts a repeated one as wrong. It never sends a push.
 */
export class SavedTotp {
  /** By profile id: when the last used window of a forgotten key ends. */
  private readonly forgotten = new Map<string, number>();
  /** By profile id: the passcode that the person typed last. */
  private readonly typed = new Map<string, { passcode: string; at: number }>();

  constructor(private readonly deps: SavedTotpDeps) {}

  /** What the window may offer for a profile. */
  stateFor(profile: Profile | null): AppState['keptCodes'] {
    if (!profile || !this.allows(profile)) return 'off';
    return this.usedUntil(profile.id) === null ? 'none' : 'kept';
  }

  /** Saves a key. Fails with `codes-key-invalid` when the key cannot make codes, `not-now` when saving is not allowed, or `keychain-*`. */
  async keep(profile: Profile, text: string): Promise<void> {
    if (!this.allows(profile)) throw fail('not-now');
    const key = text.trim();
    readCodesKey(key);
    await this.deps.secrets.setCodesKey(profile.id, key);
    // It may be the same key as before, whose current window is already used
    this.markUsed(profile.id, this.usedUntil(profile.id) ?? this.forgotten.get(profile.id) ?? 0);
  }

  /** Forgets the key of a profile, if there is one. */
  async forget(profileId: string): Promise<void> {
    if (this.usedUntil(profileId) === null) return;
    this.rememberUsedWindow(profileId);
    const { settings, secrets, tell, changed } = this.deps;
    // Whether or not the keychain deletes it: a key that is not marked as saved is never read
    settings.update(({ keptCodes }) => ({ keptCodes: without(keptCodes, profileId) }));
    try {
      await secrets.deleteCodesKey(profileId);
    } catch (error) {
      tell(failureOf(error));
    }
    changed();
  }

  /** Call before a key is forgotten. If the same key is saved again, its used window still counts as used. */
  rememberUsedWindow(profileId: string): void {
    const usedUntil = this.usedUntil(profileId);
    if (usedUntil !== null) this.forgotten.set(profileId, usedUntil);
  }

  /** Notes a passcode that the person typed, as the saved key may make the same one. */
  note(profileId: string, answer: Answer): void {
    const passcode = answer.kind === 'passcode' || answer.kind === 'second-factor-passcode' ? answer.passcode : undefined;
    if (passcode !== undefined) this.typed.set(profileId, { passcode, at: this.deps.now() });
  }

  /** Answers the passcode question once. After a wrong code the person is asked. */
  preparedFor(profile: Profile): PreparedAnswer {
    let used = false;
    return async (prompt) => {
      if (prompt.kind !== 'passcode' || prompt.failure || used || this.stateFor(profile) !== 'kept') return null;
      used = true;
      return this.nextCode(profile.id);
    };
  }

  /** An unused code. If this window's code is used, it waits for the next window. Null: the person is asked. */
  private async nextCode(profileId: string): Promise<Answer | LaterAnswer | null> {
    const { secrets, now, tell } = this.deps;
    try {
      const text = await secrets.codesKey(profileId);
      if (text === null) return null;
      const key = readCodesKey(text);
      const free = Math.max(this.usedUntil(profileId) ?? 0, this.typedUntil(profileId, key));
      const wait = free - now();
      // The clock was set back, or the period is long
      if (wait > Math.min(maxWaitMs, key.periodMs)) return null;
      if (wait <= 0) return this.use(profileId, key, free);
      return {
        kind: 'later',
        at: free + graceMs,
        // The key may have been forgotten during the wait
        wait: async (signal) =>
          (await delay(wait + graceMs, signal)) && this.usedUntil(profileId) !== null ? this.use(profileId, key, free) : null,
      };
    } catch (error) {
      tell(failureOf(error));
      return null;
    }
  }

  /** The code of the current window, or of the one after the last used window. */
  private use(profileId: string, key: CodesKey, free: number): Answer {
    const at = Math.max(this.deps.now(), free);
    this.markUsed(profileId, windowEnd(at, key));
    return { kind: 'passcode', passcode: key.codeAt(at) };
  }

  private allows(profile: Profile): boolean {
    return this.deps.isAllowed() && profile.keptCodes === true;
  }

  /** When the window of the last used code ends: 0 if no code was used, null if no key is saved. */
  private usedUntil(profileId: string): number | null {
    return entryOf(this.deps.settings.get().keptCodes, profileId);
  }

  /** When the window of the code that the person typed ends, or 0 if they typed something else. */
  private typedUntil(profileId: string, key: CodesKey): number {
    const typed = this.typed.get(profileId);
    if (!typed) return 0;
    return typed.passcode === key.codeAt(typed.at) ? windowEnd(typed.at, key) : 0;
  }

  private markUsed(profileId: string, usedUntil: number): void {
    this.deps.settings.update(({ keptCodes }) => ({ keptCodes: { ...keptCodes, [profileId]: usedUntil } }));
    this.deps.changed();
  }
}

const windowEnd = (at: number, { periodMs }: CodesKey): number => (Math.floor(at / periodMs) + 1) * periodMs;
