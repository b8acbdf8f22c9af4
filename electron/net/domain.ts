import { getDomain } from 'tldts';
import { plainHost } from '../trust/host.ts';

/** The registered domain of a host, by the public suffix list. Null for an IP address or a name without a domain. */
export const domainOf = (host: string): string | null => getDomain(plainHost(host), { allowPrivateDomains: true });
