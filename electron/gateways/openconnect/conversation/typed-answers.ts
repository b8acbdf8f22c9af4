import { fail } from '../../../../shared/failure.ts';
import type { Answer } from '../../../../shared/prompt.ts';
import { valuesOf } from './form-prompts.ts';
import { libraryGroup } from './field-roles.ts';
import type { ReadField, ReadSelect } from './forms.ts';

/**
 * What the person typed and chose in a sign-in. The rule for secrets: one secret, one question, once. Only the account's
 * password is kept in memory, for the gateway's question for it. It is sent once for each time that the person gives it.
 * Everything else goes into the form that it was typed for and is not kept.
 */
export class TypedAnswers {
  user: string | null = null;
  /** `question`: null until the form arrives that the password was given for. */
  private password: { value: string; spent: boolean; question: string | null } | null = null;
  private readonly choices = new Map<string, string>();

  /** The password, if it may be sent. */
  get freshPassword(): string | null {
    return this.password && !this.password.spent ? this.password.value : null;
  }

  /** Marks the password as sent. Throws `internal` if it may not be sent; nothing was sent then. */
  spendPassword(): void {
    if (this.password?.spent !== false) throw fail('internal', undefined, { detail: 'the password may not be sent again' });
    this.password.spent = true;
  }

  /** Allows the password to be sent once more. Call it after the person left a push for a passcode, or answered a form that holds both. */
  renewPassword(): void {
    if (this.password) this.password.spent = false;
  }

  /** Forgets the password: it was wrong, or was changed. */
  forgetPassword(): void {
    this.password = null;
  }

  /** Takes an answer to these fields and selects, and adds what goes into each to `values`. */
  take(answer: Answer, ask: { fields: readonly ReadField[]; selects: readonly ReadSelect[] }, values: Map<number, string>): void {
    const answered = valuesOf(answer, ask);
    for (const [index, value] of [...answered.fields, ...answered.selects]) values.set(index, value);
    for (const select of ask.selects) {
      const chosen = answered.selects.get(select.index);
      if (chosen !== undefined) this.choose(select, chosen);
    }
    const user = ask.fields.find(({ role }) => role === 'user');
    const password = ask.fields.find(({ role }) => role === 'password');
    this.user = answered.user ?? (user ? (values.get(user.index) ?? this.user) : this.user);
    const typed = answered.password ?? (password && values.get(password.index));
    if (typed !== undefined) this.password = { value: typed, spent: false, question: password?.question ?? null };
  }

  choose(select: ReadSelect, value: string): void {
    this.choices.set(select.label, value);
  }

  /** The value that may go into a field without asking. Null: ask. */
  known({ role, label, question }: ReadField, { realm, suspected }: { realm: string | undefined; suspected: boolean }): string | null {
    // If the password may be wrong, the name may be too: ask for both
    if (role === 'user') return this.freshPassword === null && suspected ? null : this.user;
    if (role === 'password') return this.passwordFor(question);
    // A field that the library made up: an empty name means the default group
    if (role === 'group') return realm ?? (libraryGroup.test(label) ? '' : null);
    return null;
  }

  /** The password, but only for the question that it was given for. */
  private passwordFor(question: string): string | null {
    const { password } = this;
    if (!password || password.spent) return null;
    password.question ??= question;
    return password.question === question ? password.value : null;
  }

  chosenBefore(select: ReadSelect): string | null {
    const before = this.choices.get(select.label);
    return before !== undefined && select.options.some(({ value }) => value === before) ? before : null;
  }
}
