import * as z from 'zod/mini';
import { languages } from './messages/languages.ts';

/** The languages that have a catalogue. `system` follows the operating system. */
export const languageSchema = z.enum(['system', ...languages]);

/** What a person can change on the Settings screen. */
export const preferencesSchema = z.object({
  language: languageSchema,
  openAtLogin: z.boolean(),
  notifications: z.boolean(),
  /** Whether Causeway updates itself, where it may. */
  updates: z.boolean(),
  /** Connect by itself whenever the person is off campus. */
  alwaysConnect: z.boolean(),
});
export type Preferences = z.infer<typeof preferencesSchema>;
export const defaultPreferences: Preferences = {
  language: 'system',
  openAtLogin: false,
  notifications: true,
  updates: true,
  alwaysConnect: false,
};
