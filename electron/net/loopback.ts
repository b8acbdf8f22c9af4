import { isIP } from 'node:net';
import { plainHost } from '../trust/host.ts';

/** Whether a host is this computer. A portal never is, whatever a profile says. */
export function isLoopback(host: string): boolean {
  const bare = plainHost(host);
  if (isIP(bare) === 4) return bare.startsWith('127.') || bare === '0.0.0.0';
  // `::1`, `::` and embedded IPv4 addresses (RFC 4291, 2.5.5). No real host has an address that starts with `::`
  if (isIP(bare) === 6) return bare.startsWith('::');
  return bare === 'localhost' || bare.endsWith('.localhost');
}
