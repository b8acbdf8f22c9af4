import { createContext, use, useState } from 'react';

/**
 * What was typed into unfinished forms, so that nothing is lost when the link drops, or when the person goes back or opens
 * Settings. It is kept in memory only, and emptied as soon as the person is signed in or has given up.
 */
export type Drafts = Map<string, string>;

const DraftsContext = createContext<Drafts>(new Map());
export const DraftsProvider = DraftsContext.Provider;

type Values<N extends string> = Record<N, string>;

/** The values of a form, by field name. They are kept under the form's name when its screen closes. */
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
