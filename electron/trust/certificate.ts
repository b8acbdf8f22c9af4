import { createHash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { fail, type Failure, type FailureCode } from '../../shared/failure.ts';
import type { Trust } from '../../shared/profile.ts';
import { leadsTo, validAt } from './path.ts';

/** What a server presented, leaf first, and what the system's own verification said of it. */
export interface Presented {
  host: string;
  chain: readonly X509Certificate[];
  /** Whether the operating system's roots vouch for this chain and host, now. */
  systemTrusts: boolean;
}

/** What a person said yes to: its fingerprint as they saw it (colon-separated hex of SHA-256), and its key ({@link spkiSha256}). */
export interface Accepted {
  sha256: string;
  key: string;
}

export type Verdict =
  | { kind: 'accept' }
  | { kind: 'refuse'; failure: Failure }
  /** Nobody vouches for it; a person may, after seeing the fingerprint. */
  | { kind: 'ask'; failure: Failure };

/** Decides on every certificate of one profile. Made once a profile, used by TLS clients and views alike. */
export type CertificateJudge = (presented: Presented) => Verdict;

export interface JudgeOptions {
  trust: Trust;
  /** What the person has accepted for a host, or null. */
  accepted?: (host: string) => Accepted | null;
  /** Epoch milliseconds. */
  now: () => number;
}

/**
 * Makes the one function that decides on certificates. It is pure but for what is handed in, and total.
 *
 * A pinned key must match even where the system trusts another. A certificate that the system or the profile's
 * authority vouches for is accepted. Of the others, one for another host, one that is not valid now and one with
 * another key than the person accepted before are refused; the rest is a question.
 *
 * Throws `profile-invalid` when the profile's authority cannot be read.
 */
export function createJudge({ trust, accepted = () => null, now }: JudgeOptions): CertificateJudge {
  const anchors = trust.kind === 'authority' ? readAuthorities(trust.pem) : [];
  return ({ host, chain, systemTrusts }) => {
    const [leaf, ...others] = chain;
    if (!leaf) return refuse('gateway-not-secure', { host });
    if (trust.kind === 'pin') {
      const found = spkiSha256(leaf);
      if (!trust.spkiSha256.includes(found)) return refuse('certificate-changed', { host, expected: trust.spkiSha256.join(', '), found });
      return unfit(leaf, host, now()) ?? { kind: 'accept' };
    }
    if (systemTrusts) return { kind: 'accept' };
    const refusal = unfit(leaf, host, now());
    if (refusal) return refusal;
    if (leadsTo(anchors, leaf, others, now())) return { kind: 'accept' };
    const found = leaf.fingerprint256;
    const known = accepted(host);
    // One that was renewed with the same key is the same server's
    if (known?.key === spkiSha256(leaf)) return { kind: 'accept' };
    if (known) return refuse('certificate-changed', { host, expected: known.sha256, found, vouched: 'person' });
    return { kind: 'ask', failure: { code: 'certificate-untrusted', params: { host, sha256: found } } };
  };
}

/** SHA-256 of a certificate's key (SubjectPublicKeyInfo), base64: what a profile pins. */
export function spkiSha256(certificate: X509Certificate): string {
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}

/** The certificates of a PEM bundle. Throws `profile-invalid` where it holds none or one is unreadable. */
export function readAuthorities(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw fail('profile-invalid', { key: 'trust' });
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw fail('profile-invalid', { key: 'trust' }, { cause });
  }
}

/** Why a certificate would be no good whoever signed it: another host's, or not valid now. Null where it is neither. */
function unfit(leaf: X509Certificate, host: string, at: number): Verdict | null {
  const named = isIP(host) ? leaf.checkIP(host) : leaf.checkHost(host);
  if (named === undefined) return refuse('certificate-wrong-host', { host, found: (leaf.subjectAltName ?? leaf.subject).slice(0, 500) });
  if (validAt(leaf, at)) return null;
  // The clock goes with it: a computer whose clock is wrong is the commoner cause
  const params = { host, validFromAt: Date.parse(leaf.validFrom), validUntilAt: Date.parse(leaf.validTo), clockAt: at };
  return refuse('certificate-expired', params);
}

function refuse(code: FailureCode, params: NonNullable<Failure['params']>): Verdict {
  return { kind: 'refuse', failure: { code, params } };
}
