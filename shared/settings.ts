import * as z from 'zod/mini';

/** The languages that have a catalogue. `system` follows the operating system. */
export const languageSchema = z.enum(['system', 'en']);
export type LanguageSetting = z.infer<typeof languageSchema>;

/** What a person can change on the Settings screen. */
export const preferencesSchema = z.object({
  language: languageSchema,
  openAtLogin: z.boolean(),
  notifications: z.boolean(),
});
export type Preferences = z.infer<typeof preferencesSchema>;
export const defaultPreferences: Preferences = { language: 'system', openAtLogin: false, notifications: true };
