import { isIP } from 'node:net';
import type { OpenConnectGrant } from '../../gateways/gateway.ts';
import { hostOf } from '../../trust/host.ts';
import { firstReached } from '../../net/proxy/proxy.ts';
import { openForwardingProxy } from '../../net/proxy/forwarding-proxy.ts';
import type { OpenConnectTarget } from './arguments.ts';

/** The proxy that openconnect uses. */
export interface ProxyAddress {
  readonly proxy: NonNullable<OpenConnectTarget['proxy']>;
  close(): void;
}

const reachTimeoutMs = 10_000;

/**
 * The grant's proxy in a form that openconnect can use; of several, the first that can be reached. Null: no proxy.
 * If the proxy needs a password, or openconnect does not speak its kind, opens a forwarding proxy on loopback that leads
 * only to the grant's gateway. The password must not be an argument, because everybody can read arguments.
 *
 * Rejects with `proxy-unreachable` if none of several can be reached, or with `cancelled`.
 */
export async function proxyFor({ endpoint, connectUrl }: OpenConnectGrant, signal: AbortSignal): Promise<ProxyAddress | null> {
  const { via, loopbackPort } = endpoint;
  if (!via || loopbackPort !== undefined) return null;
  const route = via.fallbacks ? await firstReached(via, { signal, timeoutMs: reachTimeoutMs }) : via;
  if (route === 'direct') return null;
  const { kind, host, port } = route;
  const isSpoken = (kind === 'http' || kind === 'socks5') && isIP(host) !== 6;
  if (isSpoken && !route.signIn) return { proxy: { kind, host, port }, close: () => undefined };
  const url = new URL(connectUrl);
  const gateway = { host: hostOf(url), port: url.port === '' ? 443 : Number(url.port) };
  const forwarding = await openForwardingProxy(route, { to: gateway });
  return { proxy: { kind: forwarding.kind, host: forwarding.host, port: forwarding.port }, close: () => forwarding.close() };
}
