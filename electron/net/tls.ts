import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import tls, { type PeerCertificate, type TLSSocket } from 'node:tls';
import { CausewayError, fail, throwIfCancelled, type Failure } from '../../shared/failure.ts';
import type { PromptOf } from '../../shared/prompt.ts';
import { withDeadline } from './deadline.ts';
import { spkiSha256, type CertificateVerifier, type Presented } from '../trust/verifier.ts';
import { shownAs, type Endpoint } from './endpoint.ts';
import { connectPlain } from './tcp.ts';
import { connectVia } from './proxy/proxy.ts';
import { systemRoots, type SystemRoots } from '../trust/roots.ts';

/** Most certificates read from a chain; the rest is ignored. */
const maxChain = 10;

/** Nothing vouches for a server's certificate, so a person has to decide. `prompt` is the question for them. */
export class CertificateQuestion extends CausewayError {
  constructor(
    readonly prompt: PromptOf<'certificate'>,
    failure: Failure,
  ) {
    super(failure);
  }
}

export interface TlsOptions {
  /** Aborting it destroys the socket and rejects with `cancelled`. */
  signal: AbortSignal;
  /** For name lookup, TCP and TLS together. */
  timeoutMs: number;
  /** Protocols to offer (RFC 7301). */
  alpn?: readonly string[];
  /** Other roots than this computer's, for tests. */
  roots?: SystemRoots;
}

/** Refused with the roots known so far. This computer's own roots are still being read and may vouch for it. */
class RootsAwaited extends CausewayError {}

/**
 * Opens a TLS connection and lets the verifier decide on the certificate before any byte of ours is sent.
 *
 * Rejects with `gateway-name-unknown`, `gateway-unreachable`, `local-network`, `gateway-silent` (TCP is up, but nothing
 * comes), `gateway-closed` (the server hung up during the handshake), `gateway-not-secure` (it answers, but not in TLS), a
 * `certificate-*` failure, a {@link CertificateQuestion}, or `cancelled`. Through a proxy, also rejects as
 * {@link connectVia}.
 *
 * If only this computer's own roots could vouch for the certificate and they are still being read, drops the connection and
 * connects again once they are there. Rejects with `roots-late` if that takes too long.
 */
export async function connectTls(endpoint: Endpoint, verifier: CertificateVerifier, options: TlsOptions): Promise<TLSSocket> {
  const { signal } = options;
  throwIfCancelled(signal);
  const roots = options.roots ?? systemRoots;
  const first = await connectOnce(endpoint, verifier, options).catch((error: unknown) => {
    if (error instanceof RootsAwaited) return null;
    throw error;
  });
  if (first) return first;
  const isComplete = await roots.whenComplete(signal);
  if (!isComplete) throw fail('roots-late', { host: shownAs(endpoint) });
  return connectOnce(endpoint, verifier, options);
}

async function connectOnce(endpoint: Endpoint, verifier: CertificateVerifier, options: TlsOptions): Promise<TLSSocket> {
  const { timeoutMs } = options;
  const until = performance.now() + timeoutMs;
  const { via, loopbackPort } = endpoint;
  const socket = via && loopbackPort === undefined ? await connectVia(via, endpoint, options) : await connectPlain(endpoint, options);
  return handshake(endpoint, verifier, { ...options, timeoutMs: Math.max(1, until - performance.now()) }, socket);
}

/** @param through the connection to use */
function handshake(
  endpoint: Endpoint,
  verifier: CertificateVerifier,
  { signal, timeoutMs, alpn, roots = systemRoots }: TlsOptions,
  through: Socket,
): Promise<TLSSocket> {
  const gateway = { host: shownAs(endpoint) };
  const socket = tls.connect({
    socket: through,
    // SNI must not hold an IP address (RFC 6066)
    ...(isIP(endpoint.host) ? {} : { servername: endpoint.host }),
    ...(alpn ? { ALPNProtocols: [...alpn] } : {}),
    secureContext: roots.context(endpoint.oldTls === true),
    // Node verifies anyway and puts the result in `authorized`; our verifier decides
    rejectUnauthorized: false,
    checkServerIdentity: (_connectedTo, certificate) => tls.checkServerIdentity(endpoint.host, certificate),
  });
  const knowsAllRoots = roots.isComplete;
  const bound = {
    signal,
    ms: timeoutMs,
    late: () => fail('gateway-silent', gateway),
    release: () => {
      socket.on('error', () => undefined); // a destroyed socket may still emit an error
      socket.destroy();
    },
  };
  return withDeadline<TLSSocket>(bound, (done, failed) => {
    const onError = (cause: Error): void => failed(fail(codeOf(cause), gateway, { detail: cause.message, cause }));
    socket.on('error', onError);
    socket.once('secureConnect', () => {
      const leaf = leafOf(socket);
      const { host } = endpoint;
      const refusal = refusalOf(socket, verifier, host, leaf);
      if (leaf) accepted.set(socket, leaf);
      if (refusal) {
        const mayBeTrustedLater =
          !knowsAllRoots &&
          !socket.authorized &&
          verificationError(verifier, { host, chain: leaf ? [leaf] : [], systemTrusts: true }) === null;
        failed(mayBeTrustedLater ? new RootsAwaited(refusal.failure) : refusal);
        return;
      }
      // From here on the caller handles its errors
      socket.removeListener('error', onError);
      done(socket);
    });
  });
}

const accepted = new WeakMap<TLSSocket, X509Certificate>();

/** The certificate that the verifier accepted for a connection of {@link connectTls}. */
export function acceptedCertificate(socket: TLSSocket): X509Certificate | null {
  return accepted.get(socket) ?? null;
}

/** The verifier's verdict as an error. Null: the certificate is accepted. */
export function verificationError(verifier: CertificateVerifier, presented: Presented): CausewayError | null {
  const verdict = verifier(presented);
  switch (verdict.kind) {
    case 'accept':
      return null;
    case 'refuse':
      return new CausewayError(verdict.failure);
    case 'ask':
      return new CertificateQuestion(certificatePrompt(presented), verdict.failure);
  }
}

/** The question for the person about a host's certificate. */
function certificatePrompt({ host, chain }: Presented): PromptOf<'certificate'> {
  const [leaf] = chain;
  if (!leaf) throw fail('gateway-not-secure', { host });
  const line = (name: string) => name.replaceAll('\n', ', ').slice(0, 200);
  return {
    kind: 'certificate',
    host: host.slice(0, 200),
    sha256: leaf.fingerprint256,
    key: spkiSha256(leaf),
    subject: line(leaf.subject),
    issuer: line(leaf.issuer),
    validUntil: Date.parse(leaf.validTo),
  };
}

/**
 * The verifier's verdict on a server, as an error or null. It sees the server's own certificate alone first, and the whole chain
 * only if that is not enough: Node leaks a copy of each other certificate in it, about 5 kB (`X509_dup` and `sk_X509_delete` in
 * src/crypto/crypto_x509.cc; seen with Node 20.20).
 */
function refusalOf(socket: TLSSocket, verifier: CertificateVerifier, host: string, leaf: X509Certificate | null): CausewayError | null {
  const systemTrusts = socket.authorized;
  if (leaf && verificationError(verifier, { host, chain: [leaf], systemTrusts }) === null) return null;
  return verificationError(verifier, { host, chain: chainOf(socket), systemTrusts });
}

/** The server's own certificate. Null if it sent none: Node then returns an object without fields, whatever its type says. */
function leafOf(socket: TLSSocket): X509Certificate | null {
  const peer: Partial<PeerCertificate> = socket.getPeerCertificate();
  return peer.raw ? new X509Certificate(peer.raw) : null;
}

/** The server's certificate chain, leaf first. */
function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let at = socket.getPeerX509Certificate(); at && chain.length < maxChain; at = at.issuerCertificate) chain.push(at);
  return chain;
}

function codeOf(error: Error): 'gateway-closed' | 'gateway-not-secure' {
  const code = 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'gateway-closed' : 'gateway-not-secure';
}
