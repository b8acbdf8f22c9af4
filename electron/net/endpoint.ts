import type { Profile } from '../../shared/profile.ts';
import { inAddress, sameHost } from '../trust/host.ts';

/**
 * A web proxy that this network or its administrator sends us through: HTTP CONNECT in the clear or inside TLS, SOCKS5,
 * SOCKS4 with names (4a). `signIn` once the person has given it; never logged.
 */
export interface WebProxy {
  kind: 'http' | 'https' | 'socks5' | 'socks4';
  host: string;
  port: number;
  signIn?: { user: string; password: string };
}

/** A proxy, and what to try in its place while it cannot be reached, best first. */
export interface ProxyRoute extends WebProxy {
  fallbacks?: readonly (WebProxy | 'direct')[];
}

/** How to open a TCP connection: the plain network, through a proxy, or a lab's loopback stand-in. */
export interface Endpoint {
  host: string;
  port: number;
  /** Where to connect instead, on loopback; certificates are still checked for `host`. */
  loopbackPort?: number;
  /** TLS of any age will do: whoever administers this computer lets people in to gateways with old TLS. */
  oldTls?: boolean;
  /** Through this proxy, which looks the name up. */
  via?: ProxyRoute;
}

/** Where to connect for `host:port`, given what the profile sends to loopback instead. */
export function endpointOf(address: { host: string; port: number }, connectTo: Profile['connectTo']): Endpoint {
  const { host, port } = address;
  const detour = connectTo?.find((entry) => sameHost(entry.host, host) && entry.port === port);
  return detour ? { host, port, loopbackPort: detour.loopbackPort } : { host, port };
}

/** `host`, or `host:port` where the port is not the usual one: how a person is told of it, and what stands in an address. */
export function shownAs({ host, port }: Endpoint): string {
  return port === 443 ? inAddress(host) : `${inAddress(host)}:${port}`;
}
