import type { X509Certificate } from 'node:crypto';
import type { Failure } from '../../shared/failure.ts';

/** What a server presented, leaf first, and what the system's own verification said of it. */
export interface Presented {
  host: string;
  chain: readonly X509Certificate[];
  /** Whether the operating system's roots vouch for this chain and host, now. */
  systemTrusts: boolean;
}

export type Verdict =
  | { kind: 'accept' }
  | { kind: 'refuse'; failure: Failure }
  /** Nobody vouches for it; a person may, after seeing the fingerprint. */
  | { kind: 'ask'; sha256: string; failure: Failure };

/** Decides on every certificate of one profile. Made once a profile, used by TLS clients and views alike. */
export type CertificateJudge = (presented: Presented) => Verdict;
