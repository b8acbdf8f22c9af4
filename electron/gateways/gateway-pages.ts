import { splitHost, type Profile } from '../../shared/profile.ts';
import { sameHost } from '../trust/host.ts';
import type { GatewayTarget } from './gateway.ts';

/** A page of the gateway's own: https, its host, its port; null where it is another's. */
export function ownPage(address: string, { host, port }: Pick<GatewayTarget, 'host' | 'port'>): URL | null {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' || !sameHost(url.hostname, host)) return null;
  return (url.port === '' ? 443 : Number(url.port)) === port ? url : null;
}

/** Whether a page is the gateway's that is signed in to, or another's of the same profile: a portal sends people on to its gateways. */
export function isGatewayPage(address: string, target: Pick<GatewayTarget, 'host' | 'port' | 'profile'>): boolean {
  return [target, ...target.profile.gateways.map(splitHost)].some((gateway) => ownPage(address, gateway) !== null);
}

/** The hosts that a sign-in window may show and load: the profile's and the gateway's, and nobody else's, whatever a gateway says. */
export function signInHosts({ browser }: Profile, gateway: string): string[] {
  const own = browser?.address === undefined ? [] : [new URL(browser.address).hostname];
  return [...new Set([...(browser?.hosts ?? []), gateway, ...own])];
}
