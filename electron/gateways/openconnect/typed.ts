import type { Answer } from '../../../shared/prompt.ts';
import { valuesOf } from './form-prompts.ts';
import { libraryGroup, type ReadField, type ReadSelect } from './forms.ts';

/** What the person typed and chose in a sign-in, for as long as nothing says that it was no good. Secrets in memory. */
export class Typed {
  user: string | null = null;
  password: string | null = null;
  /** The gateway has the password, in the present sign-in of the library's. */
  passwordSent = false;
  private readonly choices = new Map<string, string>();

  /** The library, or the gateway behind the portal, starts anew. */
  begin(): void {
    this.passwordSent = false;
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
    this.password = given.password ?? (password ? (values.get(password.index) ?? this.password) : this.password);
  }

  choose(select: ReadSelect, value: string): void {
    this.choices.set(select.label, value);
  }

  /** What is known already and was not refused: it is given once in each sign-in of the library's. */
  known({ role, label }: ReadField, { realm, doubted }: { realm: string | undefined; doubted: boolean }): string | null {
    // A name is doubted with its password: both are asked for
    if (role === 'user') return this.password === null && doubted ? null : this.user;
    if (role === 'password' && !this.passwordSent) return this.password;
    // Of the library's own making: no name means the usual group
    if (role === 'group') return realm ?? (libraryGroup.test(label) ? '' : null);
    return null;
  }

  chosenBefore(select: ReadSelect): string | null {
    const before = this.choices.get(select.label);
    return before !== undefined && select.options.some(({ value }) => value === before) ? before : null;
  }
}
