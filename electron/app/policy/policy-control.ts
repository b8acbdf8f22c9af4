import type { AppNotice } from '../../../shared/app-state.ts';
import type { Failure } from '../../../shared/failure.ts';
import type { PolicyState } from '../../../shared/policy/report.ts';
import { atMost } from '../../net/deadline.ts';
import type { LivePolicy } from '../../storage/policy/live-policy.ts';
import { noPolicyInForce, type Policy, type PolicyInForce } from '../../storage/policy/policy.ts';
import { decisionsIn, faultsIn } from '../../storage/policy/report.ts';
import { PolicyProfiles, type PolicyProfilesDeps } from './policy-profiles.ts';

/** The computer's policy as the application uses it: what counts now, and when it changes. */
export type PolicyView = Pick<LivePolicy, 'current' | 'refresh' | 'onChange'>;

/** A computer without a policy. */
export const withoutPolicy: PolicyView = {
  current: noPolicyInForce,
  refresh: () => Promise.resolve(),
  onChange: () => () => undefined,
};

export interface PolicyControlDeps extends PolicyProfilesDeps {
  policy: PolicyView;
  /** Whether saved profiles may change now. */
  isAtRest: () => boolean;
  /** The policy has changed. */
  policyChanged: () => void;
  /** A profile has changed, or what is known of one. */
  changed: () => void;
  notices: { add: (notice: AppNotice) => void; dismiss: (id: string) => void };
  /** Aborts when the app ends. */
  stop: AbortSignal;
}

/** How long Connect waits for the policy to be read again. */
const refreshTimeoutMs = 3_000;
const noticeCodes: readonly Failure['code'][] = ['policy-ignored', 'policy-unreadable', 'policy-repaired'];

/** Carries out the policy in the application: its profiles, its notices, and what the window shows of it. */
export class PolicyControl {
  private readonly profiles: PolicyProfiles;
  /** The policy has other profiles than those that are saved. */
  private isDue = false;

  constructor(private readonly deps: PolicyControlDeps) {
    this.profiles = new PolicyProfiles(deps);
    deps.policy.onChange(() => this.policyChanged());
    void this.applyProfiles();
    this.fetch();
  }

  /** What counts, with everything that is wrong with it. */
  get inForce(): PolicyInForce {
    return this.profiles.withFetchFaults(this.deps.policy.current);
  }

  get policy(): Policy {
    return this.deps.policy.current.policy;
  }

  /** What the window shows of it. */
  get state(): PolicyState {
    const { policy, inForce } = this;
    const { managedBy, addProfiles, rememberPasswords } = policy;
    return {
      managedBy,
      decisions: decisionsIn(inForce),
      faults: faultsIn(inForce.faults),
      addProfiles,
      rememberPasswords,
      profiles: this.profiles.idsUnder(policy),
    };
  }

  /** Whether a saved profile is the policy's. */
  isManaged(profileId: string): boolean {
    return this.profiles.idsUnder(this.policy).includes(profileId);
  }

  /** Before an attempt: what the policy says now counts in it. Has a time limit, and never rejects. */
  async beforeConnect(): Promise<void> {
    await atMost(refreshTimeoutMs, this.deps.policy.refresh());
    this.fetch();
    if (this.deps.isAtRest()) await this.applyProfiles();
  }

  /** After a session: profiles that changed meanwhile. Never rejects. */
  async atRest(): Promise<void> {
    if (this.isDue) await this.applyProfiles();
  }

  private policyChanged(): void {
    const { notices } = this.deps;
    for (const code of noticeCodes) notices.dismiss(code);
    for (const failure of this.deps.policy.current.notices) notices.add({ id: failure.code, failure });
    this.isDue = true;
    if (this.deps.isAtRest()) void this.applyProfiles();
    this.fetch();
    this.deps.policyChanged();
  }

  private async applyProfiles(): Promise<void> {
    this.isDue = false;
    await this.profiles.apply(this.policy);
    this.deps.changed();
  }

  private fetch(): void {
    void this.profiles.fetch(this.policy, this.deps.stop).then((isNew) => {
      // What could not be fetched is part of the state
      if (this.policy.profileAddresses.length > 0) this.deps.changed();
      if (!isNew) return;
      this.isDue = true;
      if (this.deps.isAtRest()) void this.applyProfiles();
    });
  }
}
