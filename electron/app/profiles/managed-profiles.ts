import type { Failure } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Secrets } from '../../storage/secrets.ts';
import type { Settings } from '../../storage/settings.ts';
import { displacedBy, withProfile } from './profile-store.ts';
import { emptyKeychain } from '../sign-in/saved-sign-in.ts';

/**
 * Adds the profiles of the computer's policy at each start, so that a changed profile changes for everybody. Nobody is
 * asked: it is the administrator's decision. If a profile now leads elsewhere, its saved sign-in is forgotten: in the
 * settings at once, in the keychain by the time this resolves. Never rejects.
 */
export async function applyManagedProfiles(
  settings: Settings,
  managed: readonly Profile[],
  { secrets, tell }: { secrets: Secrets; tell: (failure: Failure) => void },
): Promise<void> {
  const removals: Promise<void>[] = [];
  for (const profile of managed) {
    const before = settings.get();
    const known = before.profiles.find(({ id }) => id === profile.id);
    if (known && JSON.stringify(known) === JSON.stringify(profile)) continue;
    settings.update((current) => ({ ...withProfile(current, profile), lastProfileId: current.lastProfileId ?? profile.id }));
    if (displacedBy(before.profiles, profile)) removals.push(emptyKeychain(before, profile.id, secrets, tell));
  }
  await Promise.all(removals);
}
