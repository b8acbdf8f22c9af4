import { useState } from 'react';
import { isFoundBy } from '../../shared/names.ts';
import { useSpeaker } from '../speech.ts';
import { Field, SelectField, type SelectProps } from './fields.tsx';

/** A list of more than this is searched as one types. */
const manyOptions = 12;
/** No more are drawn at once: nobody reads on, and typing one letter more finds it. */
const maxShown = 100;

/**
 * Which of many options are shown: those whose label holds what was typed, in whatever case. `search` is the field to type
 * in, null where there are few.
 */
export function useSearch<T extends { label: string; detail?: string | undefined }>(options: readonly T[]) {
  const { words, say } = useSpeaker();
  const [typed, setTyped] = useState('');
  if (options.length <= manyOptions) return { shown: options, search: null, more: null };
  const found = options.filter(({ label, detail = '' }) => isFoundBy(`${label} ${detail}`, typed));
  const more = found.length - maxShown;
  return {
    shown: found.slice(0, maxShown),
    search: <Field label={words.choice.search} value={typed} onChange={setTyped} autoFocus />,
    more: (
      <p className="hint" role="status">
        {found.length === 0 ? words.choice.none : say(words.choice.found, { count: found.length })}
        {more > 0 && ` ${say(words.choice.more, { count: maxShown })}`}
      </p>
    ),
  };
}

/** A drop-down of a form. One of many has a field above it that leaves those whose names hold what was typed. */
export function SearchedSelect(props: SelectProps) {
  const { words } = useSpeaker();
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
      <Field
        label={`${props.label}: ${words.choice.search}`}
        value={typed}
        onChange={search}
        busy={disabled}
        error={found.length === 0 ? words.choice.none : null}
      />
      <SelectField {...props} options={found.length === 0 ? options : found} />
    </>
  );
}
