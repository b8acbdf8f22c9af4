import { getDomain } from 'tldts';
import { plainHost } from '../trust/host.ts';

/** The domain that somebody registered, as the public suffix list has it; null for an address or a bare name. */
export const domainOf = (host: string): string | null => getDomain(plainHost(host), { allowPrivateDomains: true });
