import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { connect, type DetailedPeerCertificate } from 'node:tls';

/** A certificate as `setCertificateVerifyProc` hands it over. */
export interface Certificate {
  /** PEM. */
  data: string;
  /** `sha256/` and base64, of the DER. */
  fingerprint: string;
  issuerName: string;
  subjectName: string;
  serialNumber: string;
  /** Seconds since 1970. */
  validStart: number;
  validExpiry: number;
  /** The next certificate that the server sent, if any. */
  issuerCert?: Certificate;
}

/** What the app's verify procedure is asked. */
export interface VerifyRequest {
  hostname: string;
  certificate: Certificate;
  validatedCertificate: Certificate;
  isIssuedByKnownRoot: boolean;
  /** `net::OK` or the name of Chromium's error, for example `net::ERR_CERT_AUTHORITY_INVALID`. */
  verificationResult: string;
  /** 0 or Chromium's number. */
  errorCode: number;
}

/** Answers 0 (accept), -3 (Chromium's own verdict) or another of Chromium's errors. */
export type VerifyProc = (request: VerifyRequest, callback: (result: number) => void) => void;

/** What a server presents on `stream`, and what Node's own roots say of it. */
export async function inspectServer(hostname: string, stream: Duplex): Promise<VerifyRequest> {
  const socket = connect({
    socket: stream,
    rejectUnauthorized: false,
    ...(/^[\d.]+$|:/.test(hostname) ? {} : { servername: hostname }),
    host: hostname,
  });
  try {
    await once(socket, 'secureConnect');
    const certificate = certificateOf(socket.getPeerCertificate(true));
    const result = verdictOf(socket.authorized ? '' : String(socket.authorizationError));
    return { hostname, certificate, validatedCertificate: certificate, isIssuedByKnownRoot: result.errorCode === 0, ...result };
  } finally {
    socket.destroy();
  }
}

/** OpenSSL's reasons (as Node names them) in Chromium's terms. */
function verdictOf(reason: string): { verificationResult: string; errorCode: number } {
  if (reason === '') return { verificationResult: 'net::OK', errorCode: 0 };
  if (reason === 'ERR_TLS_CERT_ALTNAME_INVALID') return { verificationResult: 'net::ERR_CERT_COMMON_NAME_INVALID', errorCode: -200 };
  if (reason === 'CERT_HAS_EXPIRED' || reason === 'CERT_NOT_YET_VALID')
    return { verificationResult: 'net::ERR_CERT_DATE_INVALID', errorCode: -201 };
  return { verificationResult: 'net::ERR_CERT_AUTHORITY_INVALID', errorCode: -202 };
}

function certificateOf(peer: DetailedPeerCertificate, seen = new Set<string>()): Certificate {
  const parsed = new X509Certificate(peer.raw);
  const { issuerCertificate: issuer } = peer;
  seen.add(peer.fingerprint256);
  return {
    data: parsed.toString(),
    fingerprint: `sha256/${createHash('sha256').update(peer.raw).digest('base64')}`,
    issuerName: commonName(parsed.issuer),
    subjectName: commonName(parsed.subject),
    serialNumber: parsed.serialNumber,
    validStart: Date.parse(parsed.validFrom) / 1000,
    validExpiry: Date.parse(parsed.validTo) / 1000,
    // Node's list ends in a root that names itself, or in nothing at all
    ...(Reflect.has(peer, 'issuerCertificate') && !seen.has(issuer.fingerprint256) && { issuerCert: certificateOf(issuer, seen) }),
  };
}

const commonName = (name: string): string => /^CN=(.*)$/m.exec(name)?.[1] ?? name;
