import type { Profile } from '../../shared/profile.ts';
import { inAddress, sameHost } from '../trust/host.ts';

/**
 * A web proxy set by the network or the administrator: HTTP CONNECT in plain text or inside TLS, SOCKS5, or SOCKS4 with names
 * (4a). `signIn` is set once the person has given it. It is never logged.
 */
export interface WebProxy {
  kind: 'http' | 'https' | 'socks5' | 'socks4';
  host: string;
  port: number;
  signIn?: { user: string; password: string };
}

/** A proxy, and what to try if it cannot be reached, best first. */
export interface ProxyRoute extends WebProxy {
  fallbacks?: readonly (WebProxy | 'direct')[];
}

/** How to open a TCP connection: directly, through a proxy, or to a lab's server on loopback. */
export interface Endpoint {
  host: string;
  port: number;
  /** Connect to this loopback port instead. Certificates are still checked for `host`. */
  loopbackPort?: number;
  /** Allow old TLS versions: the administrator permits gateways with old TLS. */
  oldTls?: boolean;
  /** The proxy to use. It resolves the name. */
  via?: ProxyRoute;
}

/** The endpoint for `host:port`, given the hosts that the profile redirects to loopback. */
export function endpointOf(address: { host: string; port: number }, connectTo: Profile['connectTo']): Endpoint {
  const { host, port } = address;
  const detour = connectTo?.find((entry) => sameHost(entry.host, host) && entry.port === port);
  return detour ? { host, port, loopbackPort: detour.loopbackPort } : { host, port };
}

/** `host`, or `host:port` unless the port is 443: for messages and for URLs. */
export function shownAs({ host, port }: Endpoint): string {
  return port === 443 ? inAddress(host) : `${inAddress(host)}:${port}`;
}
