import { createHash, randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';

/** scrypt with Node's default cost (N = 2^14, r = 8, p = 1): tens of milliseconds for each attempt. */
const saltBytes = 16;
const keyBytes = 32;

/** Hashes a secret that people type, for storing: `scrypt$<salt>$<key>`, base64url. */
export async function slowHash(secret: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  return `scrypt$${salt.toString('base64url')}$${(await derive(secret, salt)).toString('base64url')}`;
}

/** Whether `secret` is the one that was hashed. Takes the same time for a right and a wrong one. */
export async function matchesSlowHash(secret: string, stored: string): Promise<boolean> {
  const [, salt = '', key = ''] = stored.split('$');
  const expected = Buffer.from(key, 'base64url');
  const actual = await derive(secret, Buffer.from(salt, 'base64url'));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function derive(secret: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret.normalize('NFKC'), salt, keyBytes, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

/** A random secret of 256 bits, base64url: 43 characters. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** The stored hash of a random token. A token has 256 random bits, so a fast hash is enough. */
export const fastHash = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** An identifier that is not secret. It is hexadecimal because people also type it on command lines, where a leading dash would be a flag. */
export const newId = (): string => randomBytes(12).toString('hex');

/** Random decimal digits, including leading zeros. */
export const randomDigits = (count: number): string => Array.from({ length: count }, () => randomInt(10)).join('');

/** Compares two short secrets in constant time. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(fastHash(a)), Buffer.from(fastHash(b)));
}
