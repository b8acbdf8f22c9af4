import { isIP } from 'node:net';

/**
 * Normalizes a host so that two can be compared: lower case, no trailing dot (RFC 1034, 3.1: `vpn.example.` is
 * `vpn.example`), and an IPv6 address without brackets in its shortest form. Other text stays unchanged.
 */
export function plainHost(host: string): string {
  const bare = host
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
    .replace(/(?<=[^.])\.$/, '');
  const spelled = isIP(bare) === 6 ? URL.parse(`http://[${bare}]`)?.hostname : undefined;
  return spelled === undefined ? bare : spelled.slice(1, -1);
}

/** The host of a URL, normalized. */
export const hostOf = (url: URL): string => plainHost(url.hostname);

/** Whether two spellings name the same host. */
export const sameHost = (one: string, other: string): boolean => plainHost(one) === plainHost(other);

/** A host as it appears in a URL: IPv6 in brackets. */
export const inAddress = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);
