import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { fail } from '../../../shared/failure.ts';
import type { UpdateFile } from '../../updates/metadata.ts';

const partBytes = 1024 * 1024;

/**
 * Checks a downloaded file once more, just before it is run or put in place: hours may lie between. Synchronous, because
 * the app is about to end. Throws `update-damaged`.
 */
export function verifyFile(path: string, { path: name, size, sha512 }: UpdateFile): void {
  const hash = createHash('sha512');
  const part = Buffer.alloc(partBytes);
  const file = openSync(path, 'r');
  let total = 0;
  try {
    for (let read = readSync(file, part); read > 0; read = readSync(file, part)) {
      hash.update(part.subarray(0, read));
      total += read;
    }
  } finally {
    closeSync(file);
  }
  if (total !== size || hash.digest('base64') !== sha512)
    throw fail('update-damaged', { file: name }, { detail: 'changed since its download' });
}
