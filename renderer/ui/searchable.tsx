import { useState, type KeyboardEvent } from 'react';
import { isFoundBy, isSameName } from '../../shared/names.ts';
import { useAnnounced } from '../announcer.tsx';
import { useLocalizer } from '../localizer.ts';
import { Field, SelectField, type SelectProps } from './fields.tsx';

/** A longer list gets a search field. */
const manyOptions = 12;
/** At most this many are drawn. Nobody reads more, and typing another letter narrows the list. */
const maxShown = 100;

/**
 * Filters many options by what was typed: those whose label contains it, ignoring case. `search` is the search field, or
 * null for short lists.
 *
 * @param take called at Enter in that field, with the only match or the option whose whole name was typed, or with null if
 *   nothing is typed yet. While there are several matches, Enter does nothing
 */
export function useSearch<T extends { label: string; detail?: string | undefined }>(options: readonly T[], take: (only: T | null) => void) {
  const { messages, format, gap } = useLocalizer();
  const [typed, setTyped] = useState('');
  const found = options.filter(({ label, detail = '' }) => isFoundBy(`${label} ${detail}`, typed));
  const more = found.length - maxShown;
  const counted = [
    found.length === 0 ? messages.choice.none : format(messages.choice.found, { count: found.length }),
    ...(more > 0 ? [format(messages.choice.more, { count: maxShown })] : []),
  ];
  const isLong = options.length > manyOptions;
  useAnnounced(isLong ? counted : null, { atFirst: false });
  if (!isLong) return { shown: options, search: null, more: null };
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
    more: <p className="hint">{counted.join(gap)}</p>,
  };
}

/** A drop-down of a form. A long one has a search field above it. */
export function SearchedSelect(props: SelectProps) {
  const { messages } = useLocalizer();
  const { options, value, onChange, disabled = false } = props;
  const [typed, setTyped] = useState('');
  if (options.length <= manyOptions) return <SelectField {...props} />;
  const foundBy = (text: string) => options.filter(({ label }) => isFoundBy(label, text));
  const found = foundBy(typed);
  const search = (text: string): void => {
    setTyped(text);
    // The option that is shown as selected is the one that is sent
    const [first] = foundBy(text);
    if (first && !foundBy(text).some((option) => option.value === value)) onChange(first.value);
  };
  return (
    <>
      {/* Enter ends the search and does not submit the form */}
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

/** Handles Enter and stops it from doing anything else. Ignores Enter while an input method composes a word. */
const whenEnter =
  (act: () => void) =>
  (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    act();
  };
