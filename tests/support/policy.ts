import type { PolicyView } from '../../electron/app/policy/policy-control.ts';
import { LivePolicy } from '../../electron/storage/policy/live-policy.ts';
import { noPolicy, noPolicyInForce, type Policy } from '../../electron/storage/policy/policy.ts';
import { absent, type PolicySource } from '../../electron/storage/policy/source.ts';

/** A policy that says this and never changes. */
export const fixedPolicy = (policy: Partial<Policy>): PolicyView => ({
  current: { ...noPolicyInForce, policy: { ...noPolicy, ...policy } },
  refresh: () => Promise.resolve(),
  onChange: () => () => undefined,
});

/** A place that says these values. */
export const sourceOf = (values: Readonly<Record<string, unknown>>, more: Partial<PolicySource> = {}): PolicySource => ({
  ...absent('/etc/causeway/policy.json', 'enforced'),
  state: 'read',
  values,
  ...more,
});

/** The real thing, whose places a test fills. */
export async function handPolicy(
  ...first: PolicySource[]
): Promise<{ policy: LivePolicy; set(...sources: PolicySource[]): Promise<void> }> {
  let sources: readonly PolicySource[] = first;
  const policy = await LivePolicy.open({ read: () => Promise.resolve(sources), watch: () => () => undefined }, 'linux');
  return {
    policy,
    set(...next) {
      sources = next;
      return policy.refresh();
    },
  };
}
