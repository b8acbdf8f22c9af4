import { registry } from './registry.ts';

/** Windows's Settings keep the list of preferred languages there, which Electron's `getPreferredSystemLanguages` reads for the app. */
export const languagesKey = 'Control Panel\\International\\User Profile';

/**
 * The languages of this person on Windows in order of preference, as BCP 47 tags. Last comes what the JavaScript engine knows:
 * the language of dates and numbers, which may be another one. Never rejects.
 */
export async function languagesOfWindows(): Promise<string[]> {
  const ofDates = Intl.DateTimeFormat().resolvedOptions().locale;
  try {
    const chosen = (await registry()).read('HKCU', languagesKey)?.values.get('Languages');
    return [...(chosen?.kind === 'texts' ? chosen.value : []), ofDates];
  } catch {
    return [ofDates];
  }
}
