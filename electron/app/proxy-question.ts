import { onAbort } from '../../shared/abort.ts';
import type { AppState } from '../../shared/app-state.ts';
import { fail } from '../../shared/failure.ts';
import type { Answer } from '../../shared/prompt.ts';
import { signInToProxy } from '../access/proxy-sign-in.ts';
import type { Ask } from '../gateways/gateway.ts';
import type { Endpoint } from '../net/endpoint.ts';
import type { RouteThroughProxy } from '../net/https.ts';
import type { Proxies } from '../net/proxy/lookup.ts';

type ShownQuestion = NonNullable<AppState['proxyQuestion']>;

/**
 * The sign-in question of a web proxy outside a gateway sign-in: while the app fetches a campus's profile or calls its
 * recovery site. It is the same question as during a gateway sign-in, and one answer serves both.
 */
export class ProxyQuestion {
  private open: (ShownQuestion & { answer: (answer: Answer | null) => void }) | null = null;
  private count = 0;

  constructor(
    private readonly proxies: Proxies | undefined,
    private readonly changed: () => void,
  ) {}

  get state(): AppState['proxyQuestion'] {
    if (!this.open) return null;
    const { id, host, failure } = this.open;
    return { id, host, failure };
  }

  /** Finds the proxy that leads to an endpoint, if any, and signs in to it first. */
  readonly routeThroughProxy: RouteThroughProxy = async (endpoint: Endpoint, signal: AbortSignal) => {
    const { proxies } = this;
    return proxies ? signInToProxy(proxies, await proxies.routeThroughProxy(endpoint, signal), this.ask, signal) : endpoint;
  };

  /** The person's answer to the open question, or null to cancel it. Fails with `not-now` if `id` is not the open question. */
  answer(id: string, signIn: { user: string; password: string } | null): void {
    if (this.open?.id !== id) throw fail('not-now');
    this.open.answer(signIn && { kind: 'proxy', ...signIn });
  }

  private readonly ask: Ask = (prompt, { signal } = {}) => {
    if (prompt.kind !== 'proxy') return Promise.reject(fail('internal', undefined, { detail: `${prompt.kind} for a proxy` }));
    // One question at a time: a new one cancels the one before
    this.open?.answer(null);
    return new Promise((resolve, reject) => {
      const cancel = (): void => answer(null);
      const answer = (reply: Answer | null): void => {
        off();
        this.open = null;
        this.changed();
        if (reply) resolve(reply);
        else reject(fail('cancelled'));
      };
      this.open = { id: `proxy.${++this.count}`, host: prompt.host, failure: prompt.failure ?? null, answer };
      const off = onAbort(signal, cancel);
      if (!signal?.aborted) this.changed();
    });
  };
}
