import { isIP } from 'node:net';
import type { OpenConnectGrant } from '../../gateways/gateway.ts';
import { hostOf } from '../../trust/host.ts';
import { firstReached } from '../../net/proxy/proxy.ts';
import { openForwardingProxy } from '../../net/proxy/forwarding-proxy.ts';
import type { OpenConnectTarget } from './arguments.ts';

/** The proxy that openconnect is sent through. */
export interface ProxyAddress {
  readonly proxy: NonNullable<OpenConnectTarget['proxy']>;
  close(): void;
}

const reachedWithinMs = 10_000;

/**
 * The grant's proxy as openconnect may be told of it, of several the first that can be reached; null where there is none.
 * One that wants a password, or is of a kind that openconnect does not speak, is reached by a hop of ours on loopback,
 * which leads to the grant's gateway only: a command's words can be read by everybody.
 *
 * Rejects with `proxy-unreachable` where none of several can be reached, or `cancelled`.
 */
export async function proxyFor({ endpoint, connectUrl }: OpenConnectGrant, signal: AbortSignal): Promise<ProxyAddress | null> {
  const { via, loopbackPort } = endpoint;
  if (!via || loopbackPort !== undefined) return null;
  const route = via.fallbacks ? await firstReached(via, { signal, timeoutMs: reachedWithinMs }) : via;
  if (route === 'direct') return null;
  const { kind, host, port } = route;
  const isSpoken = (kind === 'http' || kind === 'socks5') && isIP(host) !== 6;
  if (isSpoken && !route.signIn) return { proxy: { kind, host, port }, close: () => undefined };
  const url = new URL(connectUrl);
  const gateway = { host: hostOf(url), port: url.port === '' ? 443 : Number(url.port) };
  const forwarding = await openForwardingProxy(route, { to: gateway });
  return { proxy: { kind: forwarding.kind, host: forwarding.host, port: forwarding.port }, close: () => forwarding.close() };
}
