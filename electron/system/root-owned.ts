import { lstat } from 'node:fs/promises';
import { posix } from 'node:path';
import { hopsTo } from './path-steps.ts';
import { isAdministratorsAlone } from './windows/administrators.ts';

/**
 * Whether a file, and all that is passed on the way to it, is root's and can be changed by root only; on Windows, by its
 * administrators only. Every link counts by itself, with the folder that holds it: who can replace one link of a chain
 * decides where the path leads. False for a path that is relative or leads nowhere.
 */
export async function isRootsAlone(path: string): Promise<boolean> {
  if (process.platform === 'win32') return isAdministratorsAlone(path);
  try {
    for (const step of await hopsTo(path, posix)) {
      const { uid, mode } = await lstat(step.path);
      // A link has no mode of its own: who may replace it is its folder's to say
      if (uid !== 0 || (step.place !== 'link' && (mode & 0o022) !== 0)) return false;
    }
    return true;
  } catch {
    return false;
  }
}
