import { withoutBlanks } from '../../../../shared/names.ts';
import { plainLine } from '../../../../shared/plain-text.ts';
import type { OcField } from '../process/messages.ts';

/** The labels of a gateway's fields, as people see them. */

export const maxLabel = 200;

/** Makes a gateway's text fit for a label: one line, within bounds, without the final colon. */
export function shownLabel(label: string): string {
  const line = withoutBlanks(plainLine(label.slice(0, 4 * maxLabel)));
  // No regular expression: one that searches for the end of a line takes quadratic time
  let end = line.length;
  while (end > 0 && ':：﹕'.includes(line.charAt(end - 1))) end -= 1;
  return withoutBlanks(line.slice(0, end)).slice(0, maxLabel);
}

/** A field's label. If it has only a name, or a label with nothing to read, the name is spelled out like a label. */
export function labelOf({ name, label = name }: OcField): string {
  const text = shownLabel(label) === '' ? name : label;
  if (text.replace(/[:：]$/u, '') !== name || !/^[A-Za-z]+([_#][A-Za-z0-9]+)*$/.test(name)) return text;
  const spelled = spelledOut(name);
  return `${spelled.slice(0, 1).toUpperCase()}${spelled.slice(1)}`;
}

/** Spells a field's name as words. On a page without labels the library uses names: `VerificationCode`, `token_as_second_password`. */
export const spelledOut = (name: string): string => name.replaceAll(/[_#]/g, ' ').replaceAll(/([a-z])([A-Z])/g, '$1 $2');
