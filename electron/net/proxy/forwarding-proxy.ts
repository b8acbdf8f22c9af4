import { fail } from '../../../shared/failure.ts';
import { startConnectServer } from './connect-server.ts';
import type { ProxyRoute } from '../endpoint.ts';
import { sameHost } from '../../trust/host.ts';
import { connectVia } from './proxy.ts';

/** An HTTP proxy on loopback that forwards to the network's proxy, for programs that cannot use that one themselves. */
export interface ForwardingProxy {
  readonly kind: 'http';
  readonly host: '127.0.0.1';
  readonly port: number;
  close(): void;
}

/** Who may use it: anybody but only to one target, or anybody with the password to any target. */
export type ForwardingRules = { to: { host: string; port: number } } | { signIn: { user: string; password: string } };

const connectTimeoutMs = 10_000;
const maxConnections = 8;

/** Opens a forwarding proxy. It knows the passwords and kinds of the network's proxies, so that its user need not. */
export async function openForwardingProxy(via: ProxyRoute, rules: ForwardingRules): Promise<ForwardingProxy> {
  const stop = new AbortController();
  const server = await startConnectServer({
    port: 0,
    signIn: 'signIn' in rules ? rules.signIn : null,
    maxConnections,
    open: async (target, signal) => {
      const isAllowed = !('to' in rules) || (sameHost(target.host, rules.to.host) && target.port === rules.to.port);
      if (!isAllowed) throw fail('host-not-allowed', { host: target.host });
      return connectVia(via, target, { signal: AbortSignal.any([signal, stop.signal]), timeoutMs: connectTimeoutMs });
    },
  });
  return {
    kind: 'http',
    host: '127.0.0.1',
    port: server.port,
    close() {
      stop.abort();
      void server.close();
    },
  };
}
