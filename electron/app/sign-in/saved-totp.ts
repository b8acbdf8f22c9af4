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
  /** Whether whoever administers this computer allows it. */
  allowed: boolean;
  now: () => number;
  changed: () => void;
  tell: (failure: Failure) => void;
}

/** Longer than that nobody is kept waiting for a new code: the person is asked instead. */
const maxWaitMs = 31_000;
/** A gateway whose clock is a little behind does not know the new code yet. */
const graceMs = 1_000;

/**
 * A key for one-time codes in the keychain, which answers the question for a passcode by itself: only where the campus's
 * profile and the computer's policy allow it, once an attempt, and never twice with the code of one window, since a
 * campus takes each code once and counts the others as wrong. Never a push.
 */
export class SavedTotp {
  /** The end of the last window that was used with a key that was forgotten since, by profile id. */
  private readonly forgotten = new Map<string, number>();
  /** What the person typed last where a key is kept, by profile id. */
  private readonly typed = new Map<string, { passcode: string; at: number }>();

  constructor(private readonly deps: SavedTotpDeps) {}

  /** What the window may offer for a profile. */
  stateFor(profile: Profile | null): AppState['keptCodes'] {
    if (!profile || !this.allows(profile)) return 'off';
    return this.usedUntil(profile.id) === null ? 'none' : 'kept';
  }

  /** Keeps a key. Fails with `codes-key-invalid` at once for one that could make no codes, `not-now` where it is not allowed, or `keychain-*`. */
  async keep(profile: Profile, text: string): Promise<void> {
    if (!this.allows(profile)) throw fail('not-now');
    const key = text.trim();
    readCodesKey(key);
    await this.deps.secrets.setCodesKey(profile.id, key);
    // The same key may come again, and its window is spent all the same
    this.spend(profile.id, this.usedUntil(profile.id) ?? this.forgotten.get(profile.id) ?? 0);
  }

  /** Forgets the key of a profile, if there is one. */
  async forget(profileId: string): Promise<void> {
    if (this.usedUntil(profileId) === null) return;
    this.spent(profileId);
    const { settings, secrets, tell, changed } = this.deps;
    // Whatever the keychain makes of it: a key that is not marked as kept is never taken from there
    settings.update(({ keptCodes }) => ({ keptCodes: without(keptCodes, profileId) }));
    try {
      await secrets.deleteCodesKey(profileId);
    } catch (error) {
      tell(failureOf(error));
    }
    changed();
  }

  /** Before a key is forgotten: should the same one be kept anew, the windows of its codes that were used stay used. */
  spent(profileId: string): void {
    const usedUntil = this.usedUntil(profileId);
    if (usedUntil !== null) this.forgotten.set(profileId, usedUntil);
  }

  /** Notes a passcode that the person typed: it may be the one of the kept key. */
  note(profileId: string, answer: Answer): void {
    const passcode = answer.kind === 'passcode' || answer.kind === 'second-factor-passcode' ? answer.passcode : undefined;
    if (passcode !== undefined) this.typed.set(profileId, { passcode, at: this.deps.now() });
  }

  /** Answers the question for a passcode once; what comes after a wrong one is for the person. */
  preparedFor(profile: Profile): PreparedAnswer {
    let used = false;
    return async (prompt) => {
      if (prompt.kind !== 'passcode' || prompt.failure || used || this.stateFor(profile) !== 'kept') return null;
      used = true;
      return this.nextCode(profile.id);
    };
  }

  /** A code that has not been used, once the next window has begun where this one's has been. Null: the person is asked. */
  private async nextCode(profileId: string): Promise<Answer | LaterAnswer | null> {
    const { secrets, now, tell } = this.deps;
    try {
      const text = await secrets.codesKey(profileId);
      if (text === null) return null;
      const key = readCodesKey(text);
      const free = Math.max(this.usedUntil(profileId) ?? 0, this.typedUntil(profileId, key));
      const wait = free - now();
      // A clock that was set back, or a slow period
      if (wait > Math.min(maxWaitMs, key.periodMs)) return null;
      if (wait <= 0) return this.use(profileId, key, free);
      return {
        kind: 'later',
        at: free + graceMs,
        // The key may have been forgotten meanwhile
        wait: async (signal) =>
          (await delay(wait + graceMs, signal)) && this.usedUntil(profileId) !== null ? this.use(profileId, key, free) : null,
      };
    } catch (error) {
      tell(failureOf(error));
      return null;
    }
  }

  /** The code of the present window, or of the one that begins where the last one that was used ends. */
  private use(profileId: string, key: CodesKey, free: number): Answer {
    const at = Math.max(this.deps.now(), free);
    this.spend(profileId, windowEnd(at, key));
    return { kind: 'passcode', passcode: key.codeAt(at) };
  }

  private allows(profile: Profile): boolean {
    return this.deps.allowed && profile.keptCodes === true;
  }

  /** When the window of the last code that was used ends, 0 where none was; null: no key is kept. */
  private usedUntil(profileId: string): number | null {
    return entryOf(this.deps.settings.get().keptCodes, profileId);
  }

  /** When the window ends whose code the person typed; 0 where what they typed was another. */
  private typedUntil(profileId: string, key: CodesKey): number {
    const typed = this.typed.get(profileId);
    if (!typed) return 0;
    return typed.passcode === key.codeAt(typed.at) ? windowEnd(typed.at, key) : 0;
  }

  private spend(profileId: string, usedUntil: number): void {
    this.deps.settings.update(({ keptCodes }) => ({ keptCodes: { ...keptCodes, [profileId]: usedUntil } }));
    this.deps.changed();
  }
}

const windowEnd = (at: number, { periodMs }: CodesKey): number => (Math.floor(at / periodMs) + 1) * periodMs;
