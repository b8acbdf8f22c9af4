import { getServers } from 'node:dns';
import { networkInterfaces } from 'node:os';
import { splitHost, type Profile } from '../../../shared/profile.ts';
import { atMost } from '../../net/deadline.ts';
import type { Proxies } from '../../net/proxy/lookup.ts';
import { endpointOf } from '../../net/endpoint.ts';

/** How long to wait for the system's proxy settings. A script of theirs may be on a slow server. */
const proxyTimeoutMs = 3_000;

/** What this computer's network looks like from here: its interfaces, its name servers, and the web proxy to each gateway. */
export async function networkFacts(profiles: readonly Profile[], proxies: Proxies): Promise<string[]> {
  const interfaces = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ internal }) => !internal)
      .map(({ family, cidr, address, mac }) => `${name}  ${family}  ${cidr ?? address}  ${mac}`),
  );
  const gateways = profiles.flatMap((profile) => profile.gateways.map((gateway) => ({ gateway, profile })));
  const routes = await Promise.all(gateways.slice(0, 8).map(({ gateway, profile }) => routeTo(gateway, profile, proxies)));
  return [
    `interfaces  ${interfaces.length === 0 ? 'none is up' : interfaces.length}`,
    ...interfaces.map((each) => `  ${each}`),
    `name servers  ${nameServers().join(', ') || 'none'}`,
    ...routes,
  ];
}

function nameServers(): string[] {
  try {
    return getServers();
  } catch {
    return []; // the system's settings cannot be read
  }
}

async function routeTo(gateway: string, profile: Profile, proxies: Proxies): Promise<string> {
  const signal = AbortSignal.timeout(proxyTimeoutMs);
  let way = 'did not answer in time';
  const found = proxies.routeThroughProxy(endpointOf(splitHost(gateway), profile.connectTo), signal).then(
    ({ via }) => {
      way = via ? `${via.kind}  ${via.host}:${via.port}` : 'none';
    },
    (error: unknown) => {
      way = error instanceof Error ? error.message : 'unknown';
    },
  );
  await atMost(proxyTimeoutMs, found);
  return `web proxy to ${gateway}  ${way}`;
}
