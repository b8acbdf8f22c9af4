import { withoutBlanks } from '../../../../shared/names.ts';
import { fieldType, type OcField, type OcForm } from '../process/messages.ts';
import { labelOf, spelledOut } from './field-labels.ts';
import { asksNewPassword, saysCode as saysCodeWords, saysOldPassword, saysPin, saysYesOrNo } from './text-patterns.ts';

/** What each field of a gateway's form is for. */

/** What a field is for, judged by its name, its label and the form around it. */
export type Role = 'user' | 'password' | 'passcode' | 'second-password' | 'group' | 'other';

/** The label of the group field that the library adds to a form by itself. */
export const libraryGroup = /^authgroup:?$/i;

export interface ReadingOptions {
  protocol: string;
  host: string;
  /** The password was already sent in this sign-in, so a lone secret may be a code. */
  passwordGiven: boolean;
  /** The profile says that a code or a menu follows the password. */
  secondStepExpected: boolean;
  /** The profile's words for a question that asks for a new password. */
  newPasswordWords?: readonly string[];
  /** The question before this one asked for a new password. */
  afterNewPassword?: boolean;
}

const userWords = /^(user|user[ _-]?(name|id)|uname|login([ _-]?(name|id))?|net[ _-]?id|account|e-?mail|pulse_user)$/i;
const userLabel = /\b(user|login|net ?id|account|e-?mail|student|staff)\b/i;
const codeNames = /^(otp|token(code)?|code|passcode|totp)$/i;
export const codeForms = /^(frmDefender|frmNextToken|frmTotpToken)$/;
/** Fields and forms that may ask anything. Only their text says what for, if they have one. */
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

/** The role of each field that the person fills in. */
export function rolesOf(form: OcForm, inputs: readonly OcField[], options: ReadingOptions): [OcField, Role][] {
  const texts = inputs.filter(({ type }) => type === fieldType.text);
  const secrets = inputs.filter(({ type }) => type !== fieldType.text);
  const user =
    texts.find(({ name }) => userWords.test(name)) ??
    texts.find(({ label = '' }) => userLabel.test(label)) ??
    (texts.length === 1 && secrets.length === 1 && !codeNames.test(texts[0]?.name ?? '') && !vagueNames.test(texts[0]?.name ?? '')
      ? texts[0]
      : undefined);
  // The library gives a secret that asks for a token the type `token`
  const saysCode = ({ type, name, label = '' }: OcField): boolean =>
    type === fieldType.token || (codeNames.test(name) && !saysOther(label)) || (saysCodeWords(spelledOut(label)) && !saysOther(label));
  const isChange = isPasswordChange(secrets);
  return inputs.map((field): [OcField, Role] => {
    if (form.id.startsWith(secondForms) && !isChange) return [field, secondRole(field, inputs.length === 1, options)];
    if (field === user && !isChange) return [field, 'user'];
    if (field.type === fieldType.text && (groupNames.test(field.name) || libraryGroup.test(field.label ?? ''))) return [field, 'group'];
    // Check this first: only the form's name or message may say what a lone text field is for
    if (inputs.length === 1) return [field, loneRole(form, field, saysCode(field), options)];
    if (isChange || (field.type === fieldType.text && !saysCode(field))) return [field, 'other'];
    if (secondNames.test(field.name)) return [field, 'second-password'];
    if (saysCode(field)) return [field, 'passcode'];
    if (field === secrets[0]) return [field, 'password'];
    return [field, field === secrets[1] && secrets.length === 2 && user ? 'second-password' : 'other'];
  });
}

/** Whether secrets ask for a password change: the old and the new one, or the new one twice. */
export function isPasswordChange(secrets: readonly OcField[]): boolean {
  const isNewByWords = ({ name, label = '' }: OcField): boolean => asksNewPassword(label === '' ? spelledOut(name) : label, '');
  return (
    secrets.length >= 2 &&
    secrets.filter((field) => says(field, changeWords) || isNewByWords(field) || saysOldPassword(labelOf(field))).length >= 2
  );
}

/** Whether the name or the label of a field matches. */
export const says = ({ name, label = '' }: OcField, pattern: RegExp): boolean => pattern.test(name) || pattern.test(label);

/** The role of a field in a second sign-in form. Its user name is not the first one, and its password may be a code. */
function secondRole(field: OcField, alone: boolean, { passwordGiven, secondStepExpected }: ReadingOptions): Role {
  if (field.type === fieldType.text) return 'other';
  return alone && passwordGiven && secondStepExpected ? 'passcode' : 'second-password';
}

/** Whether a text asks for a PIN, or for yes or no. Such an answer is sent as it was typed. */
const saysOther = (text: string): boolean => saysPin(text) || saysYesOrNo(text);

/** The role of a form's only field: the password, or a step after it. After the password was sent it is never the password. */
function loneRole(form: OcForm, field: OcField, saysCode: boolean, options: ReadingOptions): Role {
  const { label = '' } = field;
  const message = form.message ?? '';
  // A challenge's form may also ask for a PIN
  if (options.passwordGiven && (saysOther(label) || (saysOther(message) && !saysCodeWords(message)))) return 'other';
  if (saysCode || codeForms.test(form.id)) return 'passcode';
  const isVague = vagueForms.test(form.id) || vagueNames.test(field.name);
  // The labels of the library's own forms come from the library, so read only the message there
  if (isVague && !hasWords(vagueForms.test(form.id) ? message : `${label} ${message}`)) return 'passcode';
  // A message about a code that comes later does not turn this password field into a code field
  const asksPassword = !options.passwordGiven && passwordLabel.test(label) && asksForPassword.test(message);
  if (!asksPassword && saysCodeWords(message)) return 'passcode';
  if (field.type === fieldType.text) return 'other';
  if (!options.passwordGiven && !isVague) return 'password';
  // "What is your mother's name?" does not ask for a code
  return options.secondStepExpected && !endsInQuestion(label) && !endsInQuestion(message) ? 'passcode' : 'other';
}

const endsInQuestion = (text: string): boolean => ['?', '？', '؟'].includes(withoutBlanks(text).slice(-1));
