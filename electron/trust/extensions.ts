import type { X509Certificate } from 'node:crypto';

/**
 * The two facts about a certificate authority that Node does not tell: how many authorities it may have below
 * it, and whether the certificate carries a constraint that we cannot honour. RFC 5280, section 4.2.
 */

interface Extension {
  /** The object identifier's DER content, in hex. */
  oid: string;
  critical: boolean;
  value: Uint8Array;
}

interface Element {
  tag: number;
  content: Uint8Array;
}

const basicConstraints = '551d13'; // 2.5.29.19
const nameConstraints = '551d1e'; // 2.5.29.30

/** Extensions that the path check or Node itself honours: basic constraints, key usage, alternative names, policies, extended key usage. */
const honoured = [basicConstraints, '551d0f', '551d11', '551d20', '551d25'];

const tags = { boolean: 0x01, integer: 0x02, sequence: 0x30, extensions: 0xa3 } as const;

/** How many authorities may stand between this one and a server: basicConstraints' pathLenConstraint, or no limit. */
export function pathLength(authority: X509Certificate): number {
  const constraints = extensionsOf(authority).find((extension) => extension.oid === basicConstraints);
  const [sequence] = constraints ? elements(constraints.value) : [];
  const length = sequence && elements(sequence.content).find((element) => element.tag === tags.integer);
  return length ? length.content.reduce((value, byte) => value * 256 + byte, 0) : Infinity;
}

/** Whether it carries a constraint that would have to be honoured and is not: then it can vouch for nothing. */
export function hasUnknownConstraint(certificate: X509Certificate): boolean {
  return extensionsOf(certificate).some(({ oid, critical }) => oid === nameConstraints || (critical && !honoured.includes(oid)));
}

/** Certificate ::= SEQUENCE { tbsCertificate SEQUENCE { …, [3] EXPLICIT SEQUENCE OF Extension }, … } */
function extensionsOf(certificate: X509Certificate): Extension[] {
  const [whole] = elements(certificate.raw);
  const [body] = whole ? elements(whole.content) : [];
  const explicit = body && elements(body.content).find((element) => element.tag === tags.extensions);
  const [list] = explicit ? elements(explicit.content) : [];
  return list ? elements(list.content).map(readExtension) : [];
}

/** Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING } */
function readExtension({ content }: Element): Extension {
  const parts = elements(content);
  const critical = parts.some((part) => part.tag === tags.boolean && part.content[0] !== 0);
  return { oid: Buffer.from(parts[0]?.content ?? []).toString('hex'), critical, value: parts.at(-1)?.content ?? new Uint8Array() };
}

/** The elements that lie side by side in DER bytes. Node has parsed the certificate before us: lengths hold. */
function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + lengthBytes;
    const length = lengthBytes === 0 ? first : bytes.subarray(at + 2, start).reduce((value, byte) => value * 256 + byte, 0);
    found.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}
