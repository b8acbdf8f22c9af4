import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { fail } from '../../shared/failure.ts';
import { keptCookieSchema, maxKept, type KeptCookie } from '../../shared/kept-cookie.ts';
import { retryWhileLockedSync } from '../system/locked-files.ts';

/** Encrypts with a key that only this person's keychain has: Electron's `safeStorage` in the app. */
export interface Encryption {
  /** Whether it really encrypts, so that nobody can read the text with this computer's disk alone. Never rejects. */
  isAvailable(): Promise<boolean>;
  encrypt(text: string): Promise<Buffer>;
  /** Rejects a text that it did not encrypt, or that was changed. */
  decrypt(sealed: Buffer): Promise<string>;
}

const version = 1;
/** Names and values are bounded, and encryption and base64 add less than half. */
const maxFileBytes = 1024 * 1024;

/** What can be read without the key: when it was used. The cookies are in `sealed`. */
const fileSchema = z.object({
  version: z.literal(version),
  /** Epoch milliseconds. */
  usedAt: z.number().check(z.minimum(0)),
  /** {@link sealedSchema} as JSON, encrypted, base64. */
  sealed: z.string().check(z.regex(/^[A-Za-z0-9+/]+=*$/)),
});
/** The profile's id is inside too: a file that was renamed must not give one campus's cookies to another. */
const sealedSchema = z.object({ profileId: z.string(), cookies: z.array(keptCookieSchema).check(z.maxLength(maxKept)) });

const nameOf = (profileId: string): string => `page-sign-in-${profileId}.json`;
const namePattern = /^page-sign-in-([a-z0-9][a-z0-9-]{0,62})\.json$/;
/** A file that a crash left before it was complete. */
const unfinishedPattern = /^page-sign-in-.*\.new$/;

/**
 * The sign-ins on campuses' own pages that people keep, in one encrypted file for each profile in the user-data folder. Without
 * the keychain, the file shows only when it was last used.
 */
export class PageSignInFiles {
  readonly #directory: string;
  readonly #encryption: Encryption | null;
  readonly #usedAt: Map<string, number>;

  /**
   * @param directory an absolute path. It need not exist yet
   * @param encryption null: files can be listed and removed, but not read or written
   */
  constructor(directory: string, encryption: Encryption | null = null) {
    this.#directory = directory;
    this.#encryption = encryption;
    this.#usedAt = new Map(this.#list());
  }

  /** Whether cookies can be kept encrypted. Never rejects. */
  async isEncrypted(): Promise<boolean> {
    return (await this.#encryption?.isAvailable()) ?? false;
  }

  /** The profiles that have a file, with the time of their last use in epoch milliseconds. */
  get all(): ReadonlyMap<string, number> {
    return this.#usedAt;
  }

  /**
   * The cookies of a profile; none if it has no file. Fails with `page-sign-in-damaged` when the file cannot be read or
   * decrypted. The caller then forgets it.
   */
  async read(profileId: string): Promise<readonly KeptCookie[]> {
    if (!this.#usedAt.has(profileId) || !this.#encryption) return [];
    try {
      const file = fileSchema.parse(JSON.parse(this.#text(profileId)));
      const sealed = sealedSchema.parse(JSON.parse(await this.#encryption.decrypt(Buffer.from(file.sealed, 'base64'))));
      if (sealed.profileId !== profileId) throw new Error('of another profile');
      return sealed.cookies;
    } catch (thrown) {
      // A parser's message may quote the cookies
      const detail = thrown instanceof z.core.$ZodError || thrown instanceof SyntaxError ? 'not what was written' : reasonOf(thrown);
      throw fail('page-sign-in-damaged', undefined, { detail });
    }
  }

  /** Writes a profile's file, or replaces it as a whole. Fails with `page-sign-in-not-kept`, which leaves the old file. */
  async write(profileId: string, cookies: readonly KeptCookie[], usedAt: number): Promise<void> {
    try {
      if (!this.#encryption) throw new Error('no encryption');
      const sealed = await this.#encryption.encrypt(JSON.stringify({ profileId, cookies }));
      const text = JSON.stringify({ version, usedAt, sealed: sealed.toString('base64') });
      replaceFile(this.#path(profileId), text);
      this.#usedAt.set(profileId, usedAt);
    } catch (thrown) {
      throw fail('page-sign-in-not-kept', undefined, { detail: reasonOf(thrown) });
    }
  }

  /** Removes a profile's file, if there is one. Fails with `page-sign-in-stays` when another program holds it. */
  forget(profileId: string): void {
    if (!this.#usedAt.has(profileId)) return;
    try {
      retryWhileLockedSync(() => rmSync(this.#path(profileId), { force: true }));
    } catch (thrown) {
      throw fail('page-sign-in-stays', { file: nameOf(profileId) }, { detail: reasonOf(thrown) });
    }
    this.#usedAt.delete(profileId);
  }

  #path(profileId: string): string {
    return join(this.#directory, nameOf(profileId));
  }

  #text(profileId: string): string {
    const path = this.#path(profileId);
    if (statSync(path).size > maxFileBytes) throw new Error('too large');
    return readFileSync(path, 'utf8');
  }

  /** Reads when each file was used. A damaged one counts too, so that it can be forgotten. */
  #list(): [string, number][] {
    return namesIn(this.#directory).flatMap((name): [string, number][] => {
      if (unfinishedPattern.test(name)) rmSync(join(this.#directory, name), { force: true });
      const [, profileId] = namePattern.exec(name) ?? [];
      return profileId === undefined ? [] : [[profileId, this.#usedAtIn(profileId)]];
    });
  }

  #usedAtIn(profileId: string): number {
    try {
      return fileSchema.parse(JSON.parse(this.#text(profileId))).usedAt;
    } catch {
      return 0;
    }
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The system's message. `safeStorage` and the file system never quote the text that they were given. */
const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 200);

/** Replaces a file atomically. Only the person may read it. If the disk is full, the old file stays. */
function replaceFile(path: string, text: string): void {
  const unfinished = `${path}-${randomBytes(6).toString('hex')}.new`;
  try {
    const file = openSync(unfinished, 'wx', 0o600);
    try {
      if (writeSync(file, text) !== Buffer.byteLength(text)) throw new Error('the disk took only a part of the file');
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    retryWhileLockedSync(() => renameSync(unfinished, path));
  } catch (thrown) {
    rmSync(unfinished, { force: true });
    throw thrown;
  }
}
