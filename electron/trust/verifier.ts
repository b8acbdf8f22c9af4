import { createHash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { fail, type Failure, type FailureCode } from '../../shared/failure.ts';
import type { Trust } from '../../shared/profile.ts';
import { plainHost, sameHost } from './host.ts';
import { leadsTo, missingIssuer, validAt, type Chain } from './certificate-chain.ts';

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
export type CertificateVerifier = (presented: Presented) => Verdict;

/** Who vouched for a host, and by which key ({@link spkiSha256}) it was known then. */
export interface Vouched {
  by: 'system' | 'authority';
  key: string;
}

export interface VerifierOptions {
  trust: Trust;
  /** The hosts whose keys a pin is of; absent: every host's. */
  pinned?: readonly string[];
  /** What the person has accepted for a host, or null. */
  accepted?: (host: string) => Accepted | null;
  /** Who vouched for a host before, or null: what was proved once is not asked about later. */
  vouched?: (host: string) => Vouched | null;
  /** Told of every host that the system or the profile's authority vouches for. */
  onVouched?: (host: string, vouched: Vouched) => void;
  /** Whoever administers this computer forbids questions: what nobody vouches for is refused. */
  strict?: boolean;
  /** Epoch milliseconds. */
  now: () => number;
}

/**
 * Makes the one function that decides on certificates. It is total, and pure but for what is handed in.
 *
 * A pinned key is the whole proof of a gateway: it must match even where the system trusts another, and it does whatever name
 * and dates its certificate bears. Of another host (a portal, a page to sign in on) it is proof too, but says nothing where
 * the system vouches for that one. Otherwise a certificate that the system or the profile's authority vouches for is accepted. Of the
 * others, one for another host, one that is not valid now, one of a host that was vouched for before, one with another key
 * than the person accepted, and one whose chain has a gap are refused; the rest is a question, where the profile names
 * neither authority nor pin and nobody forbids questions.
 *
 * Throws `profile-invalid` when the profile's authority cannot be read.
 */
export function createVerifier(options: VerifierOptions): CertificateVerifier {
  const { trust, pinned, accepted = () => null, vouched = () => null, onVouched = () => undefined, strict = false, now } = options;
  const anchors = trust.kind === 'authority' ? readAuthorities(trust.pem) : [];
  const mayAsk = trust.kind === 'system' && !strict;
  return ({ host, chain, systemTrusts }) => {
    const [leaf, ...others] = chain;
    if (!leaf) return refuse('gateway-not-secure', { host });
    const key = spkiSha256(leaf);
    if (trust.kind === 'pin') {
      const isOther = pinned !== undefined && !pinned.some((each) => sameHost(each, host));
      if (trust.spkiSha256.includes(key) || (isOther && systemTrusts)) return { kind: 'accept' };
      return refuse('certificate-changed', { host, expected: trust.spkiSha256.join(', '), found: key });
    }
    const accept = (by: Vouched['by']): Verdict => {
      onVouched(host, { by, key });
      return { kind: 'accept' };
    };
    if (systemTrusts) return accept('system');
    const refusal = unfit(leaf, host, now());
    if (refusal) return refusal;
    const presented = { host, leaf, others };
    if (leadsTo(anchors, presented, now())) return accept('authority');
    const gap = gapIn(anchors, presented, mayAsk);
    const before = vouched(host);
    if (before) return gap ?? refuse('certificate-changed', { host, expected: before.key, found: key, vouched: before.by });
    const sha256 = leaf.fingerprint256;
    const known = mayAsk ? accepted(host) : null;
    // One that was renewed with the same key is the same server's
    if (known?.key === key) return { kind: 'accept' };
    if (known) return refuse('certificate-changed', { host, expected: known.sha256, found: sha256, vouched: 'person' });
    if (gap) return gap;
    const failure: Failure = { code: 'certificate-untrusted', params: { host, sha256 } };
    return mayAsk ? { kind: 'ask', failure } : { kind: 'refuse', failure };
  };
}

/**
 * A chain without an intermediate is the campus's fault, and told as that. Where a question could be put it has to be plain
 * that there is one: the certificate names an address to fetch its issuer's from, as public authorities' do, while those of
 * a campus's own authority are often sent alone.
 */
function gapIn(anchors: readonly X509Certificate[], chain: Chain, mayAsk: boolean): Verdict | null {
  const missing = missingIssuer(anchors, chain);
  if (!missing || (mayAsk && !/^CA Issuers - URI:/m.test(missing.last.infoAccess ?? ''))) return null;
  return refuse('certificate-incomplete', { host: chain.host, issuer: missing.name.replaceAll('\n', ', ').slice(0, 300) });
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
  const plain = plainHost(host);
  const named = isIP(plain) ? leaf.checkIP(plain) : leaf.checkHost(plain);
  if (named === undefined) return refuse('certificate-wrong-host', { host, found: (leaf.subjectAltName ?? leaf.subject).slice(0, 500) });
  if (validAt(leaf, at)) return null;
  // The clock goes with it: a computer whose clock is wrong is the commoner cause
  const params = { host, validFromAt: Date.parse(leaf.validFrom), validUntilAt: Date.parse(leaf.validTo), clockAt: at };
  return refuse('certificate-expired', params);
}

function refuse(code: FailureCode, params: NonNullable<Failure['params']>): Verdict {
  return { kind: 'refuse', failure: { code, params } };
}
