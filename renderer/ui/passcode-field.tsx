import { useLayoutEffect, useRef } from 'react';
import { groupPasscode, plainPasscode } from '../../shared/passcode.ts';
import { Field } from './fields.tsx';

interface PasscodeFieldProps {
  label: string;
  hint: string;
  /** The passcode without spaces. */
  value: string;
  onChange: (value: string) => void;
  error: string | null;
  busy: boolean;
  inputRef: React.RefObject<HTMLInputElement | null>;
}

/**
 * A field for a passcode of any length. It groups the digits as they are typed or pasted, and keeps the cursor beside the
 * same digit.
 */
export function PasscodeField({ label, hint, value, onChange, error, busy, inputRef }: PasscodeFieldProps) {
  const cursor = useRef<number | null>(null); // the number of digits before the cursor, from a change until it is drawn
  const grouped = groupPasscode(value);

  useLayoutEffect(() => {
    if (cursor.current === null) return;
    const position = positionAfter(grouped, cursor.current);
    cursor.current = null;
    inputRef.current?.setSelectionRange(position, position);
  }, [grouped, inputRef]);

  return (
    <Field
      label={label}
      hint={hint}
      value={grouped}
      onChange={(typed) => {
        const before = typed.slice(0, inputRef.current?.selectionStart ?? typed.length);
        cursor.current = plainPasscode(before).length;
        onChange(plainPasscode(typed).slice(0, 64));
      }}
      error={error}
      busy={busy}
      autoFocus
      autoComplete="one-time-code"
      inputRef={inputRef}
      input={{ inputMode: 'numeric', maxLength: 90, className: 'passcode-input' }}
    />
  );
}

/** The cursor position in a grouped passcode after this many of its characters. */
function positionAfter(grouped: string, count: number): number {
  let seen = 0;
  for (const [index, character] of Array.from(grouped).entries()) {
    if (seen === count) return index;
    if (character !== ' ') seen += 1;
  }
  return grouped.length;
}
