import type { Socket } from 'node:net';
import { fail, type FailureCode } from '../../shared/failure.ts';
import { withDeadline } from './deadline.ts';
import { addressesOf, dial } from './dial.ts';
import { shownAs, type Endpoint } from './endpoint.ts';
import { mayBeBlockedByMacOs } from './local-network-macos.ts';

/** How long a gateway may take to accept a connection at any of its addresses. */
export const connectTimeoutMs = 10_000;

/**
 * Opens a TCP connection without a proxy, to the first of the host's addresses that answers ({@link dial}), or to loopback
 * for a lab's detour. Rejects with `gateway-name-unknown`, `gateway-unreachable`, `local-network` or `cancelled`.
 *
 * @param preferred an address of the host to try before the others
 */
export function connectPlain(
  endpoint: Endpoint,
  { signal, timeoutMs, preferred = null }: { signal: AbortSignal; timeoutMs: number; preferred?: string | null },
): Promise<Socket> {
  const { host, port, loopbackPort } = endpoint;
  const gateway = { host: shownAs(endpoint) };
  const stop = new AbortController();
  const late = (): Error => fail('gateway-unreachable', gateway);
  return withDeadline<Socket>({ signal, ms: timeoutMs, late, release: () => stop.abort() }, (done, failed) => {
    const isDetour = loopbackPort !== undefined;
    dial(isDetour ? '127.0.0.1' : host, loopbackPort ?? port, stop.signal, isDetour ? null : preferred).then(done, (cause: unknown) => {
      const error = cause instanceof Error ? cause : new Error('not connected');
      failed(fail(codeOf(error), gateway, { detail: error.message, cause: error }));
    });
  });
}

/**
 * Picks an address of a host for a program that would itself try them one by one, for minutes each: the first that accepts
 * a connection. Does not connect if the host has only one address. Rejects as {@link connectPlain}.
 *
 * @param preferred an address that is used if it answers, even if the name no longer has it
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
  return withDeadline<string[]>(bound, (done, failed) => {
    addressesOf(endpoint.host).then(done, (cause: unknown) =>
      failed(fail('gateway-name-unknown', gateway, cause instanceof Error ? { detail: cause.message, cause } : {})),
    );
  });
}

function codeOf(cause: Error): FailureCode {
  if (mayBeBlockedByMacOs(cause)) return 'local-network';
  return isNameUnknown(cause) ? 'gateway-name-unknown' : 'gateway-unreachable';
}

/** Whether a socket's error means that the name is unknown. */
function isNameUnknown(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA';
}
