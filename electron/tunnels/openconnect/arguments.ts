import { isIP } from 'node:net';
import { agentSchema, type Agent } from '../../../shared/user-agent.ts';
import { fail } from '../../../shared/failure.ts';
import type { OpenConnectGrant } from '../../gateways/gateway.ts';
import type { TunnelOptions } from '../../gateways/openconnect/process/tunnel-messages.ts';
import { hostOf, sameHost } from '../../trust/host.ts';
import { liveAddress } from '../../net/tcp.ts';

/** What openconnect needs for a session besides the cookie, which goes to stdin. {@link argumentsFor} checks all of it. */
export interface OpenConnectTarget {
  protocol: OpenConnectGrant['protocol'];
  /** `https://host[:port][/path]`: where the cookie is valid. */
  connectUrl: string;
  /** The client name from sign-in. Some gateways open a tunnel for no other. */
  agent: Agent;
  /** The address to use instead of resolving the host's name. */
  address: string | null;
  /** A proxy without a password. openconnect never gets one, because everybody can read arguments. */
  proxy: { kind: 'http' | 'socks5'; host: string; port: number } | null;
  /** Default: true. False: no packets by UDP. */
  udp?: boolean | undefined;
}

/**
 * How openconnect verifies the gateway: by the system's authorities; by one of these keys (SHA-256 of SubjectPublicKeyInfo,
 * base64), whatever else the certificate says; or only by the authority in a PEM file.
 */
export type GatewayIdentity =
  | { readonly kind: 'system' }
  | { readonly kind: 'pins'; readonly pins: readonly string[] }
  | { readonly kind: 'authority'; readonly file: string };

const protocols: readonly string[] = ['anyconnect', 'nc', 'pulse', 'gp', 'f5', 'fortinet', 'array'];
const hostPattern = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const pinPattern = /^[A-Za-z0-9+/]{43}=$/;
const filePattern = /^(\/|[A-Za-z]:\\)[^\x00-\x1f\x7f]{1,300}$/;
/** If the TCP connection is not up by then, start over: TCP's own retries become too slow. */
const answerTimeoutMs = 5_000;
const maxCookieBytes = 4096;
/** The library's own limit for a header's line is far longer. */
const ticketPattern = /^[\x20-\x7e]{1,16000}$/;

/**
 * After so many seconds of silence openconnect probes the far end; after twice that it drops the connection. So a dead link
 * is noticed within about ten seconds.
 */
const deadPeerSeconds = 4;

/**
 * The MTU of the path to the gateway. For Cisco gateways openconnect detects it before the tunnel opens (`dtls.c`), starting
 * from its own default, which fits IPv6. For the others nothing is detected, and some paths silently drop packets longer
 * than IPv6's minimum MTU (RFC 8200, 5).
 */
const baseMtu = { found: 1406, bounded: 1280 } as const;

/**
 * How long openconnect tries to reconnect before it ends: a little longer than we keep a silent link. After that the access
 * layer decides: it knows about sleep, networks and the person.
 */
const reconnectTimeoutSeconds = 90;

/** TCP probes an idle connection to the gateway this often. Some networks forget one after a few minutes. */
const keepAliveSeconds = 60;

/** Converts a grant to a target. A lab's detour leads to loopback. */
export function targetOf(
  grant: OpenConnectGrant,
  proxy: OpenConnectTarget['proxy'] = null,
  address: string | null = grant.address,
): OpenConnectTarget {
  const { endpoint, protocol } = grant;
  const url = new URL(grant.connectUrl);
  const isDetour = isDetoured(grant);
  if (isDetour) url.port = String(endpoint.loopbackPort);
  return {
    protocol,
    connectUrl: url.href,
    agent: grant.agent,
    address: isDetour ? '127.0.0.1' : proxy ? null : address,
    proxy,
    ...(grant.udp ? {} : { udp: false }),
  };
}

/**
 * Picks the gateway address for a tunnel, because openconnect would try a name's addresses one after the other, for minutes
 * each. Prefers the address that answered at sign-in, where the ticket is valid; if that no longer answers (another network,
 * a node that is gone), takes another that does. Null: openconnect does not have to resolve a name.
 *
 * Rejects with `gateway-unreachable` and the like if no address answers, or with `cancelled`.
 */
export async function tunnelAddress(
  grant: OpenConnectGrant,
  proxy: OpenConnectTarget['proxy'],
  signal: AbortSignal,
): Promise<string | null> {
  const url = new URL(grant.connectUrl);
  const host = hostOf(url);
  if (proxy || isDetoured(grant) || isIP(host) !== 0) return null;
  const gateway = { host, port: url.port === '' ? 443 : Number(url.port) };
  return liveAddress(gateway, { signal, timeoutMs: answerTimeoutMs, preferred: grant.address });
}

function isDetoured({ endpoint, connectUrl }: OpenConnectGrant): boolean {
  return endpoint.loopbackPort !== undefined && sameHost(new URL(connectUrl).hostname, endpoint.host);
}

/** Accepts only the key that was accepted at sign-in. */
export const keyOf = ({ serverPin }: OpenConnectGrant): GatewayIdentity => ({
  kind: 'pins',
  pins: [serverPin.replace(/^pin-sha256:/, '')],
});

/** A target after {@link checked}. */
interface CheckedTarget {
  url: URL;
  host: string;
  agent: Agent;
  /** Null also if the host is an address itself. */
  address: string | null;
  /** `http://host:port` */
  proxy: string | null;
}

/** Throws `internal` for an invalid target. */
function checked(target: OpenConnectTarget): CheckedTarget {
  const { protocol, address, proxy } = target;
  const url = URL.canParse(target.connectUrl) ? new URL(target.connectUrl) : null;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.href.length > 1000) throw invalid('address');
  const host = hostOf(url);
  if (!hostPattern.test(host) && isIP(host) !== 6) throw invalid('host');
  if (!protocols.includes(protocol)) throw invalid('protocol');
  const agent = agentSchema.safeParse(target.agent);
  if (!agent.success) throw invalid('agent');
  if (address !== null && isIP(address) === 0) throw invalid('IP address');
  if (proxy && (!hostPattern.test(proxy.host) || !(proxy.port > 0 && proxy.port < 65_536))) throw invalid('proxy');
  return {
    url,
    host,
    agent: agent.data,
    address: isIP(host) === 0 ? address : null,
    proxy: proxy && `${proxy.kind}://${proxy.host}:${proxy.port}`,
  };
}

const invalid = (what: string): Error => fail('internal', undefined, { detail: `the tunnel's ${what} is not valid` });

/** The arguments that every openconnect of ours starts with. Throws `internal` for an invalid target. */
export function argumentsFor(target: OpenConnectTarget, identity: GatewayIdentity): string[] {
  const { url, host, agent, address, proxy } = checked(target);
  const { protocol } = target;
  return [
    `--protocol=${protocol}`,
    `--useragent=${agent.userAgent}`,
    `--os=${agent.system}`,
    '--cookie-on-stdin',
    '--non-inter',
    ...identityArguments(identity),
    `--reconnect-timeout=${reconnectTimeoutSeconds}`,
    `--force-dpd=${deadPeerSeconds}`,
    ...(target.udp === false ? ['--no-dtls'] : []),
    `--base-mtu=${protocol === 'anyconnect' ? baseMtu.found : baseMtu.bounded}`,
    ...(address === null ? [] : [`--resolve=${host}:${address}`]),
    proxy === null ? '--no-proxy' : `--proxy=${proxy}`,
    url.href,
  ];
}

/** The same for the library, with the ticket. Throws `internal` for an invalid target or ticket. */
export function libraryOptionsFor(target: OpenConnectTarget, { serverPin, cookie }: OpenConnectGrant): TunnelOptions {
  const { url, agent, address, proxy } = checked(target);
  const pin = serverPin.replace(/^pin-sha256:/, '');
  if (!pinPattern.test(pin)) throw invalid('pin');
  if (!ticketPattern.test(cookie)) throw invalid('ticket');
  return {
    protocol: target.protocol,
    url: url.href,
    cookie,
    pins: [`pin-sha256:${pin}`],
    agent,
    address,
    proxy,
    udp: target.udp !== false,
    pathMtu: target.protocol === 'anyconnect' ? null : baseMtu.bounded,
    reconnectSeconds: reconnectTimeoutSeconds,
    deadPeerSeconds,
    keepAliveSeconds,
  };
}

/** openconnect(8): `--servercert` overrides everything else and may be repeated; `--cafile` adds to the system's authorities unless those are switched off. */
function identityArguments(identity: GatewayIdentity): string[] {
  const wrong = (what: string): Error => fail('internal', undefined, { detail: `the gateway's ${what} is not valid` });
  switch (identity.kind) {
    case 'system':
      return [];
    case 'pins':
      if (identity.pins.length === 0 || !identity.pins.every((pin) => pinPattern.test(pin))) throw wrong('pin');
      return identity.pins.map((pin) => `--servercert=pin-sha256:${pin}`);
    case 'authority':
      if (!filePattern.test(identity.file)) throw wrong('authority');
      return ['--no-system-trust', `--cafile=${identity.file}`];
  }
}

/** The line for stdin. Throws `internal` for an invalid cookie. */
export function cookieLine(cookie: string): string {
  if (cookie === '' || Buffer.byteLength(cookie) >= maxCookieBytes || /[\x00-\x1f\x7f]/.test(cookie))
    throw fail('internal', undefined, { detail: "the tunnel's ticket is not valid" });
  return `${cookie}\n`;
}
