import type { Profile } from '../../../shared/profile.ts';
import { sameHost } from '../../trust/host.ts';
import { duoPatternOf } from '../../net/duo-hosts.ts';
import { isLoopback } from '../../net/loopback.ts';

/**
 * Where the portal view may go: `https` on the profile's portal hosts, and Duo's if the portal is not ours. Nothing else. Its pages may also use `wss` to the
 * same hosts, and `data:` and `blob:` addresses.
 */
export type PortalRules = Pick<Profile, 'portal'>;

/** Whether the view may show the page at this address. */
export function mayVisit(address: string, rules: PortalRules): boolean {
  const url = URL.parse(address);
  return url?.protocol === 'https:' && isPortalHost(url, rules);
}

/** Whether a page in the view may load this address, as an image, a script or a request. */
export function mayLoad(address: string, rules: PortalRules): boolean {
  const url = URL.parse(address);
  if (!url) return false;
  if (url.protocol === 'data:' || url.protocol === 'blob:') return true;
  return (url.protocol === 'https:' || url.protocol === 'wss:') && isPortalHost(url, rules);
}

/**
 * Whether this is Duo's page, which a portal that is not ours may show in a frame or lead to when it asks for the second
 * factor. Its name differs for each campus, so no profile can be expected to have it.
 */
const isDuo = (url: URL, { portal }: PortalRules): boolean =>
  portal.pages === 'other' && url.port === '' && duoPatternOf(url.hostname) !== null;

/** Allows only port 443 and the port of the portal's own address, so that a page cannot probe other ports. */
function isPortalHost(url: URL, rules: PortalRules): boolean {
  if (isDuo(url, rules)) return true;
  const portal = URL.parse(rules.portal.address);
  const ports = ['', portal?.port ?? ''];
  return !isLoopback(url.hostname) && rules.portal.hosts.some((host) => sameHost(host, url.hostname)) && ports.includes(url.port);
}
