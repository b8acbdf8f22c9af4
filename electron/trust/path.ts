import type { X509Certificate } from 'node:crypto';
import { hasUnknownConstraint, pathLength } from './extensions.ts';

/** Authorities between a server and its anchor at most; the web's chains have one or two. */
const maxBetween = 5;

const serverAuth = '1.3.6.1.5.5.7.3.1';
const anyUsage = '2.5.29.37.0';

/**
 * Whether a server's certificate leads to one of the anchors, through the authorities that came with it. Looks
 * at each authority once, nearest first, so that a chain made to go in circles costs no more than its length.
 * The server's own host and validity are the caller's to check.
 *
 * @param now epoch milliseconds at which every authority on the way must be valid
 */
export function leadsTo(
  anchors: readonly X509Certificate[],
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  now: number,
): boolean {
  if (!maySpeakForServers(leaf)) return false;
  if (anchors.some((anchor) => anchor.raw.equals(leaf.raw))) return true; // handed out as its own authority
  const unused = new Set(others);
  let level = [leaf];
  for (let below = 0; below <= maxBetween && level.length > 0; below++) {
    const vouches = (issuer: X509Certificate) => level.some((subject) => issued(issuer, subject, below, now));
    if (anchors.some(vouches)) return true;
    level = [...unused].filter((candidate) => maySpeakForServers(candidate) && vouches(candidate));
    for (const used of level) unused.delete(used);
  }
  return false;
}

/** Whether a certificate is valid at an instant (epoch milliseconds). */
export function validAt(certificate: X509Certificate, instant: number): boolean {
  return Date.parse(certificate.validFrom) <= instant && instant <= Date.parse(certificate.validTo);
}

/** An authority, valid now, allowed to have `below` others below it, whose name and signature are on the subject. */
function issued(issuer: X509Certificate, subject: X509Certificate, below: number, now: number): boolean {
  return (
    issuer.ca && validAt(issuer, now) && below <= pathLength(issuer) && subject.checkIssued(issuer) && subject.verify(issuer.publicKey)
  );
}

/** No constraint that we would overlook, and an extended key usage, where it has one, that covers TLS servers. */
function maySpeakForServers(certificate: X509Certificate): boolean {
  return (
    !hasUnknownConstraint(certificate) && (usages(certificate) ?? [anyUsage]).some((usage) => usage === serverAuth || usage === anyUsage)
  );
}

/** The extended key usage. Node calls it keyUsage, and has undefined there, against its type, where there is none. */
const usages = (certificate: X509Certificate): readonly string[] | undefined => certificate.keyUsage;
