import { X509Certificate } from 'node:crypto';
import type { CertificateVerifier, Verdict } from '../../trust/verifier.ts';
import { plainHost } from '../../trust/host.ts';
import type { Failure } from '../../../shared/failure.ts';

/**
 * Between Chromium's view of a server certificate and ours: the verifier of `electron/trust` decides, Chromium
 * obeys. The codes are those of `session.setCertificateVerifyProc`.
 */
export const verifyCode = { accept: 0, refuse: -2, chromiumDecides: -3 } as const;
export type VerifyCode = (typeof verifyCode)[keyof typeof verifyCode];

/** A certificate with its issuer's, as Electron's own type has it; the last one of a chain comes without. */
export interface PresentedCertificate {
  data: string; // PEM
  issuerCert?: PresentedCertificate;
}

/** What Chromium asks about: the host, what it presented, and Chromium's own result (0: the system trusts it). */
export interface VerifyRequest {
  hostname: string;
  certificate: PresentedCertificate;
  errorCode: number;
}

/** Longer than any chain in use; also what stops a chain whose end names itself. */
const maxChain = 10;

/** The chain that was presented, leaf first. Empty where its leaf cannot be read. */
export function chainOf(certificate: PresentedCertificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  let next: PresentedCertificate | undefined = certificate;
  while (next && chain.length < maxChain && !seen.has(next.data)) {
    seen.add(next.data);
    try {
      chain.push(new X509Certificate(next.data));
    } catch {
      // What comes after a certificate that cannot be read vouches for nothing; the verifier sees a shorter chain
      break;
    }
    next = next.issuerCert;
  }
  return chain;
}

/** Asks the verifier, and puts what it said in Chromium's terms. `failure` is null where the page may load. */
export function decide(request: VerifyRequest, verifier: CertificateVerifier): { code: VerifyCode; failure: Failure | null } {
  const chain = chainOf(request.certificate);
  const systemTrusts = request.errorCode === 0;
  const verdict: Verdict =
    chain.length === 0
      ? { kind: 'refuse', failure: { code: 'certificate-untrusted', params: { host: request.hostname } } }
      : verifier({ host: plainHost(request.hostname), chain, systemTrusts });
  // A page cannot put the question of a certificate to the person: `ask` is a refusal here
  if (verdict.kind !== 'accept') return { code: verifyCode.refuse, failure: verdict.failure };
  // Where the system agrees Chromium keeps its own result, and with it Certificate Transparency
  return { code: systemTrusts ? verifyCode.chromiumDecides : verifyCode.accept, failure: null };
}
