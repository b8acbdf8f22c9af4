import type { X509Certificate } from 'node:crypto';
import type { Trust } from '../../shared/profile.ts';
import { createVerifier, spkiSha256, type Accepted, type Presented, type Verdict } from '../../electron/trust/verifier.ts';
import { issue, type Issued } from './issuer.ts';

/** A campus's authority, another one, and verifiers that tests ask about a server. */

export const host = 'vpn.campus.test';
export const root = await issue(null, { name: 'CN=Campus Root', authority: {} });
export const stranger = await issue(null, { name: 'CN=Another Root', authority: {} });

export const authority = (): Trust => ({ kind: 'authority', pem: root.pem });
/** What a server presents: this chain, leaf first. */
export const presented = (chain: Issued[], more: Partial<Presented> = {}): Presented => ({
  host,
  chain: chain.map(({ certificate }) => certificate),
  systemTrusts: false,
  ...more,
});
export const verifier = (trust: Trust, accepted: Accepted | null = null, at = Date.now()) =>
  createVerifier({ trust, accepted: (asked) => (asked === host ? accepted : null), now: () => at });
export const acceptedOf = (certificate: X509Certificate): Accepted => ({
  sha256: certificate.fingerprint256,
  key: spkiSha256(certificate),
});
/** The verdict in one word: its kind, or the code of the refusal. */
export const word = (verdict: Verdict) => (verdict.kind === 'refuse' ? verdict.failure.code : verdict.kind);
