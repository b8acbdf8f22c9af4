import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export { Extension } from '@peculiar/x509';

/** A certificate with its key, and what is needed to sign others with it. */
export interface Issued {
  pem: string;
  keyPem: string;
  certificate: X509Certificate;
  name: string;
  keys: CryptoKeyPair;
}

export interface CertificateOptions {
  name?: string;
  dns?: string[];
  ip?: string[];
  notBefore?: Date;
  notAfter?: Date;
  /** An authority with at most this many authorities below it. Absent: a server. */
  authority?: { pathLength?: number };
  usages?: string[];
  keys?: CryptoKeyPair;
  extensions?: x509.Extension[];
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
export const dayMs = 86_400_000;

export const newKeys = (): Promise<CryptoKeyPair> => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

/** A certificate signed by `by`, or self-signed. */
export async function issue(by: Issued | null, wishes: CertificateOptions): Promise<Issued> {
  const keys = wishes.keys ?? (await newKeys());
  const name = wishes.name ?? `CN=${wishes.dns?.[0] ?? wishes.ip?.[0] ?? 'authority'}`;
  const names = [
    ...(wishes.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(wishes.ip ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    subject: name,
    issuer: by?.name ?? name,
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    notBefore: wishes.notBefore ?? new Date(Date.now() - dayMs),
    notAfter: wishes.notAfter ?? new Date(Date.now() + 30 * dayMs),
    extensions: [
      ...(wishes.authority
        ? [
            new x509.BasicConstraintsExtension(true, wishes.authority.pathLength, true),
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
          ]
        : []),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ...(wishes.usages ? [new x509.ExtendedKeyUsageExtension(wishes.usages)] : []),
      ...(wishes.extensions ?? []),
    ],
  });
  const pem = `${certificate.toString('pem')}\n`;
  const keyPem = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { pem, keyPem, certificate: new X509Certificate(pem), name, keys };
}
