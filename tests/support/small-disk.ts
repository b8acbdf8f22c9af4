import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** A file system in memory that can be full, and read-only for root too. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves no room for another byte, or room for this many pages of 4096 bytes. */
  fill(pagesLeft?: number): Promise<void>;
  setReadOnly(readOnly: boolean): Promise<void>;
  /** Makes it writable again, with room. */
  repair(): Promise<void>;
  remove(): Promise<void>;
}

const pageBytes = 4096;

const run = promisify(execFile);

/** Whether this process may mount one: as root, unless a container forbids it. */
export function canMount(): boolean {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return false;
  return spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
}

export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(path.join(tmpdir(), 'causeway-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', folder]);
  const filler = path.join(folder, 'filler');
  const setReadOnly = async (readOnly: boolean): Promise<void> => {
    await run('mount', ['-o', `remount,${readOnly ? 'ro' : 'rw'}`, folder]);
  };
  return {
    folder,
    async fill(pagesLeft = 0) {
      const { bavail, bsize } = await statfs(folder);
      const bytes = bavail * bsize - pagesLeft * pageBytes;
      if (bytes > 0) await writeFile(filler, Buffer.alloc(bytes));
    },
    setReadOnly,
    async repair() {
      await setReadOnly(false);
      await rm(filler, { force: true });
    },
    async remove() {
      await run('umount', ['--lazy', folder]);
      await rmdir(folder);
    },
  };
}
