import { isIP } from 'node:net';
import { delay } from '../../../shared/abort.ts';
import { isLoopback } from '../loopback.ts';
import { ownAddress, type IpStack } from './ip-stack.ts';
import type { CampusNames } from './names.ts';
import type { StackStream } from './stack-stream.ts';
import { streamError } from '../stream-error.ts';

/** RFC 8305, 5: how long an address has before the next one is tried too. */
const nextAddressMs = 250;
/** A name with more addresses than this is not tried to its end. */
const maxTried = 8;

/**
 * Opens a stream to a campus host by name or address. If a name has several addresses, they are tried one shortly after the
 * other, IPv6 first, and the first that accepts wins. Fails with the last address's error, or as {@link CampusNames.resolve};
 * with `EPERM` if the name, or any of its addresses, leads to this computer.
 */
export async function dialHost(stack: IpStack, names: CampusNames, host: string, port: number, signal: AbortSignal): Promise<StackStream> {
  if (isLoopback(host)) throw ownAddress(host);
  const found = isIP(host) === 0 ? await names.resolve(host, signal) : [host];
  if (found.some((address) => stack.isOwn(address))) throw ownAddress(host);
  const addresses = found.slice(0, maxTried);
  const done = new AbortController();
  const limited = AbortSignal.any([signal, done.signal]);
  const outcome: { stream: StackStream | null; error: unknown } = {
    stream: null,
    error: streamError('ENOTFOUND', `no address of ${host}`),
  };
  const dial = async (address: string): Promise<void> => {
    try {
      const stream = await stack.dial(address, port, limited);
      if (outcome.stream) stream.destroy();
      outcome.stream ??= stream;
    } catch (error) {
      if (!limited.aborted) outcome.error = error;
    }
  };
  const pending = new Set<Promise<void>>();
  for (const address of addresses) {
    const dialled = dial(address);
    pending.add(dialled);
    void dialled.then(() => pending.delete(dialled));
    if (address !== addresses.at(-1)) await Promise.race([dialled, delay(nextAddressMs, limited)]);
    if (outcome.stream || signal.aborted) break;
  }
  while (!outcome.stream && pending.size > 0) await Promise.race(pending);
  done.abort();
  signal.throwIfAborted();
  if (!outcome.stream) throw outcome.error;
  return outcome.stream;
}
