import { dateIn, longDate } from '../../shared/dates.ts';
import { useLocalizer } from '../localizer.ts';
import { Field } from './fields.tsx';

interface DateFieldProps {
  name: string;
  label: string;
  /** As typed. {@link dateIn} reads it. */
  value: string;
  onChange: (value: string) => void;
  error: string | null;
  busy: boolean;
}

const example = '1998-03-09';

/**
 * A field for a date of birth, typed in any common way. What it was taken for is shown with the month's name at once, and takes
 * the place of what was typed when the field is left: nobody sends a day as a month unseen.
 */
export function DateField({ value, onChange, error, ...field }: DateFieldProps) {
  const { messages, format, locale } = useLocalizer();
  const { identity } = messages.recovery;
  const date = dateIn(value, locale);
  const shown = { example: longDate(example, locale) };
  return (
    <Field
      {...field}
      value={value}
      onChange={onChange}
      onBlur={() => date !== null && onChange(longDate(date, locale))}
      hint={date === null ? format(identity.dateHint, shown) : longDate(date, locale)}
      error={error !== null && value !== '' ? format(identity.dateWrong, shown) : error}
      autoComplete="bday"
      input={{ maxLength: 40 }}
    />
  );
}
