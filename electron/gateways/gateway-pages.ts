import { splitHost, type Profile } from '../../shared/profile.ts';
import { sameHost } from '../trust/host.ts';
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

/** The only hosts that a sign-in window may show and load: the profile's and the gateway's. A gateway cannot add to them. */
export function signInHosts({ browser }: Profile, gateway: string): string[] {
  const own = browser?.address === undefined ? [] : [new URL(browser.address).hostname];
  return [...new Set([...(browser?.hosts ?? []), gateway, ...own])];
}
