import type { X509Certificate } from 'node:crypto';
import { elements, hex, tags, type Element } from './der.ts';

/** A certificate's extension, which Node does not expose: RFC 5280, section 4.2. Node has already parsed the certificate, so its lengths are valid. */
export interface Extension {
  /** The object identifier's DER content, in hex. */
  oid: string;
  critical: boolean;
  value: Uint8Array;
}

/** Object identifiers of extensions (2.5.29.x). */
export const oids = { alternativeNames: '551d11', basicConstraints: '551d13', nameConstraints: '551d1e' } as const;

/** Extensions that our path check or Node handles: those above, key usage, policies, extended key usage. */
const handledExtensions: readonly string[] = [...Object.values(oids), '551d0f', '551d20', '551d25'];

const extensionsTag = 0xa3;

/** How many authorities may be between this one and a server: basicConstraints' pathLenConstraint, or no limit. */
export function pathLength(authority: X509Certificate): number {
  const constraints = extensionOf(authority, oids.basicConstraints);
  const [sequence] = constraints ? elements(constraints) : [];
  const length = sequence && elements(sequence.content).find((element) => element.tag === tags.integer);
  return length ? length.content.reduce((value, byte) => value * 256 + byte, 0) : Infinity;
}

/** Whether a certificate has a critical extension that we do not handle. It can then vouch for nothing. */
export function hasUnknownConstraint(certificate: X509Certificate): boolean {
  return extensionsOf(certificate).some(({ oid, critical }) => critical && !handledExtensions.includes(oid));
}

/** The value of an extension, or null if the certificate has none of this kind. */
export function extensionOf(certificate: X509Certificate, oid: string): Uint8Array | null {
  return extensionsOf(certificate).find((extension) => extension.oid === oid)?.value ?? null;
}

/**
 * The subject of a certificate as DER: the content of its Name. TBSCertificate ::= SEQUENCE { version [0], serialNumber,
 * signature, issuer, validity, subject, … }
 */
export function subjectOf(certificate: X509Certificate): Uint8Array {
  const [version, ...rest] = bodyOf(certificate);
  const fields = version?.tag === 0xa0 ? rest : [version, ...rest];
  return fields[4]?.content ?? new Uint8Array();
}

/** Certificate ::= SEQUENCE { tbsCertificate SEQUENCE { …, [3] EXPLICIT SEQUENCE OF Extension }, … } */
function extensionsOf(certificate: X509Certificate): Extension[] {
  const explicit = bodyOf(certificate).find((element) => element.tag === extensionsTag);
  const [list] = explicit ? elements(explicit.content) : [];
  return list ? elements(list.content).map(readExtension) : [];
}

function bodyOf(certificate: X509Certificate): Element[] {
  const [whole] = elements(certificate.raw);
  const [body] = whole ? elements(whole.content) : [];
  return body ? elements(body.content) : [];
}

/** Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING } */
function readExtension({ content }: Element): Extension {
  const parts = elements(content);
  const critical = parts.some((part) => part.tag === tags.boolean && part.content[0] !== 0);
  return { oid: hex(parts[0]?.content ?? new Uint8Array()), critical, value: parts.at(-1)?.content ?? new Uint8Array() };
}
