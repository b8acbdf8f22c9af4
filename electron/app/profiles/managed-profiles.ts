import type { Failure } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Secrets } from '../../storage/secrets.ts';
import type { Settings } from '../../storage/settings.ts';
import { displacedBy, withProfile } from './profile-store.ts';
import { emptyKeychain } from '../sign-in/saved-sign-in.ts';

/**
 * Takes in the profiles that whoever administers this computer gives to everybody on it: at each start, so that a
 * changed one is changed for everybody. Nobody is asked: it is not the person's decision. What was kept of signing in to
 * one that leads elsewhere now is forgotten: in the settings at once, in the keychain when this resolves. Never rejects.
 */
export async function takeManagedProfiles(
  settings: Settings,
  given: readonly Profile[],
  { secrets, tell }: { secrets: Secrets; tell: (failure: Failure) => void },
): Promise<void> {
  const emptying: Promise<void>[] = [];
  for (const profile of given) {
    const before = settings.get();
    const known = before.profiles.find(({ id }) => id === profile.id);
    if (known && JSON.stringify(known) === JSON.stringify(profile)) continue;
    settings.update((kept) => ({ ...withProfile(kept, profile), lastProfileId: kept.lastProfileId ?? profile.id }));
    if (displacedBy(before.profiles, profile)) emptying.push(emptyKeychain(before, profile.id, secrets, tell));
  }
  await Promise.all(emptying);
}
