import { splitHost, type Profile, type ReadProfile } from '../../shared/profile.ts';
import { domainOfPattern, isPublicSuffix } from '../net/domain.ts';

type Browser = NonNullable<Profile['browser']>;

/**
 * A profile without the patterns (`*.host`) that may not count, each named among what was dropped: all of them unless policy
 * allows them, those for a public suffix, and those for the form, which gets the password.
 */
export function withoutForbiddenPatterns({ profile, dropped }: ReadProfile, wildcards: boolean): ReadProfile {
  const { browser, ...rest } = profile;
  if (!browser) return { profile, dropped };
  const hosts = browser.hosts.filter((host) => mayCount(host, wildcards));
  const formHosts = browser.formHosts?.filter((host) => domainOfPattern(host) === null);
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
  return { profile: { ...rest, browser: withoutForm(browser, left) }, dropped: [...named, 'browser.form'] };
}

function mayCount(host: string, wildcards: boolean): boolean {
  const domain = domainOfPattern(host);
  return domain === null || (wildcards && !isPublicSuffix(domain));
}

function withoutForm({ address, keep }: Browser, hosts: string[]): Browser {
  return { hosts, ...(address !== undefined && { address }), ...(keep !== undefined && { keep }) };
}
