import { fail } from '../../../../shared/failure.ts';
import { toldApart } from '../../../../shared/names.ts';
import { plainLine, plainText } from '../../../../shared/plain-text.ts';
import { promptBounds } from '../../../../shared/prompt.ts';
import { fieldType, type OcField, type OcForm } from '../process/messages.ts';
import { labelOf, maxLabel, shownLabel, spelledOut } from './field-labels.ts';
import { codeForms, isPasswordChange, rolesOf, says, type ReadingOptions, type Role } from './field-roles.ts';
import { asksNewPassword, complains, saysOldPassword } from './text-patterns.ts';

/** Reads what a gateway's form asks for. Pure. What the form means for the whole sign-in is up to the conversation. */

export interface ReadField {
  /** Its index in the library's list. */
  index: number;
  role: Role;
  /** Its name in the prompt and in the answer. */
  name: string;
  /** Identifies the gateway's question, by the gateway's own name and label. */
  question: string;
  label: string;
  secret: boolean;
  /** It takes the new password of a password change. */
  newPassword: boolean;
  /** It takes a user name, the first or another. Blanks around the answer are removed. */
  isUserName: boolean;
  value: string | null;
}

export interface ReadSelect {
  index: number;
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
  /** The current choice, if any. */
  value: string | null;
  /** Choosing another group brings another form. */
  isGroup: boolean;
}

/** A form as we read it. Hidden and ignored fields are left to the library. */
export interface ReadForm {
  id: string;
  /** Terms to accept before anything is filled in. */
  banner: string;
  /** The heading above the fields. */
  title: string;
  /** The gateway's message, including any error about the last answer. */
  message: string;
  /** The message says that the last answer was wrong. */
  complains: boolean;
  fields: readonly ReadField[];
  selects: readonly ReadSelect[];
  /** It asks for a new password. */
  changesPassword: boolean;
  /** The library fills it from a web page. */
  web: boolean;
  /** Identifies the form whatever its message says. A form that comes back has the same signature. */
  signature: string;
}

const maxFields = 50;
const maxSelects = 10;
/** A form with more fields is not shown as a sign-in: nothing in it is the account's name or password. */
export const maxSignInFields = 10;
/** For all lists of a form together. */
const maxOptions = 2 * promptBounds.options;
/** A longer heading is a text, not a title. */
const maxHeading = 120;

const nameWords =
  /\b(user|login)[ _-]?(name|id)\b|\bnet[ _-]?id\b|[帳账]號|[帳账]号|用[戶户](名|帳|账)|使用者(名稱|代碼)|學號|学号|\b(nome de )?(utilizador|usu[áa]rio)\b/iu;
const newWords = /\b(new|confirm|verify|retype|repeat)\b|newpass|^confirm/i;
const passphraseForms = /^openconnect_(secondary_)?(pkcs12|pem)/;

/**
 * ocserv asks for a user name in a form without a field if it wants a certificate and got none. Another gateway's form
 * without fields is a message.
 */
export const asksForCertificate = ({ fields, message = '' }: OcForm): boolean =>
  fields.length === 0 && message.trim() === 'Please enter your username.';

/** Whether this form asks for the passphrase of the client certificate, provided that the library asks and not the gateway. */
export const isPassphraseForm = ({ id, fields }: OcForm): boolean =>
  passphraseForms.test(id) && fields.length === 1 && fields[0]?.type === fieldType.password;

/** Reads a form. Fails with `gateway-protocol` if the form is larger than any honest gateway's. */
export function readOcForm(form: OcForm, options: ReadingOptions): ReadForm {
  const tooMuch = (detail: string) => fail('gateway-protocol', { host: options.host }, { detail });
  if (form.oversized) throw tooMuch('a form beyond all bounds');
  const shown = form.fields.filter(({ ignored, type }) => !ignored && type !== fieldType.hidden);
  const inputs = shown.filter(({ type }) => type === fieldType.text || type === fieldType.password || type === fieldType.token);
  const selects = shown.filter(({ type }) => type === fieldType.select);
  if (inputs.length > maxFields || selects.length > maxSelects) throw tooMuch('a form with too many fields');
  const counts = selects.map(({ choices = [] }) => choices.length);
  if (counts.some((count) => count > promptBounds.options) || counts.reduce((sum, count) => sum + count, 0) > maxOptions)
    throw tooMuch('a list with too many choices');
  const message = [form.error, form.message].filter((text) => text !== undefined && text !== '').join('\n');
  const title = headingOf(form, options.protocol);
  const secrets = inputs.filter(({ type }) => type !== fieldType.text);
  const lone = inputs.length === 1 && selects.length === 0 ? inputs[0] : undefined;
  const loneIsNew = lone !== undefined && asksForNew(form, lone, message, options);
  const changesPassword = isPasswordChange(secrets) || loneIsNew;
  const names = namesFor([...selects, ...inputs]);
  const nameOf = (field: OcField) => names.get(field.index) ?? '';
  const fields = rolesOf(form, inputs, options).map(([field, role]): ReadField => ({
    index: field.index,
    role: loneIsNew ? 'other' : role,
    name: nameOf(field),
    question: JSON.stringify([field.name, field.label ?? '']),
    label: shownLabel(labelOf(field)),
    secret: field.type !== fieldType.text,
    newPassword: loneIsNew || (changesPassword && field.type !== fieldType.text && isNew(field, secrets, options)),
    isUserName: role === 'user' || (field.type === fieldType.text && asksUserName(field)),
    value: field.value ?? null,
  }));
  return {
    id: form.id,
    // If an Ivanti page has no banner, the library gives the form's name instead
    banner: title !== '' || form.banner === undefined || form.banner === form.id || !plainText(form.banner).trim() ? '' : form.banner,
    title,
    message,
    complains: (form.error ?? '') !== '' || complains(form.message ?? ''),
    fields,
    selects: selects
      .filter(({ choices = [] }) => choices.length > 0)
      .map((field): ReadSelect => {
        const isGroup = form.group?.index === field.index;
        const choices = field.choices ?? [];
        const current = isGroup ? choices[form.group?.selection ?? 0]?.name : choices.find(({ name }) => name === field.value)?.name;
        return {
          index: field.index,
          name: nameOf(field),
          label: shownLabel(labelOf(field)),
          options: toldApart(
            choices.map(({ name, label }) => ({ value: name, label: shownLabel(label) || shownLabel(name) || name.slice(0, maxLabel) })),
            maxLabel,
          ),
          value: current ?? null,
          isGroup,
        };
      }),
    changesPassword,
    web: form.fields.some(({ type }) => type === fieldType.ssoToken),
    signature: signatureOf(form, inputs, selects, options),
  };
}

/** A form that asks for a second name and password: shown with its own labels, and filled with nothing that is known. */
export function asSecondSignIn(form: ReadForm): ReadForm {
  const fields = form.fields.map((field) =>
    field.role === 'user' || field.role === 'password' ? { ...field, role: 'other' as const } : field,
  );
  return { ...form, fields };
}

/**
 * The title of a form. For F5 the library gives the heading of the page's table as the banner, or since 9.12 the form's name
 * if there is none. F5's terms are on a page of their own, which is not a form.
 */
function headingOf({ banner = '', id }: OcForm, protocol: string): string {
  if (banner === id) return '';
  const line = plainLine(banner.slice(0, 4 * maxLabel))
    .replaceAll(/\s+/g, ' ')
    .trim();
  return protocol === 'f5' && line.length <= maxHeading ? shownLabel(line) : '';
}

/** Whether a field of a password change takes the new password, not the old one. */
function isNew(field: OcField, secrets: readonly OcField[], { newPasswordWords = [] }: ReadingOptions): boolean {
  if (saysOldPassword(labelOf(field)) || saysOldPassword(field.name)) return false;
  if (says(field, newWords) || asksNewPassword(labelOf(field), '', newPasswordWords, true)) return true;
  return secrets.length === 2 && secrets.some((each) => each !== field && saysOldPassword(labelOf(each)));
}

/** Whether a form's only field takes a new password, judged by its label, the message, or the profile's words. */
function asksForNew(
  form: OcForm,
  field: OcField,
  message: string,
  { newPasswordWords = [], afterNewPassword = false, passwordGiven }: ReadingOptions,
): boolean {
  if (field.type === fieldType.token || codeForms.test(form.id)) return false;
  // Before anything was sent, "Your password has expired" may stand above the usual name and password
  if (!passwordGiven && !asksNewPassword(field.label ?? '', '', newPasswordWords)) return false;
  return asksNewPassword(field.label ?? spelledOut(field.name), message, newPasswordWords, afterNewPassword);
}

/** Whether its name or label asks for a user name, such as `secondary_username`. */
const asksUserName = ({ name, label = '' }: OcField): boolean => nameWords.test(spelledOut(name)) || nameWords.test(label);

/** A form's {@link ReadForm.signature}: its fields and their roles, whatever was asked before. */
function signatureOf(form: OcForm, inputs: readonly OcField[], selects: readonly OcField[], options: ReadingOptions): string {
  const roles = rolesOf(form, inputs, { ...options, passwordGiven: false });
  return JSON.stringify([form.id, ...roles.map(([{ name }, role]) => [name, role]), ...selects.map(({ name }) => name)]);
}

/** A unique name for each field: the gateway's own if it is usable, else a number. */
function namesFor(fields: readonly OcField[]): Map<number, string> {
  const taken = new Set<string>(['user', 'password']);
  const names = new Map<number, string>();
  for (const { name, index } of fields) {
    const fit = /^[\w#.-]{1,60}$/.test(name) && !taken.has(name) ? name : `field-${index}`;
    taken.add(fit);
    names.set(index, fit);
  }
  return names;
}
