import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';
import { app } from './app.ts';
import { stage } from './registry.ts';

/**
 * Electron's `safeStorage` on Linux, over the real Secret Service: the scheme and the prefixes are Chromium's
 * (`components/os_crypt`), so everybody can read a file with the prefix `v10`, and one with `v11` needs the keyring's key.
 * The key is looked up once in a run. On other systems the double has no key store, only the public key.
 *
 * `XDG_CURRENT_DESKTOP` and `--password-store` choose the store, as in Electron. Only the asynchronous calls are here: the synchronous ones
 * are deprecated.
 */

const open = { tag: 'v10', secret: 'peanuts' } as const;
const sealed = { tag: 'v11' } as const;
/** Chromium's initialisation vector: sixteen spaces. Nothing authenticates the text. */
const vector = Buffer.alloc(16, ' ');

interface Key {
  tag: string;
  bytes: Buffer;
}

const keyFrom = (tag: string, secret: string): Key => ({ tag, bytes: pbkdf2Sync(secret, 'saltysalt', 1, 16, 'sha1') });

const passwordStore = (): string => app.commandLine.getSwitchValue('password-store');

/** Which key store Electron says that it chose (`SelectBackend` in key_storage_util_linux.cc). */
function selectedBackend(): string {
  if (!stage.isReady) return 'unknown';
  const asked: Record<string, string> = {
    'basic': 'basic_text',
    'gnome-libsecret': 'gnome_libsecret',
    'kwallet': 'kwallet',
    'kwallet5': 'kwallet5',
    'kwallet6': 'kwallet6',
  };
  const named = asked[passwordStore()];
  if (named !== undefined) return named;
  const desktops = (process.env['XDG_CURRENT_DESKTOP'] ?? '').split(':');
  const gnomes = ['X-Cinnamon', 'Deepin', 'GNOME', 'Pantheon', 'XFCE', 'UKUI', 'Unity'];
  for (const desktop of desktops) {
    if (gnomes.includes(desktop)) return 'gnome_libsecret';
    if (desktop === 'KDE') return { '5': 'kwallet5', '6': 'kwallet6' }[process.env['KDE_SESSION_VERSION'] ?? ''] ?? 'kwallet';
  }
  return 'basic_text';
}

let keys: Promise<readonly Key[]> | null = null;

/** The keys of this run, the one that encrypts last. */
function keyRing(): Promise<readonly Key[]> {
  keys ??= keyringKey().then((own) => [keyFrom(open.tag, open.secret), ...(own ? [own] : [])]);
  return keys;
}

/** The key in the keyring, which is made at the first use. Null where there is no keyring, or it stays locked. */
async function keyringKey(): Promise<Key | null> {
  if (process.platform !== 'linux' || passwordStore() === 'basic') return null;
  try {
    const { default: keytar } = await import('keytar');
    const name = `${app.name} Safe Storage`;
    const known = await keytar.getPassword(name, app.name);
    const secret = known ?? randomBytes(16).toString('base64');
    if (known === null) await keytar.setPassword(name, app.name, secret);
    return keyFrom(sealed.tag, secret);
  } catch {
    return null;
  }
}

function readyOrThrow(): void {
  if (!stage.isReady) throw new Error('safeStorage cannot be used before app is ready');
}

export const safeStorage = {
  /** True once there are keys, whichever: also where only the open one is. */
  async isAsyncEncryptionAvailable(): Promise<boolean> {
    if (!stage.isReady) return false;
    await keyRing();
    return true;
  },

  async encryptStringAsync(text: string): Promise<Buffer> {
    readyOrThrow();
    const key = (await keyRing()).at(-1);
    if (text === '') return Buffer.alloc(0);
    if (!key) throw new Error('Error while encrypting the text provided to safeStorage.encryptStringAsync.');
    const cipher = createCipheriv('aes-128-cbc', key.bytes, vector);
    return Buffer.concat([Buffer.from(key.tag), cipher.update(text, 'utf8'), cipher.final()]);
  },

  async decryptStringAsync(encrypted: Buffer): Promise<{ shouldReEncrypt: boolean; result: string }> {
    readyOrThrow();
    if (!Buffer.isBuffer(encrypted)) throw new Error('Expected the first argument of decryptStringAsync() to be a buffer');
    if (encrypted.length === 0) return { shouldReEncrypt: false, result: '' };
    const ring = await keyRing();
    const key = ring.find(({ tag }) => encrypted.subarray(0, tag.length).toString('latin1') === tag);
    try {
      if (!key) throw new Error('no key of that name');
      const decipher = createDecipheriv('aes-128-cbc', key.bytes, vector);
      const result = Buffer.concat([decipher.update(encrypted.subarray(key.tag.length)), decipher.final()]).toString('utf8');
      return { shouldReEncrypt: key !== ring.at(-1), result };
    } catch {
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.');
    }
  },

  // Elsewhere there is no such function
  ...(process.platform === 'linux' && { getSelectedStorageBackend: selectedBackend }),
};

/** A test that plays a new run of the app within its own process: the next call looks for the key again. */
export function forgetKeys(): void {
  keys = null;
}
