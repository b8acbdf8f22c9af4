import net, { isIP, type Socket } from 'node:net';
import tls from 'node:tls';
import { fail, failureOf, type CausewayError } from '../../../shared/failure.ts';
import { withDeadline } from '../deadline.ts';
import { shownAs, type ProxyRoute, type WebProxy } from '../endpoint.ts';
import { inAddress } from '../../trust/host.ts';
import { mayBeBlockedByMacOs } from '../local-network-macos.ts';
import { connectPlain } from '../tcp.ts';
import { askHttp } from './http-connect.ts';
import { speakSocks, speakSocks4 } from './socks.ts';
import { systemRoots } from '../../trust/roots.ts';

export interface ViaOptions {
  signal: AbortSignal;
  /** For connecting to the proxies and from the proxy to the target together. */
  timeoutMs: number;
}

/** How long to wait for a proxy if there are others to try. */
const reachTimeoutMs = 3_000;

/** `host:port` of a proxy, for messages. */
export const proxyName = ({ host, port }: WebProxy): string => `${inAddress(host)}:${port}`;

/**
 * Opens a byte stream to `host:port` through a web proxy, which resolves the name. Tries the next proxy of a list if one
 * cannot be reached, but not if it refuses.
 *
 * Rejects with `proxy-unreachable` (no answer, or not a proxy), `local-network`, `proxy-rejected` (it wants credentials, or
 * different ones), `proxy-sign-in-kind` (an authentication scheme that we do not speak), a `certificate-*` failure of a proxy
 * inside TLS, `gateway-unreachable` (the proxy could not or would not connect), `gateway-silent`, or `cancelled`. If the list
 * ends with a direct connection, also with `gateway-name-unknown`.
 */
export async function connectVia(via: ProxyRoute, target: { host: string; port: number }, options: ViaOptions): Promise<Socket> {
  const until = performance.now() + options.timeoutMs;
  const route = await openThroughProxy(via, target, options);
  if (route !== 'direct') return route.socket;
  return connectPlain({ host: target.host, port: target.port }, { ...options, timeoutMs: Math.max(1, until - performance.now()) });
}

/**
 * As {@link connectVia}, and also returns which proxy of a list it used: `via` starts with the one that was reached.
 * `direct`: none was reached, and the list ends with a direct connection, which was not tried.
 */
export function openThroughProxy(
  via: ProxyRoute,
  target: { host: string; port: number },
  options: ViaOptions,
): Promise<{ socket: Socket; via: ProxyRoute } | 'direct'> {
  return firstOf(via, options, async (connection, route, left) => ({
    socket: await askFor(target, route, connection, { signal: options.signal, timeoutMs: left }),
    via: route,
  }));
}

/** The list starting from its first proxy that accepts a connection. Asks that proxy for nothing. Rejects with `proxy-unreachable`, `local-network`, `certificate-*` or `cancelled`. */
export function firstReached(via: ProxyRoute, options: ViaOptions): Promise<ProxyRoute | 'direct'> {
  return firstOf(via, options, (connection, route) => {
    connection.destroy();
    return Promise.resolve(route);
  });
}

/** @param use what to do with a reached proxy in the `left` milliseconds; if it finds that this is not a proxy, the next is tried */
async function firstOf<T>(
  { fallbacks = [], ...first }: ProxyRoute,
  { signal, timeoutMs }: ViaOptions,
  use: (connection: Socket, route: ProxyRoute, left: number) => Promise<T>,
): Promise<T | 'direct'> {
  const until = performance.now() + timeoutMs;
  const left = (): number => Math.max(1, until - performance.now());
  const routes = [first, ...fallbacks];
  const unreached: string[] = [];
  for (const [at, route] of routes.entries()) {
    if (route === 'direct') return route;
    const rest = routes.slice(at + 1);
    try {
      const reachMs = rest.length === 0 ? left() : Math.min(reachTimeoutMs, left() / (rest.length + 1));
      const connection = await reach(route, { signal, timeoutMs: reachMs });
      return await use(connection, { ...route, ...(rest.length > 0 && { fallbacks: rest }) }, left());
    } catch (error) {
      const { code, detail } = failureOf(error);
      if (code !== 'proxy-unreachable' && code !== 'local-network') throw error;
      unreached.push(proxyName(route));
      if (rest.length === 0) throw fail(code, { host: unreached.join(', ') }, detail === undefined ? {} : { detail });
    }
  }
  throw fail('internal', undefined, { detail: 'the proxy list does not end' });
}

/** Connects to the proxy itself. For a proxy inside TLS the system must vouch for its certificate; if needed, waits until the system's roots are read. */
async function reach(proxy: WebProxy, options: ViaOptions): Promise<Socket> {
  const knowsAllRoots = systemRoots.isComplete;
  try {
    return await reachOnce(proxy, options);
  } catch (error) {
    const mayChange = !knowsAllRoots && proxy.kind === 'https' && failureOf(error).code === 'certificate-untrusted';
    if (!mayChange || !(await systemRoots.whenComplete(options.signal))) throw error;
    return reachOnce(proxy, options);
  }
}

function reachOnce(proxy: WebProxy, { signal, timeoutMs }: ViaOptions): Promise<Socket> {
  const { kind, host, port } = proxy;
  const secure = kind === 'https';
  const socket = secure
    ? tls.connect({ host, port, ...(isIP(host) ? {} : { servername: host }), secureContext: systemRoots.context() })
    : net.connect({ host, port });
  socket.on('error', () => undefined); // a dropped connection may still emit an error
  const bound = { signal, ms: timeoutMs, late: () => unreachable(proxy, 'no answer'), release: () => void socket.destroy() };
  return withDeadline<Socket>(bound, (done, failed) => {
    const broken = (cause: Error): void =>
      failed(certificateFailure(proxy, cause) ?? blockedByMacOs(proxy, cause) ?? unreachable(proxy, cause.message));
    const gone = (): void => failed(unreachable(proxy, 'the proxy closed the connection'));
    socket.once('error', broken).once('close', gone);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.off('error', broken).off('close', gone);
      done(socket);
    });
  });
}

/** Asks a reached proxy for the target. Closes the connection on failure. */
function askFor(
  target: { host: string; port: number },
  proxy: WebProxy,
  connection: Socket,
  { signal, timeoutMs }: ViaOptions,
): Promise<Socket> {
  // If a reached proxy is silent, mostly the host behind it is
  const late = (): Error => fail('gateway-silent', { host: shownAs(target) }, { detail: 'through a proxy' });
  const refused = (detail: string): Error => fail('gateway-unreachable', { host: shownAs(target) }, { detail });
  return withDeadline<Socket>({ signal, ms: timeoutMs, late, release: () => void connection.destroy() }, (done, failed) => {
    const broken = (cause: unknown): void =>
      failed(unreachable(proxy, cause instanceof Error ? cause.message : 'the proxy closed the connection'));
    const gone = (): void => broken(null);
    connection.once('error', broken).once('close', gone);
    const speak = { http: askHttp, https: askHttp, socks5: speakSocks, socks4: speakSocks4 }[proxy.kind];
    speak(connection, target, proxy.signIn ?? null).then((reply) => {
      connection.off('error', broken).off('close', gone);
      if (reply === 'done') done(connection);
      else if (reply === 'sign-in') failed(fail('proxy-rejected', { host: proxyName(proxy) }));
      else if ('noProxy' in reply) failed(unreachable(proxy, reply.noProxy));
      else if ('signsInBy' in reply) failed(fail('proxy-sign-in-kind', { host: proxyName(proxy), scheme: reply.signsInBy }));
      else failed(refused(reply.refused));
    }, broken);
  });
}

const unreachable = (proxy: WebProxy, detail: string): CausewayError => fail('proxy-unreachable', { host: proxyName(proxy) }, { detail });

const blockedByMacOs = (proxy: WebProxy, cause: Error): CausewayError | null =>
  mayBeBlockedByMacOs(cause) ? fail('local-network', { host: proxyName(proxy) }, { detail: cause.message, cause }) : null;

/** The failure if the certificate of a proxy inside TLS is the problem. Null otherwise. */
function certificateFailure(proxy: WebProxy, cause: Error): CausewayError | null {
  const code = 'code' in cause ? String(cause.code) : '';
  const failed = (what: 'certificate-expired' | 'certificate-wrong-host' | 'certificate-untrusted'): CausewayError =>
    fail(what, { host: proxyName(proxy) }, { detail: `a proxy: ${cause.message}` });
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) return failed('certificate-expired');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return failed('certificate-wrong-host');
  return /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_|INVALID_)/.test(code) ? failed('certificate-untrusted') : null;
}
