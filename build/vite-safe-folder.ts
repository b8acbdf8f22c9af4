import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A name for this folder that Vite, vitest and dependency-cruiser accept: to them `#` or `?` ends a path. It is the folder
 * itself if its name contains neither, otherwise a link to it, which is removed when this process ends.
 */
export function viteSafeFolder(): string {
  const folder = process.cwd();
  if (!/[#?]/.test(folder)) return folder;
  const place = mkdtempSync(join(tmpdir(), 'causeway-'));
  const link = join(place, 'causeway');
  // A junction needs no rights on Windows; other systems ignore the word
  symlinkSync(folder, link, 'junction');
  process.on('exit', () => {
    unlinkSync(link);
    rmSync(place, { recursive: true });
  });
  return link;
}

/** Keeps Node and its child processes from resolving the link. */
export const keepsLinks = '--preserve-symlinks --preserve-symlinks-main';
