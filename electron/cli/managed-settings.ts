import { PolicyProfiles } from '../app/policy/policy-profiles.ts';
import { atMost } from '../net/deadline.ts';
import type { PolicyInForce } from '../storage/policy/policy.ts';
import { Settings } from '../storage/settings.ts';
import type { Host } from './host.ts';
import type { Report } from './report.ts';

/** How long to wait for the profiles that the policy names an address of. */
const profileTimeoutMs = 10_000;
/** How long to wait for the keychain to delete what was saved for another campus. */
const forgetTimeoutMs = 5_000;

/** Opens the app's own settings and adds the profiles of the computer's policy. */
export const openSettings = async (folder: string, host: Host, report: Report): Promise<Settings> =>
  (await openManaged(folder, host, report)).settings;

/** The same, and the policy with what is wrong with its profiles' addresses. */
export async function openManaged(folder: string, host: Host, report: Report): Promise<{ settings: Settings; inForce: PolicyInForce }> {
  const settings = await Settings.open(folder);
  const { secrets, now } = host.core(settings);
  const { policy } = host.policy.current;
  const profiles = new PolicyProfiles({ settings, secrets, now, tell: (failure) => report.failure(failure) });
  // The app fetches them again in each run. Here, only a campus that is not there yet is worth the wait
  const isMissing = (id: string | null): boolean => !settings.get().profiles.some((profile) => profile.id === id);
  await profiles.fetch(policy, AbortSignal.timeout(profileTimeoutMs), isMissing);
  await atMost(forgetTimeoutMs, profiles.apply(policy));
  return { settings, inForce: profiles.withFetchFaults(host.policy.current) };
}
