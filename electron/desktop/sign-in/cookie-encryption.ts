import { safeStorage } from 'electron';

/** Linux ciphertext that begins with this was encrypted with a key that is in Chromium's source (`os_crypt_linux.cc`). */
const publicKeyTag = 'v10';
const insecureBackends: readonly string[] = ['basic_text', 'unknown'];

/**
 * Encrypts with Electron's `safeStorage`: Keychain on macOS, DPAPI on Windows, the Secret Service or KWallet on Linux.
 *
 * On Linux, `safeStorage` also works without a keychain and still reports that it is available. It then encrypts with a key
 * that is public. So {@link isAvailable} also checks the chosen store, and the ciphertext itself.
 */
export function safeStorageEncryption(platform: NodeJS.Platform = process.platform) {
  return {
    async isAvailable(): Promise<boolean> {
      try {
        if (!(await safeStorage.isAsyncEncryptionAvailable())) return false;
        if (platform === 'linux' && insecureBackends.includes(safeStorage.getSelectedStorageBackend())) return false;
        const sealed = await safeStorage.encryptStringAsync('probe');
        return platform !== 'linux' || sealed.subarray(0, publicKeyTag.length).toString('latin1') !== publicKeyTag;
      } catch {
        return false;
      }
    },
    encrypt: (text: string): Promise<Buffer> => safeStorage.encryptStringAsync(text),
    decrypt: async (sealed: Buffer): Promise<string> => (await safeStorage.decryptStringAsync(sealed)).result,
  };
}
