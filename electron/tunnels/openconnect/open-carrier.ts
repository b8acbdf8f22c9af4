import { fail, failureOf } from '../../../shared/failure.ts';
import type { OpenConnectGrant } from '../../gateways/gateway.ts';
import type { Pushed, TunnelOptions } from '../../gateways/openconnect/process/tunnel-messages.ts';
import { usableAddresses } from '../../net/ip-stack/ip-stack.ts';
import type { Carrier } from './carrier.ts';
import { refusalOf } from './output.ts';

const openTimeoutMs = 20_000;
/** If the TCP connection is not up by then, start over: TCP's own retries become too slow. */
const reachTimeoutMs = 5_000;
const detachTimeoutMs = 300;

/**
 * Opens a tunnel in a process. On failure the process does not keep running. Rejects with `temporary-folder`, `component-missing`,
 * `component-failed`, `gateway-unreachable`, `gateway-silent`, `tunnel-failed`, `client-refused`, `pulse-refused`,
 * `ticket-rejected`, or with `cancelled` within a second of an abort.
 */
export async function openCarrier(
  carrier: Carrier,
  options: TunnelOptions,
  { endpoint: { host }, agent }: OpenConnectGrant,
  signal: AbortSignal,
): Promise<Pushed> {
  const stop = new AbortController();
  let why: 'late' | 'unreached' | null = null;
  const giveUp = (reason: 'late' | 'unreached'): void => {
    why ??= reason;
    stop.abort();
  };
  const late = setTimeout(() => giveUp('late'), openTimeoutMs);
  let reach: NodeJS.Timeout | undefined;
  // On a slow computer the process itself may need so long
  void carrier.begun.then(() => {
    reach = setTimeout(() => {
      if (!carrier.output.reached) giveUp('unreached');
    }, reachTimeoutMs);
  });
  const failure = (error: unknown): unknown => {
    const cause = failureOf(error);
    if (signal.aborted) return fail('cancelled', undefined, { cause });
    if (why === null) return error;
    return fail(why === 'late' ? 'gateway-silent' : 'gateway-unreachable', { host }, { detail: carrier.output.tail, cause });
  };
  try {
    const pushed = await carrier.open(options, AbortSignal.any([signal, stop.signal]));
    if (pushed && !signal.aborted) {
      const { addresses, mtu } = pushed;
      if (usableAddresses(addresses, mtu).length > 0) return pushed;
      throw fail(
        'tunnel-failed',
        { host },
        { detail: `the gateway gave no address that can be used: ${addresses.join(' ')} at MTU ${mtu}` },
      );
    }
    throw refusalOf(carrier.output.code, carrier.output, host, agent);
  } catch (error) {
    await carrier.leave('detach', detachTimeoutMs);
    throw failure(error);
  } finally {
    clearTimeout(late);
    clearTimeout(reach);
  }
}
