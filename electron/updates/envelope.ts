import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import { fail } from '../../shared/failure.ts';
import { metadataSchema, type Metadata } from './metadata.ts';

/**
 * The signed form of update metadata: the exact bytes that were signed, and Ed25519 signatures (RFC 8032) of them. The bytes
 * are carried as they are, so that nobody has to agree on how JSON is written.
 */

/** What is signed before the bytes, so that no signature of ours for anything else can be passed off as one of these. */
const context = Buffer.from('causeway update metadata 1\n');
/** DER of an Ed25519 key without its 32 bytes (RFC 8410). */
const publicKeyHead = Buffer.from('302a300506032b6570032100', 'hex');

const base64 = z.string().check(z.regex(/^[A-Za-z0-9+/]+={0,2}$/));
const envelopeSchema = z.object({
  signed: base64,
  /** Two while a key is being changed. */
  signatures: z.array(base64.check(z.maxLength(100))).check(z.minLength(1), z.maxLength(4)),
});

/** A public key from its 32 bytes in base64, as `build/updates/updates.json` has it. Throws if it is none. */
export function readPublicKey(text: string): KeyObject {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 32) throw new Error('a public key of Ed25519 has 32 bytes');
  return createPublicKey({ key: Buffer.concat([publicKeyHead, bytes]), format: 'der', type: 'spki' });
}

/** The 32 bytes of a public key, in base64. */
export const writePublicKey = (key: KeyObject): string =>
  key.export({ format: 'der', type: 'spki' }).subarray(publicKeyHead.length).toString('base64');

/** The text of a metadata file: signed with each of the keys. */
export function signMetadata(metadata: Metadata, keys: readonly KeyObject[]): string {
  const bytes = Buffer.from(JSON.stringify(metadata));
  const signatures = keys.map((key) => sign(null, Buffer.concat([context, bytes]), key).toString('base64'));
  return `${JSON.stringify({ signed: bytes.toString('base64'), signatures }, null, 2)}\n`;
}

/**
 * What a server's metadata says, if one of the keys has signed it. Nothing in it is read before that.
 *
 * Fails with `update-untrusted` if none of them has, and with `update-invalid` if it is no such file, or if what was signed
 * breaks a rule.
 *
 * @param json the file, unchecked
 */
export function openEnvelope(json: unknown, keys: readonly KeyObject[]): Metadata {
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) throw fail('update-invalid', { key: 'signed' });
  const bytes = Buffer.from(envelope.data.signed, 'base64');
  const signed = Buffer.concat([context, bytes]);
  const isOurs = envelope.data.signatures.some((each) => keys.some((key) => verify(null, signed, key, Buffer.from(each, 'base64'))));
  if (!isOurs) throw fail('update-untrusted');
  const metadata = metadataSchema.safeParse(parse(bytes));
  if (metadata.success) return metadata.data;
  const { path = [] } = metadata.error.issues[0] ?? {};
  throw fail('update-invalid', { key: path.map(String).join('.').slice(0, 100) || 'signed' });
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
