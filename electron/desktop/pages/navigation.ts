import type { Profile } from '../../../shared/profile.ts';
import { sameHost } from '../../trust/host.ts';
import { isLoopback } from '../../net/loopback.ts';

/**
 * Where the portal's view may go: `https` on the profile's portal hosts, nothing else. Pages may use `wss` to
 * the same hosts, and data that they made themselves.
 */
export type PortalRules = Pick<Profile, 'portal'>;

/** Whether the view may show a page of this address. */
export function mayVisit(address: string, rules: PortalRules): boolean {
  const url = URL.parse(address);
  return url?.protocol === 'https:' && isPortalHost(url, rules);
}

/** Whether a page in the view may load this: an image, a script, a request of its own. */
export function mayLoad(address: string, rules: PortalRules): boolean {
  const url = URL.parse(address);
  if (!url) return false;
  if (url.protocol === 'data:' || url.protocol === 'blob:') return true;
  return (url.protocol === 'https:' || url.protocol === 'wss:') && isPortalHost(url, rules);
}

/** On the ports that a portal has: 443 and that of its own address, so that a page cannot probe others. */
function isPortalHost(url: URL, rules: PortalRules): boolean {
  const portal = URL.parse(rules.portal.address);
  const ports = ['', portal?.port ?? ''];
  return !isLoopback(url.hostname) && rules.portal.hosts.some((host) => sameHost(host, url.hostname)) && ports.includes(url.port);
}
