import { userInfo } from 'node:os';
import { policyKeys } from '../../../shared/policy/keys.ts';
import { coreFoundation, managedPreferenceFiles, readPreferences, type CoreFoundation } from '../../system/preferences-macos.ts';
import { absent, type PolicySource } from './source.ts';
import { watchFile } from './watch-file.ts';

/** The app's domain of preferences: its bundle's id. */
export const preferencesDomain = 'org.causeway.client';

/**
 * Reads the managed preferences of macOS: what a configuration profile enforces, and all other values of the domain. People can
 * write the others, so only the settings that are theirs count among them. Never rejects.
 */
export async function readPreferencePolicy(
  load: () => Promise<CoreFoundation> = coreFoundation,
): Promise<{ managed: PolicySource; others: PolicySource }> {
  const managed = absent(`managed preferences of ${preferencesDomain}`, 'enforced');
  const others: PolicySource = { ...absent(`preferences of ${preferencesDomain}`, 'default'), byPerson: true };
  try {
    const found = [...readPreferences(await load(), preferencesDomain, policyKeys)];
    const of = (forced: boolean): Record<string, unknown> =>
      Object.fromEntries(found.filter(([, preference]) => preference.forced === forced).map(([key, { value }]) => [key, value]));
    const as = (source: PolicySource, values: Record<string, unknown>): PolicySource =>
      Object.keys(values).length === 0 ? source : { ...source, state: 'read', values };
    return { managed: as(managed, of(true)), others: as(others, of(false)) };
  } catch (error) {
    return { managed: { ...managed, state: 'unreadable', detail: error instanceof Error ? error.message : String(error) }, others };
  }
}

/** Calls back after a configuration profile may have changed. Returns a function that stops it. */
export function watchPreferencePolicy(changed: () => void): () => void {
  const stops = managedPreferenceFiles(preferencesDomain, userName()).map((file) => watchFile(file, changed));
  return () => {
    for (const stop of stops) stop();
  };
}

/** Empty for a user without a name, who has no preferences of their own. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
