import { fail } from '../../../../shared/failure.ts';
import { optionNamed, withoutBlanks } from '../../../../shared/names.ts';
import type { GatewayProtocol } from '../../../../shared/profile.ts';
import { promptSchema, type Answer, type Prompt, type PromptField, type PromptSelect } from '../../../../shared/prompt.ts';
import { shownLabel } from './field-labels.ts';
import type { Role } from './field-roles.ts';
import { maxSignInFields, type ReadField, type ReadForm, type ReadSelect } from './forms.ts';

/** Turns a form into a question for a person, and their answer into the form's values. Pure. */

/** One line that asks for a code, perhaps after one error line. The passcode screen says that better. */
const plainCodeQuestion = /^(?!\d{1,2}[.):])[^\n]{0,200}(\n(?!\d{1,2}[.):])[^\n]{0,200})?$/;

/** Whether the passcode screen covers everything that this form asks. */
export function isPlainPasscode({ message }: ReadForm, fields: readonly ReadField[], selects: readonly ReadSelect[]): boolean {
  return fields.length === 1 && selects.length === 0 && fields[0]?.role === 'passcode' && plainCodeQuestion.test(message);
}

/** The question for these fields and selects of a form. {@link valuesOf} reads its answer. */
export function promptFor(
  form: ReadForm,
  ask: { fields: readonly ReadField[]; selects: readonly ReadSelect[]; user: string | null; passwordFollows: boolean },
): Prompt {
  const { fields, selects, user, passwordFollows } = ask;
  const titled = form.title === '' ? {} : { title: form.title };
  const isSignIn = fields.some(({ role }) => role === 'user' || role === 'password');
  if (isSignIn && fields.length <= maxSignInFields && selects.length <= 5) {
    const others = fields.filter(({ role }) => role !== 'user' && role !== 'password');
    const asks = (wanted: Role): boolean => fields.some(({ role }) => role === wanted);
    const asked: PromptField[] = [
      ...(asks('user') ? [userField(fields, user)] : []),
      // If the next form asks for the password, one screen asks for both
      ...(asks('password') || passwordFollows ? [{ name: 'password', secret: true }] : []),
      ...others.map(promptField),
    ];
    const message = saysMore(form.message) ? { message: form.message } : {};
    return { kind: 'credentials', ...titled, ...message, fields: asked, selects: selects.map(promptSelect) };
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

/** How the library and gateways usually ask for name and password. Our screen says that better, so such a line is not shown. */
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

/** The gateway's own name of an option, if it is usable: not empty and not too long. */
const namedBy = (value: string): { named?: string } => (value !== '' && value.length <= 200 ? { named: value } : {});

/** A select of a prompt. Its options are numbered, because a gateway's name for one may be longer than an answer allows. */
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
  const text = `${form.id} ${select.name} ${select.label}`;
  if (/session/i.test(text)) return 'session';
  if (/role/i.test(text)) return 'role';
  return /realm|group|region|gateway/i.test(text) ? 'realm' : 'other';
}

/** Cleans a prompt of text that may not be shown. Fails with `gateway-protocol` if the prompt exceeds its bounds. */
export function shownPrompt(prompt: Prompt, host: string): Prompt {
  const parsed = promptSchema.safeParse(prompt);
  if (!parsed.success) throw fail('gateway-protocol', { host }, { detail: `the ${prompt.kind} question is too large` });
  return parsed.data;
}

/** Reads the answer to a prompt of {@link promptFor}, by field and select. What the person left out is empty. */
export function valuesOf(
  answer: Answer,
  ask: { fields: readonly ReadField[]; selects: readonly ReadSelect[] },
): { user?: string; password?: string; fields: Map<number, string>; selects: Map<number, string> } {
  const values: Record<string, string> = answer.kind === 'credentials' || answer.kind === 'fields' ? answer.values : {};
  const valueOf = (name: string): string | undefined => (Object.hasOwn(values, name) ? values[name] : undefined);
  const selects = new Map<number, string>();
  for (const { index, name, options, value } of ask.selects) {
    const chosen = answer.kind === 'choice' ? answer.option : valueOf(name);
    const option = chosen === undefined ? value : options[Number(chosen)]?.value;
    if (option === undefined) throw fail('request-invalid', undefined, { detail: 'no such choice' });
    if (option !== null) selects.set(index, option);
  }
  const fields = new Map<number, string>();
  for (const { index, name, role, isUserName } of ask.fields) {
    const isOurs = (role === 'user' || role === 'password') && answer.kind !== 'fields';
    const value = valueOf(isOurs ? role : name) ?? '';
    fields.set(index, isUserName ? withoutBlanks(value) : value);
  }
  const user = answer.kind === 'credentials' && valueOf('user') !== undefined ? withoutBlanks(valueOf('user') ?? '') : undefined;
  const password = answer.kind === 'credentials' ? valueOf('password') : undefined;
  return { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }), fields, selects };
}

/** The option that a profile names by name or label. Case and spacing do not matter. */
export const choiceNamed = (select: ReadSelect, name: string): string | null => optionNamed(select.options, name)?.value ?? null;

/** Whether a profile's `realm` names an option of this list. */
export function offersRealm(form: ReadForm, select: ReadSelect, protocol: GatewayProtocol): boolean {
  // Ivanti asks for a realm and then for a role. If there is only one realm, the profile names a role
  if ((protocol === 'nc' || protocol === 'pulse') && select.options.length === 1) return false;
  return select.isGroup || ['realm', 'role'].includes(purposeOf(form, select));
}
