import net, { isIP, type Socket } from 'node:net';
import tls from 'node:tls';
import { fail, failureOf, type CausewayError } from '../../../shared/failure.ts';
import { bounded } from '../deadline.ts';
import { shownAs, type ProxyRoute, type WebProxy } from '../endpoint.ts';
import { inAddress } from '../../trust/host.ts';
import { keptFromLocalNetwork } from '../local-network-macos.ts';
import { connectPlain } from '../tcp.ts';
import { askHttp } from './http-connect.ts';
import { speakSocks, speakSocks4 } from './socks.ts';
import { systemRoots } from '../../trust/roots.ts';

export interface ViaOptions {
  signal: AbortSignal;
  /** For the connections to the proxies and the proxy's to the target together. */
  timeoutMs: number;
}

/** A proxy that is not the last of a list has so long to take the connection. */
const reachedWithinMs = 3_000;

/** `host:port` of a proxy, as a person is told of it. */
export const proxyName = ({ host, port }: WebProxy): string => `${inAddress(host)}:${port}`;

/**
 * A byte stream to `host:port` through a web proxy, which looks the name up. The next of a list is tried where one cannot
 * be reached, not where it refuses.
 *
 * Rejects with `proxy-unreachable` (nobody there, or no proxy), `local-network`, `proxy-rejected` (it wants a sign-in, or another one),
 * `proxy-sign-in-kind` (one of a kind that we do not speak), a `certificate-*` failure of a proxy inside TLS,
 * `gateway-unreachable` (it could not or would not connect on), `gateway-silent`, or `cancelled`; where the list ends in
 * the plain network, with `gateway-name-unknown` too.
 */
export async function connectVia(via: ProxyRoute, target: { host: string; port: number }, options: ViaOptions): Promise<Socket> {
  const until = performance.now() + options.timeoutMs;
  const route = await openThroughProxy(via, target, options);
  if (route !== 'direct') return route.socket;
  return connectPlain({ host: target.host, port: target.port }, { ...options, timeoutMs: Math.max(1, until - performance.now()) });
}

/**
 * As {@link connectVia}, and tells which of a list it was: `via` begins with the one that could be reached. `direct`: none
 * could, and the list ends in the plain network, which has not been tried.
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

/** A list from the first of its proxies on that takes a connection; asks it for nothing. Rejects with `proxy-unreachable`, `local-network`, `certificate-*` or `cancelled`. */
export function firstReached(via: ProxyRoute, options: ViaOptions): Promise<ProxyRoute | 'direct'> {
  return firstOf(via, options, (connection, route) => {
    connection.destroy();
    return Promise.resolve(route);
  });
}

/** @param use what to do with a proxy that has been reached, in so many milliseconds; where it finds that it is none, the next is tried */
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
      const reachMs = rest.length === 0 ? left() : Math.min(reachedWithinMs, left() / (rest.length + 1));
      const connection = await reach(route, { signal, timeoutMs: reachMs });
      return await use(connection, { ...route, ...(rest.length > 0 && { fallbacks: rest }) }, left());
    } catch (error) {
      const { code, detail } = failureOf(error);
      if (code !== 'proxy-unreachable' && code !== 'local-network') throw error;
      unreached.push(proxyName(route));
      if (rest.length === 0) throw fail(code, { host: unreached.join(', ') }, detail === undefined ? {} : { detail });
    }
  }
  throw fail('internal', undefined, { detail: 'a list without an end' });
}

/** A connection to the proxy itself; inside TLS, one whose certificate the system vouches for, once its roots have been read. */
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
  socket.on('error', () => undefined); // what a connection that was given up still has to say is of no use to anyone
  const bound = { signal, ms: timeoutMs, late: () => unreachable(proxy, 'no answer'), release: () => void socket.destroy() };
  return bounded<Socket>(bound, (done, failed) => {
    const broken = (cause: Error): void => failed(distrusted(proxy, cause) ?? kept(proxy, cause) ?? unreachable(proxy, cause.message));
    const gone = (): void => failed(unreachable(proxy, 'it hung up'));
    socket.once('error', broken).once('close', gone);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.off('error', broken).off('close', gone);
      done(socket);
    });
  });
}

/** Asks a proxy that has been reached for the target; lets go of the connection where it comes to nothing. */
function askFor(
  target: { host: string; port: number },
  proxy: WebProxy,
  connection: Socket,
  { signal, timeoutMs }: ViaOptions,
): Promise<Socket> {
  // Once a proxy has been reached, its silence is mostly that of the host behind it
  const late = (): Error => fail('gateway-silent', { host: shownAs(target) }, { detail: 'through a proxy' });
  const refused = (detail: string): Error => fail('gateway-unreachable', { host: shownAs(target) }, { detail });
  return bounded<Socket>({ signal, ms: timeoutMs, late, release: () => void connection.destroy() }, (done, failed) => {
    const broken = (cause: unknown): void => failed(unreachable(proxy, cause instanceof Error ? cause.message : 'it hung up'));
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

const kept = (proxy: WebProxy, cause: Error): CausewayError | null =>
  keptFromLocalNetwork(cause) ? fail('local-network', { host: proxyName(proxy) }, { detail: cause.message, cause }) : null;

/** What is wrong with the certificate of a proxy inside TLS, if that is what is wrong. */
function distrusted(proxy: WebProxy, cause: Error): CausewayError | null {
  const code = 'code' in cause ? String(cause.code) : '';
  const failed = (what: 'certificate-expired' | 'certificate-wrong-host' | 'certificate-untrusted'): CausewayError =>
    fail(what, { host: proxyName(proxy) }, { detail: `a proxy: ${cause.message}` });
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) return failed('certificate-expired');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return failed('certificate-wrong-host');
  return /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_|INVALID_)/.test(code) ? failed('certificate-untrusted') : null;
}
