import { splitHost, type Profile } from '../../shared/profile.ts';
import { duoHosts } from '../net/duo-hosts.ts';
import { inAddress, sameHost } from '../trust/host.ts';
import type { GatewayTarget } from './gateway.ts';

/** Parses the address of a page on the gateway itself: https, same host, same port. Null for any other page. */
export function ownPage(address: string, { host, port }: Pick<GatewayTarget, 'host' | 'port'>): URL | null {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' || !sameHost(url.hostname, host)) return null;
  return (url.port === '' ? 443 : Number(url.port)) === port ? url : null;
}

/** Whether a page is on the gateway being signed in to, or on another gateway of the profile: a portal redirects people to its gateways. */
export function isGatewayPage(address: string, target: Pick<GatewayTarget, 'host' | 'port' | 'profile'>): boolean {
  return [target, ...target.profile.gateways.map(splitHost)].some((gateway) => ownPage(address, gateway) !== null);
}

/**
 * The only hosts that a sign-in page may come from and load: the profile's, the gateway's and Duo's. Each is `host`,
 * `host:port` for another port than 443, `*.host`, or one of {@link duoHosts}. A gateway cannot add to them.
 */
export function signInHosts({ browser }: Profile, { host, port }: Pick<GatewayTarget, 'host' | 'port'>): string[] {
  const own = inAddress(host);
  const places = [own, `${own}:${port}`, ...(browser?.address === undefined ? [] : [new URL(browser.address).host])];
  return [...new Set([...(browser?.hosts ?? []), ...places, ...(browser ? duoHosts : [])].map(withoutUsualPort))];
}

/** Whether one of {@link signInHosts} names this host, or could by its pattern. Used to refuse, before the view opens, a page that the view would close at once. */
export function isNamedIn(hosts: readonly string[], host: string): boolean {
  return hosts.some(
    (each) => sameHost(splitHost(each).host, host) || (each.startsWith('*.') && host.toLowerCase().endsWith(each.slice(1).toLowerCase())),
  );
}

const withoutUsualPort = (host: string): string => host.replace(/:443$/, '');
