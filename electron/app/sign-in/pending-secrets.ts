import { fail } from '../../../shared/failure.ts';
import { rings } from '../../../shared/phone-words.ts';
import type { Answer, Prompt } from '../../../shared/prompt.ts';
import { chosenIn, isGone, type Choices } from './saved-choices.ts';

/** A user ID and password that the person typed, kept until the session is up. */
export interface TypedSignIn {
  profileId: string;
  userId: string;
  password: string;
  /** Keep the password in the keychain once it has worked. */
  remember: boolean;
}

/**
 * What a person typed or was given in this run, in memory only: a sign-in that serves the next step, and the
 * recovery passcode. Nothing here is ever part of the state.
 */
export class PendingSecrets {
  private signIn: TypedSignIn | null = null;
  private recovery: { passcode: string; expiresAt: number } | null = null;

  constructor(
    private readonly now: () => number,
    private readonly changed: () => void,
  ) {}

  typed(signIn: TypedSignIn): void {
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

  /** The recovery passcode. Fails with `passcode-expired` where there is none that is good. */
  passcodeNow(): string {
    if (!this.passcode) throw fail('passcode-expired');
    return this.passcode.passcode;
  }

  /** The recovery passcode while it is good, or null. */
  get passcode(): { passcode: string; expiresAt: number } | null {
    return this.recovery && this.recovery.expiresAt > this.now() ? this.recovery : null;
  }

  forgetPasscode(): void {
    if (!this.recovery) return;
    this.recovery = null;
    this.changed();
  }
}

/**
 * Fills a credentials prompt with a user ID and password, where those two are all that it asks for, and a group only
 * where there is one or the person chose it before: in a gateway's default group their password may be no good. What
 * would send a second factor is left to the person.
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
    // To another group than the one of last time only the person's own word leads
    if (isGone(select, choices)) return null;
    const chosen = chosenIn(select, choices) ?? (select.options.length === 1 ? select.options[0]?.value : undefined);
    if (chosen === undefined || rings(select, chosen)) return null;
    values[select.name] = chosen;
  }
  return { kind: 'credentials', values };
}
