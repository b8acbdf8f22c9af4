import { fail } from '../../../../shared/failure.ts';
import { toldApart, withoutBlanks } from '../../../../shared/names.ts';
import { plainLine, plainText } from '../../../../shared/plain-text.ts';
import { promptBounds } from '../../../../shared/prompt.ts';
import { asksNewPassword, complains, saysOldPassword, saysCode as saysCodeWords, saysPin, saysYesOrNo } from './wording.ts';
import { fieldType, type OcField, type OcForm } from '../process/messages.ts';

/** What a gateway's form asks for. Pure: what it means for the sign-in as a whole is the conversation's to know. */

/** What a field is for, as far as its name, label and the form around it tell. */
export type Role = 'user' | 'password' | 'passcode' | 'second-password' | 'group' | 'other';

/** What the library calls the group in a form that it made up, and the gateway never asked for. */
export const libraryGroup = /^authgroup:?$/i;

export interface ReadField {
  /** In the library's list. */
  index: number;
  role: Role;
  /** How the prompt and its answer name it. */
  name: string;
  /** Which question of the gateway's it is, by its own name and label for it. */
  question: string;
  label: string;
  secret: boolean;
  /** It takes the password that is to be the new one. */
  newPassword: boolean;
  /** It takes a user name, the first or another: blanks around it are nobody's. */
  isUserName: boolean;
  value: string | null;
}

export interface ReadSelect {
  index: number;
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
  /** The choice in force, where there is one. */
  value: string | null;
  /** Choosing another means another form. */
  isGroup: boolean;
}

/** A form, read: hidden and ignored fields are left to the library. */
export interface ReadForm {
  id: string;
  /** Terms to agree to before anything is filled in. */
  banner: string;
  /** What stands above the fields as their heading. */
  title: string;
  /** What the gateway says beside the fields, its complaint about the last answer included. */
  message: string;
  /** It says that the last answer was no good. */
  complains: boolean;
  fields: readonly ReadField[];
  selects: readonly ReadSelect[];
  /** It asks for another password than the one from before. */
  changesPassword: boolean;
  /** The library fills it from a web page. */
  web: boolean;
  /** What this form is, whatever it says: a form that comes back has the same. */
  signature: string;
}

export interface ReadingOptions {
  protocol: string;
  host: string;
  /** A password was given already in this sign-in: a lone secret may be a code. */
  passwordGiven: boolean;
  /** The profile says that a code or a menu follows the password. */
  secondStepExpected: boolean;
  /** The profile's words for a question that asks for a new password. */
  newPasswordWords?: readonly string[];
  /** The question before this one asked for a new password. */
  afterNewPassword?: boolean;
}

const maxFields = 50;
const maxSelects = 10;
/** In all lists of a form together. */
const maxOptions = 2 * promptBounds.options;
const maxLabel = 200;
/** A heading longer than this is a text to be read. */
const maxHeading = 120;

const userWords = /^(user|user[ _-]?(name|id)|uname|login([ _-]?(name|id))?|net[ _-]?id|account|e-?mail|pulse_user)$/i;
const userLabel = /\b(user|login|net ?id|account|e-?mail|student|staff)\b/i;
const nameWords =
  /\b(user|login)[ _-]?(name|id)\b|\bnet[ _-]?id\b|[帳账]號|[帳账]号|用[戶户](名|帳|账)|使用者(名稱|代碼)|學號|学号|\b(nome de )?(utilizador|usu[áa]rio)\b/iu;
const codeNames = /^(otp|token(code)?|code|passcode|totp)$/i;
const codeForms = /^(frmDefender|frmNextToken|frmTotpToken)$/;
/** Any question may stand in these: what it is for, only its words tell, where it has some. */
const vagueNames = /^(challenge|answer|response)$/i;
const vagueForms = /^(_challenge|pulse_gtc)$/;
const hasWords = (text: string): boolean => /\p{L}{2}/u.test(text);
const secondNames = /^(second(ary)?[_-]?password|password[#_-]?2|passwd2|pass2)$/i;
const secondForms = 'pulse_secondary';
const groupNames = /^(realm|group|authgroup)$/i;
const passwordLabel = /^pass ?word\W*$/i;
/** "Your password", not "your OTP password". */
const asksForPassword = /\b(your|the|campus) password\b/i;
const changeWords = /\b(new|old|current|confirm|verify|retype|repeat|change)\b|newpass|oldpass|^confirm/i;
const newWords = /\b(new|confirm|verify|retype|repeat)\b|newpass|^confirm/i;
const passphraseForms = /^openconnect_(secondary_)?(pkcs12|pem)/;

/** Whether this asks for the passphrase of the client certificate, if it is the library that asks. */
export const isPassphraseForm = ({ id, fields }: OcForm): boolean =>
  passphraseForms.test(id) && fields.length === 1 && fields[0]?.type === fieldType.password;

/** Reads a form. Fails with `gateway-protocol` for one that no honest gateway would send. */
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
    // Where a page of Ivanti's has no banner, the library gives the form's name
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

/** A form that asks for a name and a password which are not those that were given: with its own words for each. */
export function asOwnQuestion(form: ReadForm): ReadForm {
  const fields = form.fields.map((field) =>
    field.role === 'user' || field.role === 'password' ? { ...field, role: 'other' as const } : field,
  );
  return { ...form, fields };
}

/**
 * The library gives the heading of an F5 page's table as a banner, or from 9.12 on the form's name where the page has none; that
 * one's terms have a page of their own, which is no form.
 */
function headingOf({ banner = '', id }: OcForm, protocol: string): string {
  if (banner === id) return '';
  const line = plainLine(banner.slice(0, 4 * maxLabel))
    .replaceAll(/\s+/g, ' ')
    .trim();
  return protocol === 'f5' && line.length <= maxHeading ? shownLabel(line) : '';
}

/** By the words at its fields: the old one and the new one, or the new one twice. */
function isPasswordChange(secrets: readonly OcField[]): boolean {
  const isNewByWords = ({ name, label = '' }: OcField): boolean => asksNewPassword(label === '' ? spelledOut(name) : label, '');
  return (
    secrets.length >= 2 &&
    secrets.filter((field) => says(field, changeWords) || isNewByWords(field) || saysOldPassword(labelOf(field))).length >= 2
  );
}

/** One of the fields of a change of password that takes the new one: what is said to be the old one does not. */
function isNew(field: OcField, secrets: readonly OcField[], { newPasswordWords = [] }: ReadingOptions): boolean {
  if (saysOldPassword(labelOf(field)) || saysOldPassword(field.name)) return false;
  if (says(field, newWords) || asksNewPassword(labelOf(field), '', newPasswordWords, true)) return true;
  return secrets.length === 2 && secrets.some((each) => each !== field && saysOldPassword(labelOf(each)));
}

/** Whether a form's only field takes a new password: a secret by its own words, those around it, or the profile's. */
function asksForNew(
  form: OcForm,
  field: OcField,
  message: string,
  { newPasswordWords = [], afterNewPassword = false, passwordGiven }: ReadingOptions,
): boolean {
  if (field.type === fieldType.token || codeForms.test(form.id)) return false;
  // Before anything was given, "Your password has expired" may stand above the usual question for name and password
  if (!passwordGiven && !asksNewPassword(field.label ?? '', '', newPasswordWords)) return false;
  return asksNewPassword(field.label ?? spelledOut(field.name), message, newPasswordWords, afterNewPassword);
}

/** By its name or its label, as `secondary_username`. */
const asksUserName = ({ name, label = '' }: OcField): boolean => nameWords.test(spelledOut(name)) || nameWords.test(label);

const says = ({ name, label = '' }: OcField, words: RegExp): boolean => words.test(name) || words.test(label);

/** Its fields, and what each is for by itself, whatever went before. */
function signatureOf(form: OcForm, inputs: readonly OcField[], selects: readonly OcField[], options: ReadingOptions): string {
  const roles = rolesOf(form, inputs, { ...options, passwordGiven: false });
  return JSON.stringify([form.id, ...roles.map(([{ name }, role]) => [name, role]), ...selects.map(({ name }) => name)]);
}

/** The gateway's own names where they are fit to be used, else numbers; each once. */
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

/** A gateway's words as they may stand on a screen: one line, within bounds, without the colon. */
export function shownLabel(label: string): string {
  const line = withoutBlanks(plainLine(label.slice(0, 4 * maxLabel)));
  // Not by an expression: one that looks for the end of a line takes the square of its length
  let end = line.length;
  while (end > 0 && ':：﹕'.includes(line.charAt(end - 1))) end -= 1;
  return withoutBlanks(line.slice(0, end)).slice(0, maxLabel);
}

function rolesOf(form: OcForm, inputs: readonly OcField[], options: ReadingOptions): [OcField, Role][] {
  const texts = inputs.filter(({ type }) => type === fieldType.text);
  const secrets = inputs.filter(({ type }) => type !== fieldType.text);
  const user =
    texts.find(({ name }) => userWords.test(name)) ??
    texts.find(({ label = '' }) => userLabel.test(label)) ??
    (texts.length === 1 && secrets.length === 1 && !codeNames.test(texts[0]?.name ?? '') && !vagueNames.test(texts[0]?.name ?? '')
      ? texts[0]
      : undefined);
  // The library makes a token of a secret that asks for one
  const saysCode = ({ type, name, label = '' }: OcField): boolean =>
    type === fieldType.token || (codeNames.test(name) && !saysOther(label)) || (saysCodeWords(spelledOut(label)) && !saysOther(label));
  const isChange = isPasswordChange(secrets);
  return inputs.map((field): [OcField, Role] => {
    if (form.id.startsWith(secondForms) && !isChange) return [field, secondRole(field, inputs.length === 1, options)];
    if (field === user && !isChange) return [field, 'user'];
    if (field.type === fieldType.text && (groupNames.test(field.name) || libraryGroup.test(field.label ?? ''))) return [field, 'group'];
    // First: what a lone field of text is for may stand around it only, in the form's name or in what it says
    if (inputs.length === 1) return [field, loneRole(form, field, saysCode(field), options)];
    if (isChange || (field.type === fieldType.text && !saysCode(field))) return [field, 'other'];
    if (secondNames.test(field.name)) return [field, 'second-password'];
    if (saysCode(field)) return [field, 'passcode'];
    if (field === secrets[0]) return [field, 'password'];
    return [field, field === secrets[1] && secrets.length === 2 && user ? 'second-password' : 'other'];
  });
}

/** Where the library has nothing but the name of a field in a page, or a label that nobody can read, the name is spelled as a label would be. */
function labelOf({ name, label = name }: OcField): string {
  const said = shownLabel(label) === '' ? name : label;
  if (said.replace(/[:：]$/u, '') !== name || !/^[A-Za-z]+([_#][A-Za-z0-9]+)*$/.test(name)) return said;
  const words = spelledOut(name);
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

/** Where a page labels no field the library takes its name: `VerificationCode`, `token_as_second_password`. */
const spelledOut = (name: string): string => name.replaceAll(/[_#]/g, ' ').replaceAll(/([a-z])([A-Z])/g, '$1 $2');

/** A second user name is another one than the first; a second password may be a code. */
function secondRole(field: OcField, alone: boolean, { passwordGiven, secondStepExpected }: ReadingOptions): Role {
  if (field.type === fieldType.text) return 'other';
  return alone && passwordGiven && secondStepExpected ? 'passcode' : 'second-password';
}

/** What is typed goes out as it is: a PIN, or a yes or a no. */
const saysOther = (text: string): boolean => saysPin(text) || saysYesOrNo(text);

/** A form's only field: a password, or what follows one. After the password it is a question of its own, whatever it asks. */
function loneRole(form: OcForm, field: OcField, saysCode: boolean, options: ReadingOptions): Role {
  const { label = '' } = field;
  const message = form.message ?? '';
  // A PIN is asked for in a challenge's own form as well
  if (options.passwordGiven && (saysOther(label) || (saysOther(message) && !saysCodeWords(message)))) return 'other';
  if (saysCode || codeForms.test(form.id)) return 'passcode';
  const isVague = vagueForms.test(form.id) || vagueNames.test(field.name);
  // The library labels its own forms by itself
  if (isVague && !hasWords(vagueForms.test(form.id) ? message : `${label} ${message}`)) return 'passcode';
  // Words about a code that follows make no code of the password that is asked for now
  const asksPassword = !options.passwordGiven && passwordLabel.test(label) && asksForPassword.test(message);
  if (!asksPassword && saysCodeWords(message)) return 'passcode';
  if (field.type === fieldType.text) return 'other';
  if (!options.passwordGiven && !isVague) return 'password';
  return options.secondStepExpected ? 'passcode' : 'other';
}
