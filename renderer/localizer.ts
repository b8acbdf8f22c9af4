import { createContext, use } from 'react';
import type { Localizer } from '../shared/messages/localizer.ts';

const LocalizerContext = createContext<Localizer | null>(null);
export const LocalizerProvider = LocalizerContext.Provider;

/** The window's language. */
export function useLocalizer(): Localizer {
  const localizer = use(LocalizerContext);
  if (!localizer) throw new Error('A screen was drawn without a language.');
  return localizer;
}
