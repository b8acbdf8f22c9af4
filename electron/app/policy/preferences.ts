import type { PolicyKey } from '../../../shared/policy/keys.ts';
import { defaultPreferences, type Preferences } from '../../../shared/settings.ts';
import type { UpdateMode } from '../../../shared/updates.ts';
import type { PolicyInForce } from '../../storage/policy/policy.ts';
import type { SettingsFile } from '../../storage/settings-file.ts';

/** The key of the policy that decides a setting of a person's. */
const keyOf = {
  language: 'language',
  openAtLogin: 'startAtSignIn',
  alwaysConnect: 'alwaysConnect',
  updates: 'updates',
} as const satisfies Partial<Record<keyof Preferences, PolicyKey>>;

/** Whether people cannot change a setting. */
export function isLocked(name: keyof Preferences, { decisions }: PolicyInForce): boolean {
  return name !== 'notifications' && decisions.get(keyOf[name])?.source.level === 'enforced';
}

type Chosen = Pick<SettingsFile, 'preferences' | 'chosenPreferences'>;

/**
 * Whether the policy decides a setting: it enforces it, or has a default for it and the person has not chosen. Settings of an
 * older version do not say what was chosen; what differs from the usual was.
 */
function isPolicys(name: keyof Preferences, inForce: PolicyInForce, { preferences, chosenPreferences }: Chosen): boolean {
  return isLocked(name, inForce) || (!chosenPreferences.includes(name) && preferences[name] === defaultPreferences[name]);
}

/** The settings that count: what the policy enforces, else what the person chose, else the policy's default. Pure. */
export function preferencesUnder(inForce: PolicyInForce, chosen: Chosen): Preferences {
  const { language, startAtSignIn, alwaysConnect } = inForce.policy;
  return {
    ...chosen.preferences,
    ...(language !== null && isPolicys('language', inForce, chosen) && { language }),
    ...(startAtSignIn !== null && isPolicys('openAtLogin', inForce, chosen) && { openAtLogin: startAtSignIn }),
    ...(alwaysConnect !== null && isPolicys('alwaysConnect', inForce, chosen) && { alwaysConnect }),
    updates: updateModeUnder(inForce, chosen).mode === 'automatic',
  };
}

/** Who updates Causeway, and whether the policy says so. Pure. */
export function updateModeUnder(inForce: PolicyInForce, chosen: Chosen): { mode: UpdateMode; isPolicy: boolean } {
  const { updates } = inForce.policy;
  if (updates !== null && isPolicys('updates', inForce, chosen)) return { mode: updates, isPolicy: true };
  return { mode: chosen.preferences.updates ? 'automatic' : 'off', isPolicy: false };
}
