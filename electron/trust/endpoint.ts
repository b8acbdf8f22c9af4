import type { Profile } from '../../shared/profile.ts';

/** How to open a TCP connection: the plain network, or a lab's loopback stand-in. */
export interface Endpoint {
  host: string;
  port: number;
  /** Where to connect instead, on loopback; certificates are still checked for `host`. */
  loopbackPort?: number;
}

/** Where to connect for `host:port`, given what the profile sends to loopback instead. */
export function endpointOf(address: { host: string; port: number }, connectTo: Profile['connectTo']): Endpoint {
  const { host, port } = address;
  const detour = connectTo?.find((entry) => entry.host.toLowerCase() === host.toLowerCase() && entry.port === port);
  return detour ? { host, port, loopbackPort: detour.loopbackPort } : { host, port };
}

/** `host`, or `host:port` where the port is not the usual one: how a person is told of it. */
export function shownAs({ host, port }: Endpoint): string {
  return port === 443 ? host : `${host}:${port}`;
}
