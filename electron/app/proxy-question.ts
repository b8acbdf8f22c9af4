import { onAbort } from '../../shared/abort.ts';
import type { AppState } from '../../shared/app-state.ts';
import { fail } from '../../shared/failure.ts';
import type { Answer } from '../../shared/prompt.ts';
import { admitted } from '../access/admission.ts';
import type { Ask } from '../gateways/gateway.ts';
import type { Endpoint } from '../net/endpoint.ts';
import type { RouteThroughProxy } from '../net/https.ts';
import type { Proxies } from '../net/proxy/lookup.ts';

type Shown = NonNullable<AppState['proxyQuestion']>;

/**
 * What a web proxy asks while nobody is signing in to a gateway: on the way to a campus's profile, or to its recovery
 * site. The same question as on the way to a gateway, and answered once for both.
 */
export class ProxyQuestion {
  private open: (Shown & { answer: (answer: Answer | null) => void }) | null = null;
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

  /** The way through the proxy that leads there, if one does, which has let this computer through. */
  readonly routeThroughProxy: RouteThroughProxy = async (endpoint: Endpoint, signal: AbortSignal) => {
    const { proxies } = this;
    return proxies ? admitted(proxies, await proxies.routeThroughProxy(endpoint, signal), this.ask, signal) : endpoint;
  };

  /** A person's answer to the open question; null: they leave it. Fails with `not-now` for any other. */
  answer(id: string, given: { user: string; password: string } | null): void {
    if (this.open?.id !== id) throw fail('not-now');
    this.open.answer(given && { kind: 'proxy', ...given });
  }

  private readonly ask: Ask = (prompt, { signal } = {}) => {
    if (prompt.kind !== 'proxy') return Promise.reject(fail('internal', undefined, { detail: `${prompt.kind} for a proxy` }));
    // One at a time: whoever asked before is left
    this.open?.answer(null);
    return new Promise((resolve, reject) => {
      const leave = (): void => answer(null);
      const answer = (given: Answer | null): void => {
        off();
        this.open = null;
        this.changed();
        if (given) resolve(given);
        else reject(fail('cancelled'));
      };
      this.open = { id: `proxy.${++this.count}`, host: prompt.host, failure: prompt.failure ?? null, answer };
      const off = onAbort(signal, leave);
      if (!signal?.aborted) this.changed();
    });
  };
}
