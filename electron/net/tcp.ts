import type { Socket } from 'node:net';
import { fail, type FailureCode } from '../../shared/failure.ts';
import { bounded } from './deadline.ts';
import { addressesOf, dial } from './dial.ts';
import { shownAs, type Endpoint } from './endpoint.ts';
import { keptFromLocalNetwork } from './local-network-macos.ts';

/** How long a gateway may take to answer at any of its addresses, whoever looks. */
export const connectTimeoutMs = 10_000;

/**
 * A byte stream over the plain network, to whichever of the host's addresses answers ({@link dial}); a lab's detour leads to
 * loopback. Rejects with `gateway-name-unknown`, `gateway-unreachable`, `local-network`, or `cancelled`.
 *
 * @param preferred an address of the host's to try before the others
 */
export function connectPlain(
  endpoint: Endpoint,
  { signal, timeoutMs, preferred = null }: { signal: AbortSignal; timeoutMs: number; preferred?: string | null },
): Promise<Socket> {
  const { host, port, loopbackPort } = endpoint;
  const gateway = { host: shownAs(endpoint) };
  const stop = new AbortController();
  const late = (): Error => fail('gateway-unreachable', gateway);
  return bounded<Socket>({ signal, ms: timeoutMs, late, release: () => stop.abort() }, (done, failed) => {
    const isDetour = loopbackPort !== undefined;
    dial(isDetour ? '127.0.0.1' : host, loopbackPort ?? port, stop.signal, isDetour ? null : preferred).then(done, (cause: unknown) => {
      const error = cause instanceof Error ? cause : new Error('not connected');
      failed(fail(codeOf(error), gateway, { detail: error.message, cause: error }));
    });
  });
}

/**
 * The address of a host's to hand to a program that tries them one by one, each for minutes: the one that answers a bare
 * connection first. A host with one address has no choice, and is not connected to. Rejects as {@link connectPlain}.
 *
 * @param preferred an address that is taken as long as it answers, whatever the name says by now
 */
export async function liveAddress(
  { host, port }: { host: string; port: number },
  options: { signal: AbortSignal; timeoutMs: number; preferred?: string | null },
): Promise<string> {
  const { signal, timeoutMs, preferred = null } = options;
  const until = performance.now() + timeoutMs;
  if (preferred === null) {
    const [only, ...others] = await lookUp({ host, port }, { signal, timeoutMs });
    if (only !== undefined && others.length === 0) return only;
  }
  const socket = await connectPlain({ host, port }, { ...options, timeoutMs: Math.max(1, until - performance.now()) });
  const { remoteAddress } = socket;
  socket.destroy();
  if (remoteAddress === undefined) throw fail('gateway-closed', { host: shownAs({ host, port }) });
  return remoteAddress;
}

function lookUp(endpoint: Endpoint, { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number }): Promise<string[]> {
  const gateway = { host: shownAs(endpoint) };
  const bound = { signal, ms: timeoutMs, late: () => fail('gateway-unreachable', gateway), release: () => undefined };
  return bounded<string[]>(bound, (done, failed) => {
    addressesOf(endpoint.host).then(done, (cause: unknown) =>
      failed(fail('gateway-name-unknown', gateway, cause instanceof Error ? { detail: cause.message, cause } : {})),
    );
  });
}

function codeOf(cause: Error): FailureCode {
  if (keptFromLocalNetwork(cause)) return 'local-network';
  return isNameUnknown(cause) ? 'gateway-name-unknown' : 'gateway-unreachable';
}

/** Whether an error of a socket's says that nobody here knows the name. */
function isNameUnknown(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA';
}
