import dns from 'node:dns';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { ownAddress } from '../../net/ip-stack/ip-stack.ts';
import { streamError } from '../../net/stream-error.ts';
import { isLoopback } from '../../net/loopback.ts';
import { plainHost } from '../../trust/host.ts';

/** What the gateway pushed about names. */
export interface SplitNames {
  /** Domains that only the campus's name servers know. Empty: all names are the campus's. */
  readonly splitNames: readonly string[];
  /** Search domains. */
  readonly domains: readonly string[];
}

type DialIn<S extends Duplex> = (host: string, port: number, signal: AbortSignal) => Promise<S>;

/** How many addresses of a name are tried. */
const mostAddresses = 4;

/** Whether the local network must never be asked for this name: it is in a domain of the campus, or in none. */
export function isCampusName(host: string, { splitNames, domains }: SplitNames): boolean {
  const name = plainHost(host);
  if (splitNames.length === 0 || !name.includes('.')) return true;
  return [...splitNames, ...domains].some((each) => {
    const domain = plainHost(each).replace(/^\*?\./, '');
    return domain !== '' && (name === domain || name.endsWith(`.${domain}`));
  });
}

/**
 * Dials through a tunnel with split DNS. The campus's name servers are asked for every name, so that none that they know
 * reaches the local network. If they do not know one that the gateway left to others, such as a host of Duo's, this
 * computer's resolver is asked, and the tunnel carries the stream to the address that it says. Fails as `dial`, or as Node's
 * own lookup.
 *
 * @param dial dials through the tunnel; names are looked up there
 */
export async function dialWithSplitNames<S extends Duplex>(
  dial: DialIn<S>,
  names: SplitNames,
  target: { host: string; port: number },
  signal: AbortSignal,
  lookup: (host: string) => Promise<readonly { address: string }[]> = (host) => dns.promises.lookup(host, { all: true }),
): Promise<S> {
  const { host, port } = target;
  try {
    return await dial(host, port, signal);
  } catch (error) {
    if (!isUnknownName(error) || isIP(host) !== 0 || signal.aborted || isCampusName(host, names)) throw error;
  }
  const addresses = (await lookup(host)).map(({ address }) => address);
  if (addresses.some(isLoopback)) throw ownAddress(host);
  let last: unknown = streamError('ENOTFOUND', `nobody knows ${host}`);
  for (const address of addresses.slice(0, mostAddresses)) {
    signal.throwIfAborted();
    try {
      return await dial(address, port, signal);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

const isUnknownName = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN');
