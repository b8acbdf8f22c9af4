import { fail } from '../../../shared/failure.ts';
import { startConnectServer } from './connect-server.ts';
import type { ProxyRoute } from '../endpoint.ts';
import { sameHost } from '../../trust/host.ts';
import { connectVia } from './proxy.ts';

/** An HTTP proxy of ours on loopback, for programs that cannot go the network's own way. */
export interface ForwardingProxy {
  readonly kind: 'http';
  readonly host: '127.0.0.1';
  readonly port: number;
  close(): void;
}

/** Whom a hop lets through: anybody, to one place; or whoever knows a sign-in, to wherever. */
export type HopRules = { to: { host: string; port: number } } | { signIn: { user: string; password: string } };

const connectsWithinMs = 10_000;
const maxConnections = 8;

/** Opens a hop that leads through the network's proxies: it knows their passwords and their kinds, whoever uses it does not. */
export async function openForwardingProxy(via: ProxyRoute, rules: HopRules): Promise<ForwardingProxy> {
  const stop = new AbortController();
  const server = await startConnectServer({
    port: 0,
    signIn: 'signIn' in rules ? rules.signIn : null,
    maxConnections,
    open: async (target, signal) => {
      const isAllowed = !('to' in rules) || (sameHost(target.host, rules.to.host) && target.port === rules.to.port);
      if (!isAllowed) throw fail('host-not-allowed', { host: target.host });
      return connectVia(via, target, { signal: AbortSignal.any([signal, stop.signal]), timeoutMs: connectsWithinMs });
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
