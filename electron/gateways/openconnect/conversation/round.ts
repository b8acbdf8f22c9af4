import type { FactorMethod } from '../../../../shared/prompt.ts';
import type { ReadForm, Role } from './forms.ts';

/** What went out last, and with which form. */
export interface Sent {
  /**
   * `credentials`: name or password; `both`: the password and a second factor in one form; `passcode`, `reach`: a second
   * factor by itself; `fields`: whatever else was asked.
   */
  what: 'credentials' | 'both' | 'passcode' | 'reach' | 'fields';
  /** What a `reach`, or a `both` of that kind, does to the phone. */
  reach: Exclude<FactorMethod, 'passcode'> | null;
  /** Which one; '' where the gateway does not say. */
  device: string;
  form: ReadForm;
  /** When the form had come, and when the answer went, by this computer's clock. */
  arrivedAt: number;
  at: number;
}

/**
 * What a form means after what was sent:
 * `new`, a question that was not asked yet; `again`, the question that was answered last, since the answer was no good;
 * `anew`, the gateway's own new beginning, which asks for the password that it has; `changed`, the same after the password
 * was changed.
 */
export type Meaning = 'new' | 'again' | 'anew' | 'changed';

/** The library's own name for the form that begins a sign-in (GlobalProtect, Fortinet, Array). */
const loginForm = '_login';
/** A question that comes back in the very same words so often is nothing that the gateway says: its sign-in is dead. */
const maxSilentReturns = 3;

/** What belongs to one run of the library: which forms came, what went out, whether the password is among it. Made anew with each. */
export class Round {
  /** The gateway has the password. */
  passwordSent = false;
  last: Sent | null = null;
  /** The form before asked for a new password. */
  askedNewPassword = false;
  /** What the gateway said last. */
  lastMessage = '';
  formBefore = '';
  private readonly seen = new Map<string, Set<string>>();
  private readonly passwordForms = new Set<string>();
  private fetchesGroup = false;
  private returns = 0;

  /** What this form means. Asked once for each that comes. */
  meaningOf(form: ReadForm): Meaning {
    const meaning = this.read(form);
    this.returns = meaning === 'again' && !form.complains ? this.returns + 1 : 0;
    return meaning === 'again' && this.returns >= maxSilentReturns ? 'anew' : meaning;
  }

  /** Notes a form that is shown, after it was read. */
  note(form: ReadForm): void {
    const words = this.seen.get(form.signature) ?? new Set();
    words.add(form.message);
    this.seen.set(form.signature, words);
    this.formBefore = form.id;
    this.lastMessage = form.message;
    this.askedNewPassword = form.fields.some(({ newPassword }) => newPassword);
  }

  /** Notes what goes out. */
  send(sent: Sent, withPassword: boolean): void {
    this.last = sent;
    if (!withPassword) return;
    this.passwordSent = true;
    this.passwordForms.add(sent.form.signature);
  }

  /** Another group was named: the next form is that one's. */
  fetchGroup(): void {
    this.fetchesGroup = true;
  }

  private read(form: ReadForm): Meaning {
    const { last, fetchesGroup } = this;
    this.fetchesGroup = false;
    if (last === null || fetchesGroup || isTold(form)) return 'new';
    const words = this.seen.get(form.signature);
    // The library asks for the password alone where it has the name
    const begins = this.passwordSent && (hasRole(form, 'user', 'password') || form.id === loginForm);
    if (begins || this.passwordForms.has(form.signature)) {
      const isChanged = last.form.changesPassword && !form.complains;
      if (isChanged && (begins || words?.has(form.message) === false)) return 'changed';
      const afterFactor = last.what === 'passcode' || last.what === 'reach';
      if (begins && (words !== undefined || form.complains || afterFactor)) return 'anew';
    }
    if (words === undefined) return 'new';
    // One challenge may follow another in the same form; the same words, or a complaint, are the same challenge again
    if (isChallenge(form) && !form.complains && !words.has(form.message)) return 'new';
    return this.passwordForms.has(form.signature) ? 'anew' : 'again';
  }
}

/** Whether a form has nothing to fill in: it only tells something, and says nothing of what was sent before. */
export const isTold = ({ web, fields, selects }: ReadForm): boolean => !web && fields.length === 0 && selects.length === 0;

/** A field for one answer, with or without the name that is known. */
function isChallenge({ fields }: ReadForm): boolean {
  if (fields.length === 1) return true;
  const [only, ...more] = fields.filter(({ role }) => role !== 'user');
  return only?.role === 'passcode' && more.length === 0;
}

export function hasRole(form: ReadForm, ...roles: readonly Role[]): boolean {
  return form.fields.some(({ role }) => roles.includes(role));
}
