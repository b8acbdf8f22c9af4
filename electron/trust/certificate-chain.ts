import type { X509Certificate } from 'node:crypto';
import { hasUnknownConstraint, pathLength } from './extensions.ts';
import { permitsNames } from './name-constraints.ts';

/** Authorities between a server and its anchor at most; the web's chains have one or two. */
const maxBetween = 5;

const serverAuth = '1.3.6.1.5.5.7.3.1';
const anyUsage = '2.5.29.37.0';

/** A server's certificate with what came along, and the host that it is to speak for. */
export interface Chain {
  host: string;
  leaf: X509Certificate;
  others: readonly X509Certificate[];
}

/**
 * Whether a server's certificate leads to one of the anchors, through the authorities that came with it. The constraints
 * of every authority on the way count, the anchor's among them. Each pair is looked at once, so that a chain that is made
 * to go in circles costs little. The server's own host and validity are the caller's to check.
 *
 * @param now epoch milliseconds at which every authority on the way must be valid
 */
export function leadsTo(anchors: readonly X509Certificate[], { host, leaf, others }: Chain, now: number): boolean {
  if (!maySpeakForServers(leaf)) return false;
  if (anchors.some((anchor) => anchor.raw.equals(leaf.raw))) return true; // handed out as its own authority
  const fit = [...anchors, ...others].filter((each) => each.ca && validAt(each, now) && maySpeakForServers(each));
  const hasIssued = once(
    (issuer: X509Certificate, subject: X509Certificate) => subject.checkIssued(issuer) && subject.verify(issuer.publicKey),
  );
  const permits = once((issuer: X509Certificate, subject: X509Certificate) =>
    permitsNames(issuer, subject, subject === leaf ? host : null),
  );
  /** @param path from the server's up; its last one is the one to be vouched for */
  const goesOn = (path: readonly X509Certificate[]): boolean => {
    const subject = path.at(-1);
    const below = path.length - 1;
    return fit.some((issuer) => {
      if (!subject || path.includes(issuer) || below > pathLength(issuer)) return false;
      if (!hasIssued(issuer, subject) || !path.every((each) => permits(issuer, each))) return false;
      return anchors.includes(issuer) || (below < maxBetween && goesOn([...path, issuer]));
    });
  };
  return goesOn([leaf]);
}

/**
 * The issuer that is missing in a chain: the name of who signed its last certificate, where neither the server nor anybody
 * here has that one's. Null where the chain ends in one that signed itself, or in one that an anchor is named to have signed.
 */
export function missingIssuer(
  anchors: readonly X509Certificate[],
  { leaf, others }: Chain,
): { name: string; last: X509Certificate } | null {
  const unused = new Set(others);
  let last = leaf;
  for (;;) {
    const at = last;
    // By name alone: whether they did sign it is another question
    if ([at, ...anchors].some(({ subject }) => subject === at.issuer)) return null;
    const issuer = [...unused].find(({ subject }) => subject === at.issuer);
    if (!issuer) return { name: at.issuer, last: at };
    unused.delete(issuer);
    last = issuer;
  }
}

/** Whether a certificate is valid at an instant (epoch milliseconds). */
export function validAt(certificate: X509Certificate, instant: number): boolean {
  return Date.parse(certificate.validFrom) <= instant && instant <= Date.parse(certificate.validTo);
}

/** No critical extension that we would overlook, and an extended key usage, where it has one, that covers TLS servers. */
function maySpeakForServers(certificate: X509Certificate): boolean {
  return (
    !hasUnknownConstraint(certificate) && (usages(certificate) ?? [anyUsage]).some((usage) => usage === serverAuth || usage === anyUsage)
  );
}

/** The extended key usage. Node calls it keyUsage, and has undefined there, against its type, where there is none. */
const usages = (certificate: X509Certificate): readonly string[] | undefined => certificate.keyUsage;

/** Remembers the answer for each pair. */
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
