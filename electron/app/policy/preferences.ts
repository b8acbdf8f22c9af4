import type { PolicyKey } from '../../../shared/policy/keys.ts';
import { defaultPreferences, type Preferences } from '../../../shared/settings.ts';
import type { PolicyInForce } from '../../storage/policy/policy.ts';
import type { SettingsFile } from '../../storage/settings-file.ts';

/** The key of the policy that decides a setting of a person's. */
const keyOf = { language: 'language', openAtLogin: 'startAtSignIn' } as const satisfies Partial<Record<keyof Preferences, PolicyKey>>;

/** Whether people cannot change a setting. */
export function isLocked(name: keyof Preferences, { decisions }: PolicyInForce): boolean {
  return (name === 'language' || name === 'openAtLogin') && decisions.get(keyOf[name])?.source.level === 'enforced';
}

/** The settings that count: what the policy enforces, else what the person chose, else the policy's default. Pure. */
export function preferencesUnder(
  inForce: PolicyInForce,
  { preferences, chosenPreferences }: Pick<SettingsFile, 'preferences' | 'chosenPreferences'>,
): Preferences {
  /** Settings of an older version do not say what was chosen. What differs from the usual was. */
  const isFree = (name: keyof Preferences): boolean =>
    isLocked(name, inForce) || (!chosenPreferences.includes(name) && preferences[name] === defaultPreferences[name]);
  const { language, startAtSignIn } = inForce.policy;
  return {
    ...preferences,
    ...(language !== null && isFree('language') && { language }),
    ...(startAtSignIn !== null && isFree('openAtLogin') && { openAtLogin: startAtSignIn }),
  };
}
