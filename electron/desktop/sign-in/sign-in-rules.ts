import type { WebWindowRequest } from '../../gateways/web-window.ts';
import { sameHost } from '../../trust/host.ts';
import { isLoopback } from '../../net/loopback.ts';

/** Which hosts the sign-in window may show and load, on which ports. */
export type SignInRules = Pick<WebWindowRequest, 'address' | 'hosts' | 'connectTo'>;

/** Whether the window may show the page at this address: `https` on the allowed hosts, nothing else. */
export function maySignInAt(address: string, rules: SignInRules): boolean {
  const url = URL.parse(address);
  return url?.protocol === 'https:' && isSignInHost(url, rules);
}

/** Whether a page in the window may load this address. */
export function maySignInLoad(address: string, rules: SignInRules): boolean {
  const url = URL.parse(address);
  if (!url) return false;
  if (url.protocol === 'data:' || url.protocol === 'blob:') return true;
  return (url.protocol === 'https:' || url.protocol === 'wss:') && isSignInHost(url, rules);
}

/** Allows only port 443 and the port of the request's own address, so that a page cannot probe other ports. Never loopback. */
function isSignInHost(url: URL, { address, hosts }: SignInRules): boolean {
  const ports = ['', URL.parse(address)?.port ?? ''];
  return !isLoopback(url.hostname) && hosts.some((host) => sameHost(host, url.hostname)) && ports.includes(url.port);
}
