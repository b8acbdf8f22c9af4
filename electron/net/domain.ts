import { getDomain } from 'tldts';
import { plainHost } from '../trust/host.ts';

/** The registered domain of a host, by the public suffix list. Null for an IP address or a name without a domain. */
export const domainOf = (host: string): string | null => getDomain(plainHost(host), { allowPrivateDomains: true });

/** The domain of a pattern `*.domain`, in lower case; null for any other host. */
export const domainOfPattern = (host: string): string | null => (host.startsWith('*.') ? host.slice(2).toLowerCase() : null);

/** Whether strangers register their own names right below this domain (`com`, `edu.mo`, `github.io`): a pattern for it would let anybody in. */
export const isPublicSuffix = (domain: string): boolean => domainOf(domain) === null;

/** Exactly one label below the pattern's domain: `a.campus.test` of `*.campus.test`, not `a.b.campus.test` or `campus.test`. */
export function isOneLabelBelow(host: string, domain: string): boolean {
  const label = host.endsWith(`.${domain}`) ? host.slice(0, -domain.length - 1) : '';
  return label !== '' && !label.includes('.') && !isPublicSuffix(domain);
}
