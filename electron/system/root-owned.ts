import { lstat } from 'node:fs/promises';
import { posix } from 'node:path';
import { stepsTo } from './path-steps.ts';
import { onlyAdministratorsCanChange } from './windows/administrators.ts';

/**
 * Whether only root can change a file and every step of the path to it; on Windows, only administrators. Every link and its
 * folder is checked too, because replacing one link changes where the path leads. False for a relative path, or if the file
 * does not exist.
 */
export async function onlyRootCanChange(path: string): Promise<boolean> {
  if (process.platform === 'win32') return onlyAdministratorsCanChange(path);
  try {
    for (const step of await stepsTo(path, posix)) {
      const { uid, mode } = await lstat(step.path);
      // A link has no mode of its own; its folder decides who may replace it
      if (uid !== 0 || (step.place !== 'link' && (mode & 0o022) !== 0)) return false;
    }
    return true;
  } catch {
    return false;
  }
}
