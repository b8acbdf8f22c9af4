import type { Profile } from '../../shared/profile.ts';
import type { Settings } from '../storage/settings.ts';
import { withProfile } from './profile-book.ts';

/**
 * Takes in the profiles that whoever administers this computer gives to everybody on it: at each start, so that a
 * changed one is changed for everybody. Nobody is asked: it is not the person's decision.
 */
export function takeGivenProfiles(settings: Settings, given: readonly Profile[]): void {
  for (const profile of given) {
    const { profiles, lastProfileId } = settings.get();
    const known = profiles.find(({ id }) => id === profile.id);
    if (known && JSON.stringify(known) === JSON.stringify(profile)) continue;
    settings.update((kept) => ({ ...withProfile(kept, profile), lastProfileId: lastProfileId ?? profile.id }));
  }
}
