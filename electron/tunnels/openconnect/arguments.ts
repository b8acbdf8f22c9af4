import { isIP } from 'node:net';
import { agentSchema, type Agent } from '../../../shared/agent.ts';
import { fail } from '../../../shared/failure.ts';
import type { OpenConnectGrant } from '../../gateways/gateway.ts';
import { hostOf, sameHost } from '../../trust/host.ts';
import { liveAddress } from '../../net/tcp.ts';

/** What openconnect is told of a session besides its cookie, which goes in by stdin. All of it is checked here, whoever gives it. */
export interface OpenConnectTarget {
  protocol: OpenConnectGrant['protocol'];
  /** `https://host[:port][/path]`: where the cookie is good. */
  connectUrl: string;
  /** Who signed in: some gateways open a tunnel for no other. */
  agent: Agent;
  /** Instead of looking the host's name up. */
  address: string | null;
  /** A proxy that asks for no password: openconnect is never told one, since arguments can be read by everybody. */
  proxy: { kind: 'http' | 'socks5'; host: string; port: number } | null;
}

/**
 * What proves the gateway to openconnect: the system's authorities; one of these keys (SHA-256 of SubjectPublicKeyInfo,
 * base64), whatever else its certificate says; or an authority in a file of PEM, and no other.
 */
export type GatewayIdentity =
  | { readonly kind: 'system' }
  | { readonly kind: 'pins'; readonly pins: readonly string[] }
  | { readonly kind: 'authority'; readonly file: string };

const protocols: readonly string[] = ['anyconnect', 'nc', 'pulse', 'gp', 'f5', 'fortinet', 'array'];
const hostPattern = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const pinPattern = /^[A-Za-z0-9+/]{43}=$/;
const filePattern = /^(\/|[A-Za-z]:\\)[^\x00-\x1f\x7f]{1,300}$/;
/** A gateway whose TCP port does not answer by then is tried anew: the waits between TCP's own tries grow too fast. */
const answersWithinMs = 5_000;
const maxCookieBytes = 4096;

/**
 * How long the far end may be silent, in seconds, before openconnect asks whether it is there; after twice that it
 * gives the connection up. So a dead link is noticed within ten seconds or so.
 */
const askAfterSeconds = 4;

/**
 * How long a packet around the tunnel's may be. Datagrams of Cisco's kind are tried out by openconnect before the tunnel
 * opens (`dtls.c`); it begins with its own default, in which IPv6 has room. Of the others nothing is tried out, and some
 * paths drop what is longer than IPv6's least (RFC 8200, 5) without a word.
 */
const baseMtu = { found: 1406, bounded: 1280 } as const;

/** How long it tries to take a lost connection up again before it ends. */
const triesForSeconds = 90;

/** The grant as openconnect has to be told of it; a lab's detour leads to loopback. */
export function targetOf(
  grant: OpenConnectGrant,
  proxy: OpenConnectTarget['proxy'] = null,
  address: string | null = grant.address,
): OpenConnectTarget {
  const { endpoint, protocol } = grant;
  const url = new URL(grant.connectUrl);
  const isDetour = isDetoured(grant);
  if (isDetour) url.port = String(endpoint.loopbackPort);
  return { protocol, connectUrl: url.href, agent: grant.agent, address: isDetour ? '127.0.0.1' : proxy ? null : address, proxy };
}

/**
 * The address to lead a tunnel to: openconnect tries a name's addresses one after the other, each for minutes. It is the one
 * that answered at sign-in, where the ticket is good, or another one that answers where that does not any more (another
 * network, a node that is gone). Null: openconnect is not to look a name up.
 *
 * Rejects with `gateway-unreachable` and its kin where none answers, or `cancelled`.
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
  return liveAddress(gateway, { signal, timeoutMs: answersWithinMs, preferred: grant.address });
}

function isDetoured({ endpoint, connectUrl }: OpenConnectGrant): boolean {
  return endpoint.loopbackPort !== undefined && sameHost(new URL(connectUrl).hostname, endpoint.host);
}

/** The key of the certificate that was accepted at sign-in, and no other. */
export const keyOf = ({ serverPin }: OpenConnectGrant): GatewayIdentity => ({
  kind: 'pins',
  pins: [serverPin.replace(/^pin-sha256:/, '')],
});

/** The words that every openconnect of ours starts with. Throws `internal` for a target that does not fit. */
export function argumentsFor(target: OpenConnectTarget, identity: GatewayIdentity): string[] {
  const wrong = (what: string): Error => fail('internal', undefined, { detail: `a tunnel's ${what} does not fit` });
  const { protocol, address, proxy } = target;
  const url = URL.canParse(target.connectUrl) ? new URL(target.connectUrl) : null;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.href.length > 1000) throw wrong('address');
  const host = hostOf(url);
  if (!hostPattern.test(host) && isIP(host) !== 6) throw wrong('host');
  if (!protocols.includes(protocol)) throw wrong('protocol');
  const agent = agentSchema.safeParse(target.agent);
  if (!agent.success) throw wrong('agent');
  if (address !== null && isIP(address) === 0) throw wrong('IP address');
  if (proxy && (!hostPattern.test(proxy.host) || !(proxy.port > 0 && proxy.port < 65_536))) throw wrong('proxy');
  return [
    `--protocol=${protocol}`,
    `--useragent=${agent.data.userAgent}`,
    `--os=${agent.data.system}`,
    '--cookie-on-stdin',
    '--non-inter',
    ...identityArguments(identity),
    // As long as a silent link is held on to, and a little: when to try again is for the layer that knows of sleep, networks and the person
    `--reconnect-timeout=${triesForSeconds}`,
    `--force-dpd=${askAfterSeconds}`,
    `--base-mtu=${protocol === 'anyconnect' ? baseMtu.found : baseMtu.bounded}`,
    ...(address === null || isIP(host) !== 0 ? [] : [`--resolve=${host}:${address}`]),
    proxy ? `--proxy=${proxy.kind}://${proxy.host}:${proxy.port}` : '--no-proxy',
    url.href,
  ];
}

/** openconnect(8): `--servercert` counts alone and may be given several times; `--cafile` adds to the system's authorities unless they are left out. */
function identityArguments(identity: GatewayIdentity): string[] {
  const wrong = (what: string): Error => fail('internal', undefined, { detail: `a gateway's ${what} does not fit` });
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

/** What goes in by stdin: one line. Throws `internal` for a cookie that is none. */
export function cookieLine(cookie: string): string {
  if (cookie === '' || Buffer.byteLength(cookie) >= maxCookieBytes || /[\x00-\x1f\x7f]/.test(cookie))
    throw fail('internal', undefined, { detail: "a tunnel's ticket does not fit" });
  return `${cookie}\n`;
}
