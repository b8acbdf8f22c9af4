import { createHash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { fail, type Failure, type FailureCode } from '../../shared/failure.ts';
import type { Trust } from '../../shared/profile.ts';
import { plainHost, sameHost } from './host.ts';
import { leadsTo, missingIssuer, validAt, type Chain } from './certificate-chain.ts';

/** What a server presented, leaf first, and the result of the system's own verification. */
export interface Presented {
  host: string;
  chain: readonly X509Certificate[];
  /** Whether the operating system's roots vouch for this chain and host now. */
  systemTrusts: boolean;
}

/** A certificate that a person accepted: its fingerprint as shown (colon-separated hex of SHA-256), and its key ({@link spkiSha256}). */
export interface Accepted {
  sha256: string;
  key: string;
}

export type Verdict =
  | { kind: 'accept' }
  | { kind: 'refuse'; failure: Failure }
  /** Nothing vouches for it. A person may accept it after seeing the fingerprint. */
  | { kind: 'ask'; failure: Failure };

/** Decides on every certificate of one profile. There is one for each profile, used by TLS clients and web views. */
export type CertificateVerifier = (presented: Presented) => Verdict;

/** Who vouched for a host, and the key ({@link spkiSha256}) that it had then. */
export interface Vouched {
  by: 'system' | 'authority';
  key: string;
}

export interface VerifierOptions {
  trust: Trust;
  /** The hosts that a pin applies to. Default: all hosts. */
  pinned?: readonly string[];
  /** The certificate that the person accepted for a host, or null. */
  accepted?: (host: string) => Accepted | null;
  /** Who vouched for a host before, or null. A host that was verified once never becomes a question later. */
  vouched?: (host: string) => Vouched | null;
  /** Called for every host that the system or the profile's authority vouches for. */
  onVouched?: (host: string, vouched: Vouched) => void;
  /** The administrator forbids questions: refuse what nothing vouches for. */
  strict?: boolean;
  /** Epoch milliseconds. */
  now: () => number;
}

/**
 * Makes the function that decides on all certificates of a profile. It always gives a verdict, and is pure apart from its
 * options.
 *
 * With a pin, only the key decides for a gateway. It must match even if the system trusts another key, and the name and
 * dates of the certificate do not matter. For other hosts (a portal, a sign-in page) the key is accepted too, and so is a
 * certificate that the system vouches for.
 *
 * Without a pin, a certificate is accepted if the system or the profile's authority vouches for it. Otherwise it is refused
 * if it is for another host, if it is not valid now, if something vouched for this host before, if its key differs from
 * the one that the person accepted, or if its chain has a gap. Anything else is a question for the person, unless the
 * profile names an authority or the administrator forbids questions; then it is refused.
 *
 * Throws `profile-invalid` if the profile's authority cannot be read.
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
    const refusal = refusalForHostOrDates(leaf, host, now());
    if (refusal) return refusal;
    const presented = { host, leaf, others };
    if (leadsTo(anchors, presented, now())) return accept('authority');
    const gap = gapIn(anchors, presented, mayAsk);
    const before = vouched(host);
    if (before) return gap ?? refuse('certificate-changed', { host, expected: before.key, found: key, vouched: before.by });
    const sha256 = leaf.fingerprint256;
    const known = mayAsk ? accepted(host) : null;
    // A certificate renewed with the same key belongs to the same server
    if (known?.key === key) return { kind: 'accept' };
    if (known) return refuse('certificate-changed', { host, expected: known.sha256, found: sha256, vouched: 'person' });
    if (gap) return gap;
    const failure: Failure = { code: 'certificate-untrusted', params: { host, sha256 } };
    return mayAsk ? { kind: 'ask', failure } : { kind: 'refuse', failure };
  };
}

/**
 * The verdict if the server did not send an intermediate, which is the campus's mistake. Null: no gap. If a question is
 * possible, only counts as a gap if the certificate names an address for its issuer's certificate, as public authorities do.
 * Certificates of a campus's own authority are often sent alone.
 */
function gapIn(anchors: readonly X509Certificate[], chain: Chain, mayAsk: boolean): Verdict | null {
  const missing = missingIssuer(anchors, chain);
  if (!missing || (mayAsk && !/^CA Issuers - URI:/m.test(missing.last.infoAccess ?? ''))) return null;
  return refuse('certificate-incomplete', { host: chain.host, issuer: missing.name.replaceAll('\n', ', ').slice(0, 300) });
}

/** SHA-256 of a certificate's key (SubjectPublicKeyInfo) in base64, as profiles pin it. */
export function spkiSha256(certificate: X509Certificate): string {
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}

/** The certificates of a PEM bundle. Throws `profile-invalid` if it has none or one is unreadable. */
export function readAuthorities(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw fail('profile-invalid', { key: 'trust' });
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw fail('profile-invalid', { key: 'trust' }, { cause });
  }
}

/** Refuses a certificate for another host, or one that is not valid now, whoever signed it. Null: neither. */
function refusalForHostOrDates(leaf: X509Certificate, host: string, at: number): Verdict | null {
  const plain = plainHost(host);
  const named = isIP(plain) ? leaf.checkIP(plain) : leaf.checkHost(plain);
  if (named === undefined) return refuse('certificate-wrong-host', { host, found: (leaf.subjectAltName ?? leaf.subject).slice(0, 500) });
  if (validAt(leaf, at)) return null;
  // Report the clock too: a wrong clock is the more common cause
  const params = { host, validFromAt: Date.parse(leaf.validFrom), validUntilAt: Date.parse(leaf.validTo), clockAt: at };
  return refuse('certificate-expired', params);
}

function refuse(code: FailureCode, params: NonNullable<Failure['params']>): Verdict {
  return { kind: 'refuse', failure: { code, params } };
}
