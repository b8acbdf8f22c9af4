import { fail } from '../../../shared/failure.ts';
import { rings } from '../../../shared/phone-words.ts';
import type { Answer, Prompt } from '../../../shared/prompt.ts';
import { chosenIn, isNoLongerOffered, type Choices } from './saved-choices.ts';

/** A user ID and password that the person typed, held until the session is up. */
export interface TypedSignIn {
  profileId: string;
  userId: string;
  password: string;
  /** Whether to save the password in the keychain once it has worked. */
  remember: boolean;
}

/**
 * Secrets of this run, in memory only: the sign-in that the person typed, for the next step, and the recovery
 * passcode. None of it is ever part of the state.
 */
export class PendingSecrets {
  private signIn: TypedSignIn | null = null;
  private recovery: { passcode: string; expiresAt: number } | null = null;

  constructor(
    private readonly now: () => number,
    private readonly changed: () => void,
  ) {}

  holdSignIn(signIn: TypedSignIn): void {
    this.signIn = signIn;
  }

  signInFor(profileId: string): TypedSignIn | null {
    return this.signIn?.profileId === profileId ? this.signIn : null;
  }

  forgetSignIn(): void {
    this.signIn = null;
  }

  holdPasscode(passcode: string, expiresAt: number): void {
    this.recovery = { passcode, expiresAt };
    this.changed();
  }

  /** The recovery passcode. Fails with `passcode-expired` when there is none, or when it has expired. */
  passcodeNow(): string {
    if (!this.passcode) throw fail('passcode-expired');
    return this.passcode.passcode;
  }

  /** The recovery passcode until it expires, or null. */
  get passcode(): { passcode: string; expiresAt: number } | null {
    return this.recovery && this.recovery.expiresAt > this.now() ? this.recovery : null;
  }

  forgetPasscode(): void {
    if (!this.recovery) return;
    this.recovery = null;
    this.changed();
  }
}

/** The answer to a question for a second factor with a passcode. Null for any other question. */
export function passcodeAnswer(prompt: Prompt, passcode: string): Answer | null {
  if (prompt.kind === 'passcode') return { kind: 'passcode', passcode };
  return prompt.kind === 'second-factor' ? { kind: 'second-factor-passcode', passcode } : null;
}

/**
 * Answers a credentials prompt with a user ID and password. Null unless those are its only fields. It chooses a group only
 * if there is just one or the person chose it before, since their password may not work in the gateway's default group.
 * Null as well if a selected value would send a second factor: the person does that.
 */
export function fillCredentials(prompt: Prompt, signIn: { userId: string; password: string }, choices: Choices): Answer | null {
  if (prompt.kind !== 'credentials') return null;
  const values: Record<string, string> = {};
  for (const field of prompt.fields) {
    if (field.name === 'user') values['user'] = signIn.userId;
    else if (field.name === 'password') values['password'] = signIn.password;
    else return null;
  }
  for (const select of prompt.selects) {
    // Last time's group is gone: only the person chooses another one
    if (isNoLongerOffered(select, choices)) return null;
    const chosen = chosenIn(select, choices) ?? (select.options.length === 1 ? select.options[0]?.value : undefined);
    if (chosen === undefined || rings(select, chosen)) return null;
    values[select.name] = chosen;
  }
  return { kind: 'credentials', values };
}
