import { failureOf, type Failure } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { RouteThroughProxy } from '../../net/https.ts';
import { fetchProfile } from '../../storage/fetch-profile.ts';
import { withoutForbiddenPatterns } from '../../storage/host-patterns.ts';
import type { Fault } from '../../storage/policy/merge.ts';
import { withFaults, type Policy, type PolicyInForce } from '../../storage/policy/policy.ts';
import type { ProfileAddress } from '../../storage/policy/profiles.ts';
import type { Secrets } from '../../storage/secrets.ts';
import { entryOf } from '../../storage/settings-file.ts';
import type { Settings } from '../../storage/settings.ts';
import { createVerifier } from '../../trust/verifier.ts';
import { applyManagedProfiles } from '../profiles/managed-profiles.ts';

export interface PolicyProfilesDeps {
  settings: Settings;
  secrets: Secrets;
  now: () => number;
  tell: (failure: Failure) => void;
  routeThroughProxy?: RouteThroughProxy | undefined;
}

/**
 * The profiles of the policy among the saved ones: those that the policy holds, and those that it names an address of, which
 * are fetched once in a run. What was fetched in an earlier run counts until then, so that a computer without a network has
 * its campuses.
 */
export class PolicyProfiles {
  private readonly fetched = new Map<string, Profile>();
  private readonly failures = new Map<string, string>();

  constructor(private readonly deps: PolicyProfilesDeps) {}

  /** The ids of the profiles that people cannot remove. */
  idsUnder({ profiles, profileAddresses }: Policy): string[] {
    const { policyProfiles } = this.deps.settings.get();
    const known = profileAddresses.flatMap(({ address }) => entryOf(policyProfiles, address) ?? []);
    return [...new Set([...profiles.map(({ id }) => id), ...known])];
  }

  /** The policy with what could not be fetched in this run. */
  withFetchFaults(inForce: PolicyInForce): PolicyInForce {
    const place = inForce.decisions.get('profiles')?.source.place ?? '';
    const faults = inForce.policy.profileAddresses.flatMap(({ address }): Fault[] => {
      const detail = this.failures.get(address);
      return detail === undefined ? [] : [{ place, key: 'profiles', why: 'profile', detail: `${address}: ${detail}` }];
    });
    return withFaults(inForce, faults);
  }

  /** Adds the profiles that are here to the saved ones. Call it only while no session is up. Never rejects. */
  apply({ profiles, profileAddresses }: Policy): Promise<void> {
    const { settings, secrets, tell } = this.deps;
    const fetched = profileAddresses.flatMap(({ address }) => this.fetched.get(address) ?? []);
    return applyManagedProfiles(settings, [...profiles, ...fetched], { secrets, tell });
  }

  /**
   * Fetches what was not fetched in this run. A server that has none of the address's keys is refused, whoever vouches for it.
   * Resolves with whether there is anything new. Never rejects.
   *
   * @param isNeeded leaves out addresses, by the profile that they gave before
   */
  async fetch(
    { profileAddresses, wildcardHosts }: Policy,
    signal: AbortSignal,
    isNeeded: (id: string | null) => boolean = () => true,
  ): Promise<boolean> {
    const { settings } = this.deps;
    const wanted = profileAddresses.filter(
      ({ address }) => !this.fetched.has(address) && isNeeded(entryOf(settings.get().policyProfiles, address)),
    );
    const results = await Promise.all(
      wanted.map(async (from) => {
        try {
          const { profile } = withoutForbiddenPatterns(await this.fetchOne(from, signal), wildcardHosts);
          this.fetched.set(from.address, profile);
          this.failures.delete(from.address);
          settings.update(({ policyProfiles }) => ({ policyProfiles: { ...policyProfiles, [from.address]: profile.id } }));
          return true;
        } catch (error) {
          this.failures.set(from.address, failureOf(error).code);
          return false;
        }
      }),
    );
    return results.includes(true);
  }

  private fetchOne({ address, pins }: ProfileAddress, signal: AbortSignal) {
    const { now, routeThroughProxy } = this.deps;
    const verifier = createVerifier({ trust: { kind: 'pin', spkiSha256: [...pins] }, now });
    return fetchProfile(address, { verifier, signal, routeThroughProxy });
  }
}
