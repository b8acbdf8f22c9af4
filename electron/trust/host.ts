import { isIP } from 'node:net';

/**
 * A host in its one spelling, in which two can be compared: small letters, without the root's dot at its end (RFC 1034, 3.1:
 * `vpn.example.` is `vpn.example`), an IPv6 address without the brackets that it has in an address, and as short as it goes.
 * What is no host stays as it is.
 */
export function plainHost(host: string): string {
  const bare = host
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
    .replace(/(?<=[^.])\.$/, '');
  const spelled = isIP(bare) === 6 ? URL.parse(`http://[${bare}]`)?.hostname : undefined;
  return spelled === undefined ? bare : spelled.slice(1, -1);
}

/** The host of an address as endpoints have it. */
export const hostOf = (url: URL): string => plainHost(url.hostname);

/** Whether two spellings name the same host. */
export const sameHost = (one: string, other: string): boolean => plainHost(one) === plainHost(other);

/** A host as it stands in an address: IPv6 in brackets. */
export const inAddress = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);
