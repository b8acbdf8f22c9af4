import { readFileSync } from 'node:fs';
import tls from 'node:tls';

/** Where Linux distributions keep the roots that they and the administrator trust: Debian and its kin, Fedora and its kin. */
const systemBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

let context: tls.SecureContext | null = null;

/**
 * TLS 1.2 or newer against Node's bundled roots, the operating system's where Node or a bundle file gives them,
 * and NODE_EXTRA_CA_CERTS. Made at the first use and kept: reading some hundred roots takes tens of milliseconds.
 */
export function systemContext(): tls.SecureContext {
  context ??= tls.createSecureContext({ ca: [...systemRoots()], minVersion: 'TLSv1.2' });
  return context;
}

function systemRoots(): Set<string> {
  const extra = process.env['NODE_EXTRA_CA_CERTS'];
  const bundles = [...(process.platform === 'linux' ? systemBundles : []), ...(extra ? [extra] : [])];
  return new Set([...tls.rootCertificates, ...nodesOwn(), ...bundles.flatMap(readBundle)].map((pem) => pem.trim()));
}

/** Node 22.15 and newer read the operating system's store; older ones, and their types, have no such function. */
function nodesOwn(): readonly string[] {
  const node: { rootCertificates: readonly string[]; getCACertificates?: (store: 'system') => readonly string[] } = tls;
  return node.getCACertificates?.('system') ?? [];
}

/** A bundle that is not there adds nothing: without it fewer servers are trusted, never more. */
function readBundle(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  } catch {
    return [];
  }
}
