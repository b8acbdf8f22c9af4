import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '../shared/failure.ts';
import { delay } from '../shared/abort.ts';

/**
 * Writes a file (mode 0600) so that it survives a power cut. It writes a new file beside the old one and renames it, so
 * that the file is always either the whole old one or the whole new one. Resolves once it is on disk. Fails with
 * `settings-unwritable` (params: file).
 */
export async function replaceFile(file: string, text: string): Promise<void> {
  try {
    const beside = `${file}.new`;
    const handle = await open(beside, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renameOnceFree(beside, file);
    await syncDirectory(dirname(file));
  } catch (cause) {
    throw fail('settings-unwritable', { file }, { cause, detail: cause instanceof Error ? cause.message : 'unknown error' });
  }
}

/** Retries for a third of a second: while a virus scanner or a backup has the new file open, Windows cannot rename it. */
async function renameOnceFree(from: string, to: string): Promise<void> {
  for (let left = 6; ; left -= 1) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const isHeld = error instanceof Error && 'code' in error && /^(EPERM|EBUSY|EACCES)$/.test(String(error.code));
      if (left === 0 || !isHeld) throw error;
      await delay(50);
    }
  }
}

/** Makes sure that the rename is on disk too. Windows has no such call and needs none. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether a file operation failed because there is no such file. */
export const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
