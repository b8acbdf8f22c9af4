import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import { sameSecret } from '../secrets.ts';

/**
 * What a campus checks of a security key: the parts of Web Authentication (https://www.w3.org/TR/webauthn-3/) that a key
 * without attestation needs. Binary values are base64url.
 */

/** COSE numbers of the algorithms that browsers' keys use: ES256, EdDSA, RS256. In the order of preference. */
export const keyAlgorithms = [-7, -8, -257] as const;

const binary = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .max(4096);

/** What the browser returns for a new key. */
export const registrationSchema = z.object({
  credentialId: binary,
  clientData: binary,
  authenticatorData: binary,
  publicKey: binary,
  algorithm: z.coerce.number().pipe(z.literal(keyAlgorithms)),
});
export type Registration = z.infer<typeof registrationSchema>;

/** What the browser returns for a sign-in with a key. */
export const assertionSchema = z.object({
  credentialId: binary,
  clientData: binary,
  authenticatorData: binary,
  signature: binary,
});
export type Assertion = z.infer<typeof assertionSchema>;

/** What the campus expects of an answer. */
export interface Expected {
  challenge: string;
  /** The domain that keys belong to. */
  domain: string;
  /** The hosts below it whose pages may ask for a key. */
  hosts: readonly string[];
}

const clientDataSchema = z.object({ type: z.string(), challenge: z.string(), origin: z.url() });

/** Authenticator data (section 6.1): 32 bytes hash of the domain, a byte of flags, four of the signature counter. */
const headBytes = 37;
const flag = { userPresent: 0x01, attestedCredential: 0x40 } as const;
/** The attested credential begins with 16 bytes for the model, and two for the length of the ID that follows. */
const modelBytes = 16;

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');
const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest();

/**
 * Checks a new key (section 7.1). Returns its signature counter, or null when the answer does not fit. The campus asks for no attestation,
 * so nothing proves the key's maker, and the public key is as the browser names it.
 */
export function checkRegistration(answer: Registration, expected: Expected): { signCount: number } | null {
  const data = bytes(answer.authenticatorData);
  if (!checkClientData(answer.clientData, 'webauthn.create', expected) || !checkHead(data, expected)) return null;
  if (((data[32] ?? 0) & flag.attestedCredential) === 0 || data.length < headBytes + modelBytes + 2) return null;
  const idStart = headBytes + modelBytes + 2;
  const id = data.subarray(idStart, idStart + data.readUInt16BE(headBytes + modelBytes));
  if (!id.equals(bytes(answer.credentialId)) || publicKeyOf(answer.publicKey, answer.algorithm) === null) return null;
  return { signCount: data.readUInt32BE(33) };
}

/** Checks a signature of a known key (section 7.2). Returns the new counter, or null. */
export function checkAssertion(
  answer: Assertion,
  known: { publicKey: string; algorithm: number; signCount: number },
  expected: Expected,
): { signCount: number } | null {
  const data = bytes(answer.authenticatorData);
  if (!checkClientData(answer.clientData, 'webauthn.get', expected) || !checkHead(data, expected)) return null;
  const signCount = data.readUInt32BE(33);
  // If the counter does not grow, somebody has copied the key. Keys without a counter always send 0
  if ((signCount > 0 || known.signCount > 0) && signCount <= known.signCount) return null;
  const key = publicKeyOf(known.publicKey, known.algorithm);
  const signed = Buffer.concat([data, sha256(bytes(answer.clientData))]);
  if (key === null || !verify(known.algorithm === -8 ? null : 'sha256', signed, key, bytes(answer.signature))) return null;
  return { signCount };
}

/** Checks what the browser itself reports about the page that asked. */
function checkClientData(clientData: string, type: string, { challenge, hosts }: Expected): boolean {
  let client;
  try {
    client = clientDataSchema.parse(JSON.parse(bytes(clientData).toString('utf8')));
  } catch {
    return false; // not a browser's
  }
  const origin = new URL(client.origin);
  return client.type === type && sameSecret(client.challenge, challenge) && origin.protocol === 'https:' && hosts.includes(origin.hostname);
}

function checkHead(data: Buffer, { domain }: Expected): boolean {
  return data.length >= headBytes && data.subarray(0, 32).equals(sha256(domain)) && ((data[32] ?? 0) & flag.userPresent) !== 0;
}

const keyTypes: Readonly<Record<number, string>> = { [-7]: 'ec', [-8]: 'ed25519', [-257]: 'rsa' };

/** The key, if it fits its algorithm. */
function publicKeyOf(publicKey: string, algorithm: number): KeyObject | null {
  try {
    const key = createPublicKey({ key: bytes(publicKey), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === keyTypes[algorithm] ? key : null;
  } catch {
    return null; // not a key
  }
}
