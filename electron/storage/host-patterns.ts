import { splitHost, withoutForm, type Profile, type ReadProfile } from '../../shared/profile.ts';
import { domainOfPattern, isOneLabelBelow, isPublicSuffix } from '../net/domain.ts';
import { plainHost, sameHost } from '../trust/host.ts';

type Browser = NonNullable<Profile['browser']>;

/**
 * Removes the patterns (`*.host`) that a profile may not have, and names each one among the dropped keys: all of them unless
 * policy allows patterns, those for a public suffix, and those in `formHosts`, because these hosts get the password. Also
 * removes hosts in `formHosts` where the page cannot be: people would be asked for a password that goes nowhere.
 */
export function withoutForbiddenPatterns({ profile, dropped }: ReadProfile, wildcards: boolean): ReadProfile {
  const { browser, ...rest } = profile;
  if (!browser) return { profile, dropped };
  const hosts = browser.hosts.filter((host) => mayCount(host, wildcards));
  const places = [...hosts, ...profile.gateways.flatMap((gateway) => [gateway, splitHost(gateway).host]), addressHost(browser)];
  const formHosts = browser.formHosts?.filter((host) => domainOfPattern(host) === null && places.some((place) => holds(place, host)));
  const named = [
    ...dropped,
    ...browser.hosts.flatMap((host, at) => (hosts.includes(host) ? [] : [`browser.hosts[${at}]`])),
    ...(browser.formHosts ?? []).flatMap((host, at) => (formHosts?.includes(host) ? [] : [`browser.formHosts[${at}]`])),
  ];
  if (named.length === dropped.length) return { profile, dropped };
  // The gateway's own host counts anyway. An IPv6 address cannot stand here
  const gateway = splitHost(profile.gateways[0] ?? '').host;
  const left = hosts.length > 0 ? hosts : [gateway];
  if (hosts.length === 0 && gateway.includes(':')) return { profile: rest, dropped: [...named, 'browser'] };
  if (formHosts?.length !== 0)
    return { profile: { ...rest, browser: { ...browser, hosts: left, ...(formHosts && { formHosts }) } }, dropped: named };
  // Without its hosts the form would count on all of them
  return { profile: { ...rest, browser: withoutForm({ ...browser, hosts: left }) }, dropped: [...named, 'browser.form'] };
}

const addressHost = ({ address = '' }: Browser): string => URL.parse(address)?.host ?? '';

/** Whether a place of the page's, which may be a pattern, is this `host[:port]`. */
function holds(place: string, host: string): boolean {
  const [one, other] = [splitHost(place), splitHost(host)];
  if (one.port !== other.port) return false;
  const domain = domainOfPattern(one.host);
  return domain === null ? sameHost(one.host, other.host) : isOneLabelBelow(plainHost(other.host), domain);
}

function mayCount(host: string, wildcards: boolean): boolean {
  const domain = domainOfPattern(host);
  return domain === null || (wildcards && !isPublicSuffix(domain));
}
