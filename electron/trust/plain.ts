import net, { type Socket } from 'node:net';
import { fail, type FailureCode } from '../../shared/failure.ts';
import { bounded } from './bounded.ts';
import { shownAs, type Endpoint } from './endpoint.ts';
import { keptFromLocalNetwork } from './local-network-macos.ts';

/**
 * A byte stream over the plain network; a lab's detour leads to loopback. Rejects with `gateway-name-unknown`,
 * `gateway-unreachable`, `local-network`, or `cancelled`.
 */
export function connectPlain(endpoint: Endpoint, { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number }): Promise<Socket> {
  const { host, port, loopbackPort } = endpoint;
  const gateway = { host: shownAs(endpoint) };
  const socket = net.connect({ host: loopbackPort === undefined ? host : '127.0.0.1', port: loopbackPort ?? port });
  socket.on('error', () => undefined); // what a destroyed socket still has to say is of no use to anyone
  const late = (): Error => fail('gateway-unreachable', gateway);
  return bounded<Socket>({ signal, ms: timeoutMs, late, release: () => void socket.destroy() }, (done, failed) => {
    const onError = (cause: Error): void => failed(fail(codeOf(cause), gateway, { detail: cause.message, cause }));
    socket.once('error', onError).once('connect', () => {
      socket.off('error', onError);
      done(socket);
    });
  });
}

function codeOf(cause: Error): FailureCode {
  if (keptFromLocalNetwork(cause)) return 'local-network';
  return isNameUnknown(cause) ? 'gateway-name-unknown' : 'gateway-unreachable';
}

/** Whether an error of a socket's says that nobody here knows the name. */
export function isNameUnknown(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA';
}
