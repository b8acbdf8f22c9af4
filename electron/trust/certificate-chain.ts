import type { X509Certificate } from 'node:crypto';
import { hasUnknownConstraint, pathLength } from './extensions.ts';
import { permitsNames } from './name-constraints.ts';

/** Most intermediates between a server and its anchor. Chains on the web have one or two. */
const maxBetween = 5;

const serverAuth = '1.3.6.1.5.5.7.3.1';
const anyUsage = '2.5.29.37.0';

/** A server's certificate, the others that it sent, and the host to verify. */
export interface Chain {
  host: string;
  leaf: X509Certificate;
  others: readonly X509Certificate[];
}

/**
 * Whether a server's certificate leads to one of the anchors, through the authorities that it sent. Checks the constraints of
 * every authority on the path, including the anchor's. Each pair is checked only once, so that a malicious circular chain
 * costs little. The caller checks the server's host name and validity.
 *
 * @param now epoch milliseconds at which every authority on the path must be valid
 */
export function leadsTo(anchors: readonly X509Certificate[], { host, leaf, others }: Chain, now: number): boolean {
  if (!mayServeTls(leaf)) return false;
  if (anchors.some((anchor) => anchor.raw.equals(leaf.raw))) return true; // the server's own certificate is an anchor
  const fit = [...anchors, ...others].filter((each) => each.ca && validAt(each, now) && mayServeTls(each));
  const hasIssued = once(
    (issuer: X509Certificate, subject: X509Certificate) => subject.checkIssued(issuer) && subject.verify(issuer.publicKey),
  );
  const permits = once((issuer: X509Certificate, subject: X509Certificate) =>
    permitsNames(issuer, subject, subject === leaf ? host : null),
  );
  /** @param path from the server's certificate up; the next issuer has to vouch for the last one */
  const reachesAnchor = (path: readonly X509Certificate[]): boolean => {
    const subject = path.at(-1);
    const below = path.length - 1;
    return fit.some((issuer) => {
      if (!subject || path.includes(issuer) || below > pathLength(issuer)) return false;
      if (!hasIssued(issuer, subject) || !path.every((each) => permits(issuer, each))) return false;
      return anchors.includes(issuer) || (below < maxBetween && reachesAnchor([...path, issuer]));
    });
  };
  return reachesAnchor([leaf]);
}

/**
 * The issuer that is missing in a chain: the one that signed its last certificate, if neither the server nor our anchors have
 * it. Null if the chain ends with a self-signed certificate, or with one whose issuer is an anchor.
 */
export function missingIssuer(
  anchors: readonly X509Certificate[],
  { leaf, others }: Chain,
): { name: string; last: X509Certificate } | null {
  const unused = new Set(others);
  let last = leaf;
  for (;;) {
    const at = last;
    // Compare only names; signatures are checked elsewhere
    if ([at, ...anchors].some(({ subject }) => subject === at.issuer)) return null;
    const issuer = [...unused].find(({ subject }) => subject === at.issuer);
    if (!issuer) return { name: at.issuer, last: at };
    unused.delete(issuer);
    last = issuer;
  }
}

/** Whether a certificate is valid at a time (epoch milliseconds). */
export function validAt(certificate: X509Certificate, instant: number): boolean {
  return Date.parse(certificate.validFrom) <= instant && instant <= Date.parse(certificate.validTo);
}

/** Whether a certificate has no critical extension that we ignore, and no extended key usage that excludes TLS servers. */
function mayServeTls(certificate: X509Certificate): boolean {
  return (
    !hasUnknownConstraint(certificate) && (usages(certificate) ?? [anyUsage]).some((usage) => usage === serverAuth || usage === anyUsage)
  );
}

/** The extended key usage. Node calls it keyUsage. It is undefined if there is none, although Node's type says otherwise. */
const usages = (certificate: X509Certificate): readonly string[] | undefined => certificate.keyUsage;

/** Caches the answer for each pair. */
function once(answer: (issuer: X509Certificate, subject: X509Certificate) => boolean) {
  const known = new Map<X509Certificate, Map<X509Certificate, boolean>>();
  return (issuer: X509Certificate, subject: X509Certificate): boolean => {
    const ofIssuer = known.get(issuer) ?? new Map<X509Certificate, boolean>();
    known.set(issuer, ofIssuer);
    const before = ofIssuer.get(subject);
    if (before !== undefined) return before;
    const now = answer(issuer, subject);
    ofIssuer.set(subject, now);
    return now;
  };
}
