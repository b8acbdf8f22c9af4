import koffi from 'koffi';
import { decode, readString, type Pointer } from './memory.ts';
import { fieldType, formBounds, type OcField, type OcForm } from './messages.ts';

/** Memory layout of the library's forms: `openconnect.h`, API 5.8. */
const formOption = koffi.struct('oc_form_opt', {
  next: 'void *',
  type: 'int',
  name: 'char *',
  label: 'char *',
  _value: 'void *', // decoded below, unless the field is hidden
  flags: 'uint',
  reserved: 'void *',
});
/** The first two members. Do not read the others: for Pulse's realms and sessions the library never fills them in. */
const choice = koffi.struct('oc_choice', { name: 'char *', label: 'char *' });
const formSelect = koffi.struct('oc_form_opt_select', { form: formOption, nr_choices: 'int', choices: 'void *' });
const authForm = koffi.struct('oc_auth_form', {
  banner: 'char *',
  message: 'char *',
  error: 'char *',
  auth_id: 'char *',
  method: 'char *',
  action: 'char *',
  opts: 'void *',
  authgroup_opt: 'void *',
  authgroup_selection: 'int',
});
const ignoreFlag = 1;

interface RawOption {
  next: Pointer;
  type: number;
  name: string | null;
  label: string | null;
  _value: Pointer;
  flags: number;
}
interface RawForm {
  banner: string | null;
  message: string | null;
  error: string | null;
  auth_id: string | null;
  opts: Pointer;
  authgroup_opt: Pointer;
  authgroup_selection: number;
}
interface RawChoice {
  name: string | null;
  label: string | null;
}

/** Reads a form and the pointer of each field. Reads no more than {@link formBounds} allow. */
export function readForm(pointer: Pointer): { form: OcForm; options: Pointer[] } {
  const raw = decode<RawForm>(pointer, authForm);
  const options: Pointer[] = [];
  const fields: OcField[] = [];
  let oversized = [raw.banner, raw.message, raw.error, raw.auth_id].some(isTooLong);
  let group: OcForm['group'] = null;
  for (let at = raw.opts; at !== null;) {
    if (options.length >= formBounds.fields) {
      oversized = true;
      break;
    }
    const option = decode<RawOption>(at, formOption);
    const index = options.push(at) - 1;
    if (at === raw.authgroup_opt) group = { index, selection: raw.authgroup_selection };
    const field = readField(at, option, index);
    if (field) fields.push(field);
    else oversized = true;
    at = option.next;
  }
  const { banner, message, error } = raw;
  if (oversized) return { form: { id: '', fields: [], group: null, oversized }, options };
  return {
    form: {
      id: raw.auth_id ?? '',
      ...(banner ? { banner } : {}),
      ...(message ? { message } : {}),
      ...(error ? { error } : {}),
      fields,
      group,
      oversized,
    },
    options,
  };
}

/** Reads one field. Null if it exceeds the bounds. */
function readField(at: Pointer, option: RawOption, index: number): OcField | null {
  const { type, name, label, flags } = option;
  const shown = option._value !== null && (type === fieldType.text || type === fieldType.select);
  const value = shown ? readString(option._value) : null;
  if ([name, label, value].some(isTooLong)) return null;
  const field: OcField = {
    index,
    type,
    name: name ?? '',
    ...(label ? { label } : {}),
    ...(value ? { value } : {}),
    ignored: (flags & ignoreFlag) !== 0,
  };
  if (type !== fieldType.select) return field;
  const { nr_choices: count, choices } = decode<{ nr_choices: number; choices: Pointer }>(at, formSelect);
  if (count > formBounds.choices) return null;
  field.choices = [];
  for (let each = 0; each < count; each++) {
    const one = decode<RawChoice>(koffi.decode(choices, each * koffi.sizeof('void *'), 'void *') as Pointer, choice);
    if (isTooLong(one.name) || isTooLong(one.label)) return null;
    // Ivanti's session choices may have no label, others no name
    field.choices.push({ name: one.name ?? '', label: one.label ?? one.name ?? '' });
  }
  return field;
}

function isTooLong(text: string | null): boolean {
  return text !== null && text.length > formBounds.text;
}
