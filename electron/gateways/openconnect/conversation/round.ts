import type { FactorMethod } from '../../../../shared/prompt.ts';
import type { Role } from './field-roles.ts';
import type { ReadForm } from './forms.ts';

/** What was sent last, and in answer to which form. */
export interface Sent {
  /**
   * `credentials`: name or password. `both`: the password and a second factor in one form. `passcode`, `reach`: a second
   * factor alone. `fields`: anything else.
   */
  what: 'credentials' | 'both' | 'passcode' | 'reach' | 'fields';
  /** How the phone was contacted, for `reach` and for a `both` of that kind. */
  reach: Exclude<FactorMethod, 'passcode'> | null;
  /** Which phone; '' if the gateway does not say. */
  device: string;
  form: ReadForm;
  /** When the form arrived and when the answer was sent, by this computer's clock. */
  arrivedAt: number;
  at: number;
}

/**
 * What a form means after what was sent:
 * - `new`: a question that was not asked yet.
 * - `repeated`: the last question once more, because the answer was wrong.
 * - `restarted`: the gateway starts over and asks for the password that it already has.
 * - `password-changed`: the same, after the password was changed.
 */
export type Meaning = 'new' | 'repeated' | 'restarted' | 'password-changed';

/** The library's name for the first form of a sign-in (GlobalProtect, Fortinet, Array). */
const loginForm = '_login';
/** If a question comes back this often in the same words, the gateway's sign-in is dead. */
const maxSilentReturns = 3;

/** The state of one run of the library: which forms came, what was sent, and whether that included the password. Each run has its own. */
export class Round {
  /** The password was sent in this run. */
  passwordSent = false;
  last: Sent | null = null;
  /** The previous form asked for a new password. */
  askedNewPassword = false;
  /** The gateway's last message. */
  lastMessage = '';
  formBefore = '';
  private readonly seen = new Map<string, Set<string>>();
  private readonly passwordForms = new Set<string>();
  private fetchesGroup = false;
  private returns = 0;

  /** What this form means. Call it once for each form. */
  meaningOf(form: ReadForm): Meaning {
    const meaning = this.read(form);
    this.returns = meaning === 'repeated' && !form.complains ? this.returns + 1 : 0;
    return meaning === 'repeated' && this.returns >= maxSilentReturns ? 'restarted' : meaning;
  }

  /** Records a form, after {@link meaningOf}. */
  note(form: ReadForm): void {
    const messages = this.seen.get(form.signature) ?? new Set();
    messages.add(form.message);
    this.seen.set(form.signature, messages);
    this.formBefore = form.id;
    this.lastMessage = form.message;
    this.askedNewPassword = form.fields.some(({ newPassword }) => newPassword);
  }

  /** Records what is sent. */
  send(sent: Sent, withPassword: boolean): void {
    this.last = sent;
    if (!withPassword) return;
    this.passwordSent = true;
    this.passwordForms.add(sent.form.signature);
  }

  /** The person chose another group: the next form belongs to that group. */
  fetchGroup(): void {
    this.fetchesGroup = true;
  }

  private read(form: ReadForm): Meaning {
    const { last, fetchesGroup } = this;
    this.fetchesGroup = false;
    if (last === null || fetchesGroup || isMessageOnly(form)) return 'new';
    const messages = this.seen.get(form.signature);
    // If the library has the name, it asks for the password alone
    const begins = this.passwordSent && (hasRole(form, 'user', 'password') || form.id === loginForm);
    if (begins || this.passwordForms.has(form.signature)) {
      const isChanged = last.form.changesPassword && !form.complains;
      if (isChanged && (begins || messages?.has(form.message) === false)) return 'password-changed';
      const afterFactor = last.what === 'passcode' || last.what === 'reach';
      if (begins && (messages !== undefined || form.complains || afterFactor)) return 'restarted';
    }
    if (messages === undefined) return 'new';
    // One challenge may follow another in the same form. The same message or a complaint means the same challenge again
    if (isChallenge(form) && !form.complains && !messages.has(form.message)) return 'new';
    return this.passwordForms.has(form.signature) ? 'restarted' : 'repeated';
  }
}

/** Whether a form has nothing to fill in. It only tells the person something, and does not judge what was sent before. */
export const isMessageOnly = ({ web, fields, selects }: ReadForm): boolean => !web && fields.length === 0 && selects.length === 0;

/** Whether a form has one field to answer, apart from a user name that is already known. */
function isChallenge({ fields }: ReadForm): boolean {
  if (fields.length === 1) return true;
  const [only, ...more] = fields.filter(({ role }) => role !== 'user');
  return only?.role === 'passcode' && more.length === 0;
}

export function hasRole(form: ReadForm, ...roles: readonly Role[]): boolean {
  return form.fields.some(({ role }) => roles.includes(role));
}

/** Whether a form asks for a user name and nothing else. */
export const isNameAlone = ({ fields: [first, second] }: ReadForm): boolean => first?.role === 'user' && second === undefined;
