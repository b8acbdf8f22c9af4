import { splitHost } from '../../../shared/profile.ts';
import type { SignInPageRequest } from '../../gateways/sign-in-page.ts';
import { duoPatternOf } from '../../net/duo-hosts.ts';
import { domainOfPattern, isOneLabelBelow } from '../../net/domain.ts';
import { isLoopback } from '../../net/loopback.ts';
import { hostOf, sameHost } from '../../trust/host.ts';

/** Which hosts a sign-in page may come from and load. `wildcards`: whether a pattern (`*.host`) of the profile counts. */
export type SignInRules = Pick<SignInPageRequest, 'address' | 'hosts'> & { readonly wildcards: boolean };

/** Whether the view may show the page at this address: `https` on the allowed hosts, nothing else. */
export function maySignInAt(address: string, rules: SignInRules): boolean {
  const url = URL.parse(address);
  return url?.protocol === 'https:' && isSignInHost(url, rules);
}

/** Whether a page in the view may load this address. */
export function maySignInLoad(address: string, rules: SignInRules): boolean {
  const url = URL.parse(address);
  if (!url) return false;
  if (url.protocol === 'data:' || url.protocol === 'blob:') return true;
  return (url.protocol === 'https:' || url.protocol === 'wss:') && isSignInHost(url, rules);
}

/**
 * A host counts on its own port only, so that a page cannot probe other ports. The port of the request's own address counts
 * for that address's host. Loopback never counts, and neither does an address with a user name, which hides its host.
 */
function isSignInHost(url: URL, { address, hosts, wildcards }: SignInRules): boolean {
  if (isLoopback(url.hostname) || url.username !== '' || url.password !== '') return false;
  const own = URL.parse(address);
  const allowed = own?.protocol === 'https:' ? [...hosts, own.host] : hosts;
  return allowed.some((host) => (isDuoHost(host, url.hostname) && portOf(url) === 443) || matches(splitHost(host), url, wildcards));
}

function matches({ host, port }: { host: string; port: number }, url: URL, wildcards: boolean): boolean {
  if (port !== portOf(url)) return false;
  const domain = domainOfPattern(host);
  return domain === null ? sameHost(host, url.hostname) : wildcards && isOneLabelBelow(hostOf(url), domain);
}

/** Whether a host is the one of Duo's that `pattern` (`api-*.duosecurity.com`) stands for. */
export const isDuoHost = (pattern: string, host: string): boolean => duoPatternOf(host) === pattern;

const portOf = ({ port }: URL): number => (port === '' ? 443 : Number(port));
