import { createContext, use, useState } from 'react';

/**
 * What was typed into forms that are not done yet, so that a link that drops, a step back or a look at Settings
 * costs nothing. In memory only, emptied as soon as the person is in or has given up.
 */
export type Drafts = Map<string, string>;

const DraftsContext = createContext<Drafts>(new Map());
export const DraftsProvider = DraftsContext.Provider;

type Values<N extends string> = Record<N, string>;

/** The values of a form, by field name. They outlive their screen under the form's own name. */
export function useDrafts<N extends string>(form: string, initial: Values<N>): [Values<N>, (name: N, value: string) => void] {
  const drafts = use(DraftsContext);
  const keyOf = (name: string): string => `${form}/${name}`;
  const [typed, setTyped] = useState<Partial<Values<N>>>({});
  const values = { ...initial };
  for (const name in initial) values[name] = typed[name] ?? drafts.get(keyOf(name)) ?? initial[name];
  return [
    values,
    (name, value) => {
      drafts.set(keyOf(name), value);
      setTyped((before) => ({ ...before, [name]: value }));
    },
  ];
}
