import { useState, type KeyboardEvent } from 'react';
import { isFoundBy, isSameName } from '../../shared/names.ts';
import { useLocalizer } from '../localizer.ts';
import { Field, SelectField, type SelectProps } from './fields.tsx';

/** A list of more than this is searched as one types. */
const manyOptions = 12;
/** No more are drawn at once: nobody reads on, and typing one letter more finds it. */
const maxShown = 100;

/**
 * Which of many options are shown: those whose label holds what was typed, in whatever case. `search` is the field to type
 * in, null where there are few.
 *
 * @param take what Enter in that field does: with the only one that was found, or the one whose whole name was typed; with null
 *   where nothing is typed yet. While several are found it does nothing
 */
export function useSearch<T extends { label: string; detail?: string | undefined }>(options: readonly T[], take: (only: T | null) => void) {
  const { messages, format } = useLocalizer();
  const [typed, setTyped] = useState('');
  if (options.length <= manyOptions) return { shown: options, search: null, more: null };
  const found = options.filter(({ label, detail = '' }) => isFoundBy(`${label} ${detail}`, typed));
  const more = found.length - maxShown;
  const whole = found.filter(({ label }) => isSameName(label, typed));
  const [only] = whole.length === 1 ? whole : found.length === 1 ? found : [];
  const onEnter = (): void => {
    if (typed.trim() === '') take(null);
    else if (only) take(only);
  };
  return {
    shown: found.slice(0, maxShown),
    search: (
      <div onKeyDown={whenEnter(onEnter)}>
        <Field label={messages.choice.search} value={typed} onChange={setTyped} autoFocus />
      </div>
    ),
    more: (
      <p className="hint" role="status">
        {found.length === 0 ? messages.choice.none : format(messages.choice.found, { count: found.length })}
        {more > 0 && ` ${format(messages.choice.more, { count: maxShown })}`}
      </p>
    ),
  };
}

/** A drop-down of a form. One of many has a field above it that leaves those whose names hold what was typed. */
export function SearchedSelect(props: SelectProps) {
  const { messages } = useLocalizer();
  const { options, value, onChange, disabled = false } = props;
  const [typed, setTyped] = useState('');
  if (options.length <= manyOptions) return <SelectField {...props} />;
  const foundBy = (text: string) => options.filter(({ label }) => isFoundBy(label, text));
  const found = foundBy(typed);
  const search = (text: string): void => {
    setTyped(text);
    // What is shown as chosen is what is sent
    const [first] = foundBy(text);
    if (first && !foundBy(text).some((option) => option.value === value)) onChange(first.value);
  };
  return (
    <>
      {/* Enter ends the search, and does not send the form with whatever is found so far */}
      <div onKeyDown={whenEnter(() => undefined)}>
        <Field
          label={`${props.label}: ${messages.choice.search}`}
          value={typed}
          onChange={search}
          busy={disabled}
          error={found.length === 0 ? messages.choice.none : null}
        />
      </div>
      <SelectField {...props} options={found.length === 0 ? options : found} />
    </>
  );
}

/** Enter means this here, and nothing else. While a word is being composed it is not for us. */
const whenEnter =
  (act: () => void) =>
  (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    act();
  };
