import { isIP } from 'node:net';
import { plainHost } from '../trust/host.ts';

/** This computer by any of its names: a portal is never here, whatever a profile says. */
export function isLoopback(host: string): boolean {
  const bare = plainHost(host);
  if (isIP(bare) === 4) return bare.startsWith('127.') || bare === '0.0.0.0';
  // `::1`, `::`, and all that is an IPv4 address in other clothes (RFC 4291, 2.5.5); no host has one that begins so
  if (isIP(bare) === 6) return bare.startsWith('::');
  return bare === 'localhost' || bare.endsWith('.localhost');
}
