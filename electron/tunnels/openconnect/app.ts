import type { TunnelOptions } from '../../gateways/openconnect/process/tunnel-messages.ts';
import type { WorkerLink } from '../../gateways/openconnect/process/worker-link.ts';
import { fail } from '../../../shared/failure.ts';
import type { TunnelEngine } from '../tunnel.ts';
import { AppTunnel } from './app-tunnel.ts';
import { libraryOptionsFor, targetOf, tunnelAddress } from './arguments.ts';
import type { Clock } from './keep-alive.ts';
import { proxyFor } from './proxy-address.ts';

export interface AppTunnelDeps {
  /** The processes that call the library; `OpenConnectDriver.workers`. */
  workers: {
    /** Rejects if the library does not load. */
    check(signal: AbortSignal): Promise<void>;
    /** Gives away a process, to carry one tunnel. */
    handOver(): WorkerLink;
  };
  log: (line: string) => void;
  /** This computer's clock; epoch milliseconds. */
  now: () => number;
  /** Whose minutes count for queries of the tunnel's own. Default: the system's. */
  clock?: Clock;
}

/**
 * A tunnel for this app alone. It needs no administrator: the process that signed in carries the packets, with a TCP/IP
 * stack of its own, and gives the app streams.
 */
export function appTunnel({ workers, log, now, clock }: AppTunnelDeps): TunnelEngine {
  return {
    prepare: (_host, signal) => workers.check(signal),
    async open(grant, signal) {
      if (grant.kind !== 'openconnect') throw fail('internal', undefined, { detail: `app tunnel for ${grant.kind}` });
      const forwarding = await proxyFor(grant, signal);
      const proxy = forwarding?.proxy ?? null;
      const options = async (until: AbortSignal): Promise<TunnelOptions> =>
        libraryOptionsFor(targetOf(grant, proxy, await tunnelAddress(grant, proxy, until)), grant);
      const parts = { grant, options, start: () => workers.handOver(), log, now, clock, release: () => forwarding?.close() };
      return AppTunnel.open(parts, signal);
    },
  };
}
