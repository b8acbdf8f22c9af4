import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isLoopback } from '../net/loopback.ts';

/** Looks names up, and fails with `refusal` where one leads to this computer: a campus's host never is. */
export function lookupElsewhere(refusal: () => Error, resolve: LookupFunction = dns.lookup): LookupFunction {
  return (name, options, callback) =>
    resolve(name, options, (error, found, family) => {
      // With an error there is nothing else, whatever the type says
      const addresses = error ? [] : typeof found === 'string' ? [found] : found.map(({ address }) => address);
      callback(error ?? (addresses.some(isLoopback) ? refusal() : null), found, family);
    });
}
