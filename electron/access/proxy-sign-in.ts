import { fail, failureOf } from '../../shared/failure.ts';
import type { Ask } from '../gateways/gateway.ts';
import type { Endpoint, ProxyRoute } from '../net/endpoint.ts';
import type { Proxies } from '../net/proxy/lookup.ts';
import { openThroughProxy, proxyName } from '../net/proxy/proxy.ts';

const connectTimeoutMs = 15_000;
/** A person does not type more wrong passwords than this. */
const maxTries = 10;

/**
 * Gets an endpoint through its web proxy before a driver or a tunnel uses it: asks the person for the proxy's password where
 * the proxy wants one, and picks the first of several proxies that can be reached. If none can and the list allows it, the
 * endpoint is direct. An endpoint without a proxy is returned unchanged. Fails as {@link openThroughProxy} does.
 */
export async function signInToProxy<E extends Endpoint>(proxies: Proxies, endpoint: E, ask: Ask, signal: AbortSignal): Promise<E> {
  let route = endpoint;
  for (let tries = 0; ; tries++) {
    const { via } = route;
    if (!via) return route;
    try {
      const opened = await openThroughProxy(via, endpoint, { signal, timeoutMs: connectTimeoutMs });
      if (opened === 'direct') return plainly(route);
      opened.socket.destroy();
      return { ...route, via: opened.via };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code !== 'proxy-rejected' || tries >= maxTries) throw error;
      const asking = from(via, failure.params?.['host']);
      proxies.forget(asking);
      const answer = await ask({ kind: 'proxy', host: proxyName(asking), ...(asking.signIn && { failure }) }, { signal });
      if (answer.kind !== 'proxy') throw fail('request-invalid', undefined, { detail: `${answer.kind} for proxy` });
      const signIn = { user: answer.user, password: answer.password };
      proxies.remember(asking, signIn);
      route = { ...route, via: { ...asking, signIn } };
    }
  }
}

/** The list from this proxy on. The ones before it could not be reached. */
function from(via: ProxyRoute, name: unknown): ProxyRoute {
  const { fallbacks = [], ...first } = via;
  const at = fallbacks.findIndex((each) => each !== 'direct' && proxyName(each) === name);
  const found = proxyName(first) === name ? undefined : fallbacks[at];
  return found === undefined || found === 'direct' ? via : { ...found, fallbacks: fallbacks.slice(at + 1) };
}

function plainly<E extends Endpoint>(endpoint: E): E {
  const plain = { ...endpoint };
  delete plain.via;
  return plain;
}
