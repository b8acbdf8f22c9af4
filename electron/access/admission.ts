import { fail, failureOf } from '../../shared/failure.ts';
import type { Ask } from '../gateways/gateway.ts';
import type { Endpoint, ProxyRoute } from '../net/endpoint.ts';
import type { Proxies } from '../net/proxy/lookup.ts';
import { openThroughProxy, proxyName } from '../net/proxy/proxy.ts';

const connectsWithinMs = 15_000;
/** More wrong passwords than that are not typed by a person. */
const maxTries = 10;

/**
 * An endpoint that leads through a web proxy, let through by it: who has to sign in to the proxy is asked here, before a
 * driver or a tunnel meets it. Of several proxies it leads through the first that can be reached, and the plain way where
 * none can and the list allows it. Any other endpoint stays as it is. Fails with what {@link openThroughProxy} fails with.
 */
export async function admitted<E extends Endpoint>(proxies: Proxies, endpoint: E, ask: Ask, signal: AbortSignal): Promise<E> {
  let route = endpoint;
  for (let tries = 0; ; tries++) {
    const { via } = route;
    if (!via) return route;
    try {
      const opened = await openThroughProxy(via, endpoint, { signal, timeoutMs: connectsWithinMs });
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

/** A list from the proxy of this name on: the ones before it could not be reached. */
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
