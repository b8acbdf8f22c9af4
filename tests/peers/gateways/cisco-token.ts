import { createCipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, randomBytes } from 'node:crypto';

/** Where libopenconnect waits for the person's own browser, on IPv6's loopback. */
export const browserPort = 29_786;

/**
 * What one of Cisco's gateways sends a browser back with: the token that signs the person in, encrypted for the client
 * that asked, with the key from its request (base64 of a P-256 public key, DER).
 */
export function sealedToken(token: string, clientKey: string): string {
  const ours = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const theirs = createPublicKey({ key: Buffer.from(clientKey, 'base64'), format: 'der', type: 'spki' });
  const shared = diffieHellman({ privateKey: ours.privateKey, publicKey: theirs });
  const key = Buffer.from(hkdfSync('sha256', shared, Buffer.alloc(32), 'AC_ECIES', 32));
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 12 });
  const sealed = Buffer.concat([cipher.update(token), cipher.final()]);
  const parts = [ours.publicKey.export({ format: 'der', type: 'spki' }), cipher.getAuthTag(), sealed, iv];
  const begin = Buffer.from([0, 1]);
  return Buffer.concat([begin, ...parts.flatMap((part, at) => [head(at + 1, part.length), part])]).toString('base64');
}

function head(tag: number, length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16BE(tag, 0);
  bytes.writeUInt16BE(length, 2);
  return bytes;
}

/** A key like a client's, but not from any request. */
export function strangersKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
}
