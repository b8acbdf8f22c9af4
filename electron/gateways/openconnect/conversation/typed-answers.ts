import { fail } from '../../../../shared/failure.ts';
import type { Answer } from '../../../../shared/prompt.ts';
import { valuesOf } from './form-prompts.ts';
import { libraryGroup, type ReadField, type ReadSelect } from './forms.ts';

/**
 * What the person typed and chose in a sign-in. The one rule of its secrets: one secret, one question, once. The account's
 * password is the only one that is held, for the gateway's question for it; it leaves once for each time that it was
 * given. Whatever else was typed goes into the form that it was typed for, and is not kept. Secrets in memory.
 */
export class TypedAnswers {
  user: string | null = null;
  /** `question`: null until the form comes that it was given for. */
  private password: { value: string; spent: boolean; question: string | null } | null = null;
  private readonly choices = new Map<string, string>();

  /** The password, where it may leave. */
  get freshPassword(): string | null {
    return this.password && !this.password.spent ? this.password.value : null;
  }

  /** Notes that the password leaves now. Throws `internal` where it may not: nothing was sent then. */
  spendPassword(): void {
    if (this.password?.spent !== false) throw fail('internal', undefined, { detail: 'a password that was not given for this' });
    this.password.spent = true;
  }

  /** The person has just done what sends it once more: left a push for a passcode, or answered for a form that holds both. */
  renewPassword(): void {
    if (this.password) this.password.spent = false;
  }

  /** It was no good, or is no more. */
  forgetPassword(): void {
    this.password = null;
  }

  /** Takes an answer to these fields and selects, and adds what goes into each to `values`. */
  take(answer: Answer, ask: { fields: readonly ReadField[]; selects: readonly ReadSelect[] }, values: Map<number, string>): void {
    const given = valuesOf(answer, ask);
    for (const [index, value] of [...given.fields, ...given.selects]) values.set(index, value);
    for (const select of ask.selects) {
      const chosen = given.selects.get(select.index);
      if (chosen !== undefined) this.choose(select, chosen);
    }
    const user = ask.fields.find(({ role }) => role === 'user');
    const password = ask.fields.find(({ role }) => role === 'password');
    this.user = given.user ?? (user ? (values.get(user.index) ?? this.user) : this.user);
    const typed = given.password ?? (password && values.get(password.index));
    if (typed !== undefined) this.password = { value: typed, spent: false, question: password?.question ?? null };
  }

  choose(select: ReadSelect, value: string): void {
    this.choices.set(select.label, value);
  }

  /** What is known already for a field, and may go in by itself. */
  known({ role, label, question }: ReadField, { realm, suspected }: { realm: string | undefined; suspected: boolean }): string | null {
    // A name is doubted with its password: both are asked for
    if (role === 'user') return this.freshPassword === null && suspected ? null : this.user;
    if (role === 'password') return this.passwordFor(question);
    // Of the library's own making: no name means the usual group
    if (role === 'group') return realm ?? (libraryGroup.test(label) ? '' : null);
    return null;
  }

  /** The password for the question that it was given for, and for no other. */
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
