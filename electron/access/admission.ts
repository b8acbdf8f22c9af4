import { fail, failureOf } from '../../shared/failure.ts';
import type { Ask } from '../gateways/gateway.ts';
import type { Endpoint } from '../trust/endpoint.ts';
import type { Proxies } from '../trust/proxies.ts';
import { connectVia, proxyName } from '../trust/proxy.ts';

const connectsWithinMs = 15_000;
/** More wrong passwords than that are not typed by a person. */
const maxTries = 10;

/**
 * An endpoint that leads through a web proxy, let through by it: who has to sign in to the proxy is asked here, before a
 * driver or a tunnel meets it. Any other endpoint stays as it is. Fails with `proxy-unreachable`, `proxy-rejected`,
 * `gateway-unreachable` (by the proxy's word), or `cancelled`.
 */
export async function admitted<E extends Endpoint>(proxies: Proxies, endpoint: E, ask: Ask, signal: AbortSignal): Promise<E> {
  let way = endpoint;
  for (let tries = 0; ; tries++) {
    const { via } = way;
    if (!via) return way;
    try {
      const socket = await connectVia(via, endpoint, { signal, timeoutMs: connectsWithinMs });
      socket.destroy();
      return way;
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code !== 'proxy-rejected' || tries >= maxTries) throw error;
      proxies.forget(via);
      const answer = await ask({ kind: 'proxy', host: proxyName(via), ...(via.signIn && { failure }) }, { signal });
      if (answer.kind !== 'proxy') throw fail('request-invalid', undefined, { detail: `${answer.kind} for proxy` });
      const signIn = { user: answer.user, password: answer.password };
      proxies.remember(via, signIn);
      way = { ...way, via: { ...via, signIn } };
    }
  }
}
