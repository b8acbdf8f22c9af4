import { fail } from '../../../../shared/failure.ts';
import { optionNamed, withoutBlanks } from '../../../../shared/names.ts';
import type { GatewayProtocol } from '../../../../shared/profile.ts';
import { promptSchema, type Answer, type Prompt, type PromptField, type PromptSelect } from '../../../../shared/prompt.ts';
import { shownLabel, type ReadField, type ReadForm, type ReadSelect, type Role } from './forms.ts';

/** A form that was read as a question to a person, and their answer as the form's values. Pure. */

/** A line that asks for a code and for nothing else, a complaint before it: the passcode screen says it better. */
const plainCodeQuestion = /^(?!\d{1,2}[.):])[^\n]{0,200}(\n(?!\d{1,2}[.):])[^\n]{0,200})?$/;

/** Whether the passcode screen asks everything that is to be asked of this form. */
export function isPlainPasscode({ message }: ReadForm, fields: readonly ReadField[], selects: readonly ReadSelect[]): boolean {
  return fields.length === 1 && selects.length === 0 && fields[0]?.role === 'passcode' && plainCodeQuestion.test(message);
}

/** The question that these fields and selects of a form come to; answered by {@link valuesOf}. */
export function promptFor(
  form: ReadForm,
  ask: { fields: readonly ReadField[]; selects: readonly ReadSelect[]; user: string | null; passwordFollows: boolean },
): Prompt {
  const { fields, selects, user, passwordFollows } = ask;
  const titled = form.title === '' ? {} : { title: form.title };
  const isSignIn = fields.some(({ role }) => role === 'user' || role === 'password');
  if (isSignIn && fields.length <= 10 && selects.length <= 5) {
    const others = fields.filter(({ role }) => role !== 'user' && role !== 'password');
    const asks = (wanted: Role): boolean => fields.some(({ role }) => role === wanted);
    const asked: PromptField[] = [
      ...(asks('user') ? [userField(fields, user)] : []),
      // Where the password has a form of its own that comes next, one screen asks for both
      ...(asks('password') || passwordFollows ? [{ name: 'password', secret: true }] : []),
      ...others.map(promptField),
    ];
    const said = saysMore(form.message) ? { message: form.message } : {};
    return { kind: 'credentials', ...titled, ...said, fields: asked, selects: selects.map(promptSelect) };
  }
  const [only] = selects;
  if (fields.length === 0 && selects.length === 1 && only) {
    return {
      kind: 'choice',
      purpose: purposeOf(form, only),
      ...(form.message ? { title: shownLabel(form.message) } : titled),
      options: only.options.map(({ value, label }, index) => ({ id: String(index), label, ...namedBy(value) })),
    };
  }
  return {
    kind: 'fields',
    ...titled,
    ...(form.message ? { message: form.message } : {}),
    fields: fields.map(promptField),
    selects: selects.map(promptSelect),
  };
}

/** The library's and the gateways' own ways to ask for a name and a password: the screen says it better. */
const plainSignIn = /^(please )?(enter|sign in|log ?in|provide|type)\b[^.!?\n]{0,80}[.:]?$/i;

function saysMore(message: string): boolean {
  return message
    .split('\n')
    .map((line) => line.trim())
    .some((line) => line !== '' && !plainSignIn.test(line));
}

function promptField({ name, label, secret, value, role, newPassword }: ReadField): PromptField {
  return {
    name,
    ...(label === '' ? {} : { label }),
    secret,
    ...(value ? { value: value.slice(0, 200) } : {}),
    ...(role === 'passcode' ? { code: true } : {}),
    ...(newPassword ? { newPassword } : {}),
  };
}

function userField(fields: readonly ReadField[], user: string | null): PromptField {
  const value = user ?? fields.find(({ role }) => role === 'user')?.value;
  return { name: 'user', secret: false, ...(value ? { value: value.slice(0, 200) } : {}) };
}

/** The gateway's own name of an option, where it may be one that somebody gives. */
const namedBy = (value: string): { named?: string } => (value !== '' && value.length <= 200 ? { named: value } : {});

/** Choices go by their number: what a gateway calls them may be longer than an answer. */
function promptSelect({ name, label, options, value, isGroup }: ReadSelect): PromptSelect {
  const at = options.findIndex((option) => option.value === value);
  return {
    name,
    label,
    options: options.map((option, index) => ({ value: String(index), label: option.label, ...namedBy(option.value) })),
    ...(at >= 0 ? { value: String(at) } : {}),
    ...(isGroup ? { group: true } : {}),
  };
}

function purposeOf(form: ReadForm, select: ReadSelect): Extract<Prompt, { kind: 'choice' }>['purpose'] {
  const words = `${form.id} ${select.name} ${select.label}`;
  if (/session/i.test(words)) return 'session';
  if (/role/i.test(words)) return 'role';
  return /realm|group|region|gateway/i.test(words) ? 'realm' : 'other';
}

/** Cleaned of what may not be shown, and within the bounds of a prompt. Fails with `gateway-protocol`. */
export function shownPrompt(prompt: Prompt, host: string): Prompt {
  const parsed = promptSchema.safeParse(prompt);
  if (!parsed.success) throw fail('gateway-protocol', { host }, { detail: `a ${prompt.kind} question beyond bounds` });
  return parsed.data;
}

/** What a person put into a prompt of {@link promptFor}: by field and select; what they left out is empty. */
export function valuesOf(
  answer: Answer,
  ask: { fields: readonly ReadField[]; selects: readonly ReadSelect[] },
): { user?: string; password?: string; fields: Map<number, string>; selects: Map<number, string> } {
  const values: Record<string, string> = answer.kind === 'credentials' || answer.kind === 'fields' ? answer.values : {};
  const given = (name: string): string | undefined => (Object.hasOwn(values, name) ? values[name] : undefined);
  const selects = new Map<number, string>();
  for (const { index, name, options, value } of ask.selects) {
    const chosen = answer.kind === 'choice' ? answer.option : given(name);
    const option = chosen === undefined ? value : options[Number(chosen)]?.value;
    if (option === undefined) throw fail('request-invalid', undefined, { detail: 'no such choice' });
    if (option !== null) selects.set(index, option);
  }
  const fields = new Map<number, string>();
  for (const { index, name, role, isUserName } of ask.fields) {
    const isOurs = (role === 'user' || role === 'password') && answer.kind !== 'fields';
    const value = given(isOurs ? role : name) ?? '';
    fields.set(index, isUserName ? withoutBlanks(value) : value);
  }
  const user = answer.kind === 'credentials' && given('user') !== undefined ? withoutBlanks(given('user') ?? '') : undefined;
  const password = answer.kind === 'credentials' ? given('password') : undefined;
  return { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }), fields, selects };
}

/** The choice that a profile names by its name or label, however it is spelled. */
export const choiceNamed = (select: ReadSelect, name: string): string | null => optionNamed(select.options, name)?.value ?? null;

/** Whether a list is the one that a profile's `realm` names something of. */
export function offersRealm(form: ReadForm, select: ReadSelect, protocol: GatewayProtocol): boolean {
  // Ivanti's ask for a realm and then for a role: where there is only one realm, the name is that of a role
  if ((protocol === 'nc' || protocol === 'pulse') && select.options.length === 1) return false;
  return select.isGroup || ['realm', 'role'].includes(purposeOf(form, select));
}
