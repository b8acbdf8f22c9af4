import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAdministratorsAlone } from './windows/administrators.ts';

/** Whether a file, and every folder on the way to it, is root's and can be changed by root only; on Windows, by its administrators only. */
export async function isRootsAlone(path: string): Promise<boolean> {
  if (process.platform === 'win32') return isAdministratorsAlone(path);
  try {
    // Where a link on the way leads elsewhere, both ways count
    const ways = new Set([path, await realpath(path)]);
    for (const way of ways) {
      for (let at = way; ; at = dirname(at)) {
        const { uid, mode } = await stat(at);
        if (uid !== 0 || (mode & 0o022) !== 0) return false;
        if (at === dirname(at)) break;
      }
    }
    return true;
  } catch {
    return false;
  }
}
