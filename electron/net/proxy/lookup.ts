import { onAbort } from '../../../shared/abort.ts';
import { fail } from '../../../shared/failure.ts';
import type { Endpoint, WebProxy } from '../endpoint.ts';
import { inAddress, plainHost } from '../../trust/host.ts';
import type { ProxyLookup, ProxyFor } from './proxy-list.ts';

/** A system that has to fetch a script first may take a moment; without its answer we go the plain way. */
const answersWithinMs = 5_000;

/** The web proxies of this computer, and who a person said that they are to them: in memory, for this run. */
export class Proxies {
  private readonly signIns = new Map<string, NonNullable<WebProxy['signIn']>>();

  constructor(private readonly proxyFor: ProxyFor = () => Promise.resolve(null)) {}

  /**
   * The same endpoint through the proxy that leads there, if one does. A lab's detour stays on this computer. Rejects with
   * `proxy-kind` where there are only proxies that we do not speak: whoever set them up wants nobody to go around them;
   * with `cancelled` once the signal is aborted.
   */
  async routeThroughProxy<E extends Endpoint>(endpoint: E, signal?: AbortSignal): Promise<E> {
    if (endpoint.loopbackPort !== undefined) return endpoint;
    const proxy = await this.ask(`https://${inAddress(endpoint.host)}:${endpoint.port}/`, signal);
    if (!proxy) return endpoint;
    if (proxy.kind === 'unspoken') throw fail('proxy-kind', { proxy: proxy.said });
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

  /** What the person gave for the proxy at this place, or null. */
  signInAt(host: string, port: number): NonNullable<WebProxy['signIn']> | null {
    return this.signIns.get(`${plainHost(host)}:${port}`) ?? null;
  }

  /** A proxy with what it is known to want. */
  private known(proxy: WebProxy): WebProxy {
    const signIn = this.signInAt(proxy.host, proxy.port) ?? proxy.signIn;
    return { ...proxy, ...(signIn && { signIn }) };
  }

  /** Bounded; a system that does not answer, or in a way that cannot be read, has no proxies. */
  private ask(address: string, signal?: AbortSignal): Promise<ProxyLookup> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => (): void => {
        clearTimeout(timer);
        off();
        act();
      };
      const none = settle(() => resolve(null));
      const leave = settle(() => reject(fail('cancelled')));
      const timer = setTimeout(none, answersWithinMs);
      const off = onAbort(signal, leave);
      if (!signal?.aborted) this.proxyFor(address).then((found) => settle(() => resolve(found))(), none);
    });
  }
}
