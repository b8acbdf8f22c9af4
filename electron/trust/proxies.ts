import { isIP } from 'node:net';
import { atMost } from './bounded.ts';
import type { Endpoint, WebProxy } from './endpoint.ts';
import type { ProxyFor } from './proxy-words.ts';

/** A system that has to fetch a script first may take a moment; without its answer we go the plain way. */
const answersWithinMs = 5_000;

/** The web proxies of this computer, and who a person said that they are to them: in memory, for this run. */
export class Proxies {
  private readonly signIns = new Map<string, NonNullable<WebProxy['signIn']>>();

  constructor(private readonly proxyFor: ProxyFor = () => Promise.resolve(null)) {}

  /** The same endpoint through the proxy that leads there, if one does. A lab's detour stays on this computer. */
  async lead<E extends Endpoint>(endpoint: E): Promise<E> {
    if (endpoint.loopbackPort !== undefined) return endpoint;
    const host = isIP(endpoint.host) === 6 ? `[${endpoint.host}]` : endpoint.host;
    const proxy = await this.ask(`https://${host}:${endpoint.port}/`);
    if (!proxy) return endpoint;
    const signIn = this.signInAt(proxy.host, proxy.port) ?? proxy.signIn;
    return { ...endpoint, via: { ...proxy, ...(signIn && { signIn }) } };
  }

  remember({ host, port }: WebProxy, signIn: NonNullable<WebProxy['signIn']>): void {
    this.signIns.set(`${host}:${port}`, signIn);
  }

  forget({ host, port }: WebProxy): void {
    this.signIns.delete(`${host}:${port}`);
  }

  /** What the person gave for the proxy at this place, or null. */
  signInAt(host: string, port: number): NonNullable<WebProxy['signIn']> | null {
    return this.signIns.get(`${host}:${port}`) ?? null;
  }

  /** Never rejects, and is bounded. */
  private async ask(address: string): Promise<WebProxy | null> {
    let found: WebProxy | null = null;
    await atMost(
      answersWithinMs,
      this.proxyFor(address).then((proxy) => (found = proxy)),
    );
    return found;
  }
}
