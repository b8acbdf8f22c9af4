import { onAbort } from '../../../shared/abort.ts';
import { fail } from '../../../shared/failure.ts';
import type { Endpoint, WebProxy } from '../endpoint.ts';
import { inAddress, plainHost } from '../../trust/host.ts';
import type { ProxyLookup, ProxyFor } from './proxy-list.ts';

/** The system may have to fetch a PAC script first. Without an answer in time we use no proxy. */
const lookupTimeoutMs = 5_000;

/** This computer's web proxies, and the credentials that a person gave for them. Kept in memory, for this run. */
export class Proxies {
  private readonly signIns = new Map<string, NonNullable<WebProxy['signIn']>>();

  constructor(private readonly proxyFor: ProxyFor = () => Promise.resolve(null)) {}

  /**
   * Adds the proxy for an endpoint, if there is one. A lab's detour stays on this computer. Rejects with `proxy-kind` if we
   * do not speak any of the configured proxies, because nobody should bypass them; and with `cancelled` on abort.
   */
  async routeThroughProxy<E extends Endpoint>(endpoint: E, signal?: AbortSignal): Promise<E> {
    if (endpoint.loopbackPort !== undefined) return endpoint;
    const proxy = await this.ask(`https://${inAddress(endpoint.host)}:${endpoint.port}/`, signal);
    if (!proxy) return endpoint;
    if (proxy.kind === 'unsupported') throw fail('proxy-kind', { proxy: proxy.entry });
    const { fallbacks } = proxy;
    const others = fallbacks?.map((each) => (each === 'direct' ? each : this.known(each)));
    return { ...endpoint, via: { ...this.known(proxy), ...(others && { fallbacks: others }) } };
  }

  remember({ host, port }: WebProxy, signIn: NonNullable<WebProxy['signIn']>): void {
    this.signIns.set(`${plainHost(host)}:${port}`, signIn);
  }

  forget({ host, port }: WebProxy): void {
    this.signIns.delete(`${plainHost(host)}:${port}`);
  }

  /** The credentials that the person gave for this proxy, or null. */
  signInAt(host: string, port: number): NonNullable<WebProxy['signIn']> | null {
    return this.signIns.get(`${plainHost(host)}:${port}`) ?? null;
  }

  /** Adds the known credentials to a proxy. */
  private known(proxy: WebProxy): WebProxy {
    const signIn = this.signInAt(proxy.host, proxy.port) ?? proxy.signIn;
    return { ...proxy, ...(signIn && { signIn }) };
  }

  /** Asks the system, with a time limit. No answer or an unreadable one means no proxy. */
  private ask(address: string, signal?: AbortSignal): Promise<ProxyLookup> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => (): void => {
        clearTimeout(timer);
        off();
        act();
      };
      const none = settle(() => resolve(null));
      const leave = settle(() => reject(fail('cancelled')));
      const timer = setTimeout(none, lookupTimeoutMs);
      const off = onAbort(signal, leave);
      if (!signal?.aborted) this.proxyFor(address).then((found) => settle(() => resolve(found))(), none);
    });
  }
}
