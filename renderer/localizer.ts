import { createContext, use } from 'react';
import type { Speaker } from '../shared/messages/localizer.ts';

const SpeakerContext = createContext<Speaker | null>(null);
export const SpeakerProvider = SpeakerContext.Provider;

/** The language that the window speaks. */
export function useSpeaker(): Speaker {
  const speaker = use(SpeakerContext);
  if (!speaker) throw new Error('A screen was drawn without a language.');
  return speaker;
}
