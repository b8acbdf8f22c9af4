import { X509Certificate } from 'node:crypto';
import type { CertificateVerifier, Verdict } from '../../trust/verifier.ts';
import { plainHost } from '../../trust/host.ts';
import type { Failure } from '../../../shared/failure.ts';

/**
 * Connects Chromium to our certificate verifier (`electron/trust`), which decides on every certificate. The codes are
 * those of `session.setCertificateVerifyProc`.
 */
export const verifyCode = { accept: 0, refuse: -2, chromiumDecides: -3 } as const;
export type VerifyCode = (typeof verifyCode)[keyof typeof verifyCode];

/** A certificate with its issuer's, as in Electron's type. The last one of a chain has no issuer. */
export interface PresentedCertificate {
  data: string; // PEM
  issuerCert?: PresentedCertificate;
}

/** Chromium's question: the host, the certificate that it presented, and Chromium's own result (0: the system trusts it). */
export interface VerifyRequest {
  hostname: string;
  certificate: PresentedCertificate;
  errorCode: number;
}

/** Longer than any chain in use. It also stops at a chain whose last certificate names itself as issuer. */
const maxChain = 10;

/** The presented chain, leaf first. Empty when the leaf cannot be read. */
export function chainOf(certificate: PresentedCertificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  let next: PresentedCertificate | undefined = certificate;
  while (next && chain.length < maxChain && !seen.has(next.data)) {
    seen.add(next.data);
    try {
      chain.push(new X509Certificate(next.data));
    } catch {
      // Certificates after one that cannot be read prove nothing: the verifier gets a shorter chain
      break;
    }
    next = next.issuerCert;
  }
  return chain;
}

/** Asks the verifier and translates its verdict into Chromium's codes. `failure` is null when the page may load. */
export function decide(request: VerifyRequest, verifier: CertificateVerifier): { code: VerifyCode; failure: Failure | null } {
  const chain = chainOf(request.certificate);
  const systemTrusts = request.errorCode === 0;
  const verdict: Verdict =
    chain.length === 0
      ? { kind: 'refuse', failure: { code: 'certificate-untrusted', params: { host: request.hostname } } }
      : verifier({ host: plainHost(request.hostname), chain, systemTrusts });
  // A page cannot ask the person about a certificate, so `ask` is a refusal here
  if (verdict.kind !== 'accept') return { code: verifyCode.refuse, failure: verdict.failure };
  // If the system trusts it too, Chromium keeps its own result, which includes Certificate Transparency
  return { code: systemTrusts ? verifyCode.chromiumDecides : verifyCode.accept, failure: null };
}
