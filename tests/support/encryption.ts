import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Encryption } from '../../electron/storage/page-sign-ins.ts';

/** Encrypts with a key of its own, in memory. */
export function testEncryption(isAvailable: () => Promise<boolean> = () => Promise.resolve(true)): Encryption {
  const key = randomBytes(32);
  return {
    isAvailable,
    encrypt(text) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Promise.resolve(Buffer.concat([iv, cipher.getAuthTag(), sealed]));
    },
    async decrypt(sealed) {
      await Promise.resolve();
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
      decipher.setAuthTag(sealed.subarray(12, 28));
      return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
    },
  };
}
