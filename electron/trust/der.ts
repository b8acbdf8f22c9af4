/** One element of DER (X.690): its content and its tag, which includes the class and the constructed bit. */
export interface Element {
  tag: number;
  content: Uint8Array;
}

/** The tags that we read in certificates. */
export const tags = { boolean: 0x01, integer: 0x02, objectIdentifier: 0x06, sequence: 0x30, set: 0x31 } as const;

/** The elements in DER bytes, one after the other. If a length is too large, the last one is cut off. */
export function elements(bytes: Uint8Array): Element[] {
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

/** Bytes as hex, to compare object identifiers and addresses. */
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
