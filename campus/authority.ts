import 'reflect-metadata';
import { createPrivateKey, X509Certificate, webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import * as z from 'zod';
import { fail } from '../shared/failure.ts';
import { isMissing, replaceFile } from './durable-file.ts';

/** A certificate and its key, PEM. */
const credentialSchema = z.object({ certificate: z.string(), key: z.string() });
type Credential = z.infer<typeof credentialSchema>;
const fileSchema = z.object({ authority: credentialSchema, services: credentialSchema, portal: credentialSchema });
type Credentials = z.infer<typeof fileSchema>;

export const authorityFileName = 'authority.json';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;
const authorityDays = 3650;
/** Apple limits certificates of private authorities to 825 days. The limit for public ones is 398. */
const serverDays = 397;
/** A server certificate that expires sooner than this is renewed at start. */
const renewDays = 30;

/** The names of everything but the portal: the real names, names that every browser resolves to loopback, and loopback itself. */
const serviceNames = {
  dns: [
    'campus.test',
    'vpn.campus.test',
    'recovery.campus.test',
    'phone.campus.test',
    'login.campus.test',
    'duo.campus.test',
    'localhost',
    'campus.localhost',
    'vpn.localhost',
    'recovery.localhost',
    'phone.localhost',
  ],
  ip: ['127.0.0.1', '::1'],
} as const;
const portalNames = { dns: ['2fa.campus.test'], ip: [] } as const;

/** What a TLS server needs: its certificate, followed by the authority's, and its key. */
export interface ServerCredential {
  cert: string;
  key: string;
}

/** The campus's own certificate authority and the certificates that it has issued. */
export interface Authority {
  pem: string;
  /** SHA-256 fingerprint of the authority's certificate, colon-separated hex. */
  sha256: string;
  services: ServerCredential;
  portal: ServerCredential;
}

/**
 * Opens the authority in `directory`, or creates it. Server certificates are renewed in time, and when a name is new, with the
 * same key, so that a pinned key stays valid. Fails with `settings-damaged` when the file is not ours.
 */
export async function openAuthority(directory: string): Promise<Authority> {
  const file = join(directory, authorityFileName);
  const stored = await load(file);
  const current = stored ? await renew(stored) : await create();
  if (current !== stored) await replaceFile(file, JSON.stringify(current));
  const { authority, services, portal } = current;
  const server = ({ certificate, key }: Credential): ServerCredential => ({ cert: `${certificate}\n${authority.certificate}\n`, key });
  return {
    pem: `${authority.certificate}\n`,
    sha256: new X509Certificate(authority.certificate).fingerprint256,
    services: server(services),
    portal: server(portal),
  };
}

async function load(file: string): Promise<Credentials | null> {
  try {
    const parsed = fileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    for (const { certificate, key } of Object.values(parsed)) {
      if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) throw new Error('a key does not match its certificate');
    }
    return parsed;
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw fail('settings-damaged', { file }, { cause, detail: 'the authority of this campus cannot be read' });
  }
}

async function create(): Promise<Credentials> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Campus Test University Authority, O=Campus Test University',
    keys,
    signingAlgorithm: algorithm,
    ...validFor(authorityDays),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const authority = { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
  return {
    authority,
    services: await issue(authority, serviceNames, await generateKeys()),
    portal: await issue(authority, portalNames, await generateKeys()),
  };
}

async function renew(stored: Credentials): Promise<Credentials> {
  const isDue = ({ certificate }: Credential, { dns }: ServerNames): boolean => {
    const current = new X509Certificate(certificate);
    const expiresSoon = Date.parse(current.validTo) - Date.now() < renewDays * dayMs;
    // An older version of the campus had fewer names
    return expiresSoon || dns.some((name) => current.checkHost(name) === undefined);
  };
  if (!isDue(stored.services, serviceNames) && !isDue(stored.portal, portalNames)) return stored;
  return {
    authority: stored.authority,
    services: await issue(stored.authority, serviceNames, await importKeys(stored.services)),
    portal: await issue(stored.authority, portalNames, await importKeys(stored.portal)),
  };
}

interface ServerNames {
  dns: readonly string[];
  ip: readonly string[];
}

async function issue(authority: Credential, names: ServerNames, keys: CryptoKeyPair): Promise<Credential> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const signingKey = (await importKeys(authority)).privateKey;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${names.dns[0] ?? 'campus.test'}, O=Campus Test University`,
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    ...validFor(serverDays),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...names.dns.map((value) => ({ type: 'dns' as const, value })),
        ...names.ip.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

const generateKeys = (): Promise<CryptoKeyPair> => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

/** Certificates start a day early, for clocks that are behind. A wrong time zone alone can make an hour. */
const validFor = (days: number): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(Date.now() - dayMs),
  notAfter: new Date(Date.now() + days * dayMs),
});

async function exportKey(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function importKeys({ certificate, key }: Credential): Promise<CryptoKeyPair> {
  const pkcs8 = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
  return {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
    publicKey: await new x509.X509Certificate(certificate).publicKey.export(algorithm, ['verify']),
  };
}
