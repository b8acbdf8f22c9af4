import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isLoopback } from '../net/loopback.ts';

/** Resolves names. Fails with `refusal` if a name resolves to this computer, since no campus host does. */
export function lookupNotLoopback(refusal: () => Error, resolve: LookupFunction = dns.lookup): LookupFunction {
  return (name, options, callback) =>
    resolve(name, options, (error, found, family) => {
      // With an error `found` is undefined, whatever the type says
      const addresses = error ? [] : typeof found === 'string' ? [found] : found.map(({ address }) => address);
      callback(error ?? (addresses.some(isLoopback) ? refusal() : null), found, family);
    });
}
