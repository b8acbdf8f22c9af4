import type { Profile } from '../../shared/profile.ts';

/** The web proxy that this network or its administrator sends us through. `signIn` once the person has given it; never logged. */
export interface WebProxy {
  kind: 'http' | 'socks5';
  host: string;
  port: number;
  signIn?: { user: string; password: string };
}

/** How to open a TCP connection: the plain network, through a proxy, or a lab's loopback stand-in. */
export interface Endpoint {
  host: string;
  port: number;
  /** Where to connect instead, on loopback; certificates are still checked for `host`. */
  loopbackPort?: number;
  /** Through this proxy, which looks the name up. */
  via?: WebProxy;
}

/** Where to connect for `host:port`, given what the profile sends to loopback instead. */
export function endpointOf(address: { host: string; port: number }, connectTo: Profile['connectTo']): Endpoint {
  const { host, port } = address;
  const detour = connectTo?.find((entry) => entry.host.toLowerCase() === host.toLowerCase() && entry.port === port);
  return detour ? { host, port, loopbackPort: detour.loopbackPort } : { host, port };
}

/** `host`, or `host:port` where the port is not the usual one: how a person is told of it, and what stands in an address. */
export function shownAs({ host, port }: Endpoint): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === 443 ? name : `${name}:${port}`;
}
