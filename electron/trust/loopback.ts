import { isIP } from 'node:net';

/** This computer by any of its names: a portal is never here, whatever a profile says. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(bare) === 4) return bare.startsWith('127.') || bare === '0.0.0.0';
  if (isIP(bare) === 6) return bare === '::1' || bare === '::' || bare.startsWith('::ffff:');
  return bare === 'localhost' || bare.endsWith('.localhost');
}
