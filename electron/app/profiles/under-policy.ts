import { splitHost, type Profile } from '../../../shared/profile.ts';
import { domainOfPattern, isOneLabelBelow } from '../../net/domain.ts';
import type { Policy } from '../../storage/policy/policy.ts';
import { plainHost, sameHost } from '../../trust/host.ts';

/** The gateways of a profile that the policy allows. */
export function allowedGateways({ gateways }: Profile, { allowedGateways: allowed }: Policy): string[] {
  return allowed === null ? gateways : gateways.filter((gateway) => allowed.some((pattern) => isWithin(gateway, pattern)));
}

/**
 * A profile as this computer's policy lets it be used. A profile without any allowed gateway keeps them: people can see where it
 * leads, and Connect refuses it (`policy-gateways`). The same object where the policy changes nothing.
 */
export function underPolicy(profile: Profile, policy: Policy): Profile {
  const gateways = allowedGateways(profile, policy);
  const { onCampus, helpDesk, ...rest } = profile;
  const isOurs = profile.protocol === 'campus';
  const changed: Profile = {
    ...rest,
    ...(gateways.length > 0 && { gateways }),
    ...(!isOurs && policy.tunnel !== 'profile' && { tunnel: policy.tunnel }),
    ...(!isOurs && policy.keepAlive !== 'profile' && { keepAlive: policy.keepAlive === 'always' }),
    ...(onCampus && policy.trustedNetwork === 'profile' && { onCampus }),
    ...(policy.helpDesk ? { helpDesk: policy.helpDesk } : helpDesk && { helpDesk }),
  };
  return isSame(changed, profile) ? profile : changed;
}

const isSame = (one: Profile, other: Profile): boolean =>
  one.gateways.length === other.gateways.length &&
  one.tunnel === other.tunnel &&
  one.keepAlive === other.keepAlive &&
  one.onCampus === other.onCampus &&
  one.helpDesk === other.helpDesk;

/** Whether a gateway is the host of this pattern, or exactly one label below it. A pattern without a port allows every port. */
function isWithin(gateway: string, pattern: string): boolean {
  const hasPort = /:\d{1,5}$/.test(pattern.replace(/^\[.*\]/, ''));
  const [one, other] = [splitHost(gateway), splitHost(pattern)];
  if (hasPort && one.port !== other.port) return false;
  const domain = domainOfPattern(other.host);
  return domain === null ? sameHost(one.host, other.host) : isOneLabelBelow(plainHost(one.host), domain);
}
