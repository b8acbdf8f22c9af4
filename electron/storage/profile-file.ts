import { constants, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { fail } from '../../shared/failure.ts';
import { maxProfileBytes, readProfile, type ReadProfile } from '../../shared/profile.ts';

/** Reads a profile from a `.causeway` file. Rejects with `profile-file-missing`, or as {@link readProfile} throws. */
export async function readProfileFile(path: string): Promise<ReadProfile> {
  return readProfile(await readStart(path, maxProfileBytes + 1));
}

/** The file's first bytes as text, without a byte order mark. Callers ask for one byte more than allowed: if it is there, the file is too large. */
async function readStart(path: string, maxBytes: number): Promise<string> {
  try {
    // O_NONBLOCK: do not wait on a named pipe with a profile's name. Windows has no such flag, and there it counts as 0
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) throw new Error('not a file');
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(maxBytes) });
      return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fail('profile-file-missing', { file: basename(path) }, { cause });
  }
}
