import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A name for this folder that Vite, vitest and dependency-cruiser can take: to them a `#` or `?` ends a path. The folder
 * itself, where its name has neither; otherwise a link to it, which goes with this process.
 */
export function plainFolder(): string {
  const folder = process.cwd();
  if (!/[#?]/.test(folder)) return folder;
  const place = mkdtempSync(join(tmpdir(), 'causeway-'));
  const link = join(place, 'causeway');
  // A junction needs no rights on Windows, and is the word for nothing elsewhere
  symlinkSync(folder, link, 'junction');
  process.on('exit', () => {
    unlinkSync(link);
    rmSync(place, { recursive: true });
  });
  return link;
}

/** What keeps Node, and what it starts, from looking behind the link. */
export const keepsLinks = '--preserve-symlinks --preserve-symlinks-main';
