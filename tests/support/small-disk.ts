import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** A file system of its own, in memory: it can be full, and it can be read-only for root as well. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves no room for a single byte more. */
  fill(): Promise<void>;
  setReadOnly(readOnly: boolean): Promise<void>;
  /** As it was: with room, and to be written. */
  mend(): Promise<void>;
  remove(): Promise<void>;
}

const run = promisify(execFile);

/** Whether this process may mount one: as root, where containers do not forbid it. */
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
    async fill() {
      // In pieces of a page: a larger one would be refused whole, and leave its room
      const piece = Buffer.alloc(4096);
      const full = writeFile(
        filler,
        (function* () {
          for (;;) yield piece;
        })(),
      );
      await full.catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      });
    },
    setReadOnly,
    async mend() {
      await setReadOnly(false);
      await rm(filler, { force: true });
    },
    async remove() {
      await run('umount', ['--lazy', folder]);
      await rmdir(folder);
    },
  };
}
