import { existsSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

/**
 * Calls back after a file, which need not exist, may have appeared, changed or gone. Watches the nearest folder above it that
 * exists, and the next one as soon as that exists. Where the system cannot watch, it never calls back. Returns a function that
 * stops it.
 */
export function watchFile(file: string, changed: () => void): () => void {
  let [watcher, isStopped]: [FSWatcher | null, boolean] = [null, false];
  const arm = (): void => {
    watcher?.close();
    watcher = null;
    if (isStopped) return;
    try {
      watcher = watch(nearestFolder(file), { persistent: false }, (event) => {
        // The folder itself may be another one now, under the same name
        if (event === 'rename') arm();
        changed();
      });
      // Its folder is gone, or the system has no watch left
      watcher.on('error', () => watcher?.close());
    } catch {
      // The next Connect reads the file all the same
    }
  };
  arm();
  return () => {
    isStopped = true;
    watcher?.close();
  };
}

function nearestFolder(file: string): string {
  let folder = path.dirname(file);
  while (!existsSync(folder) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  return folder;
}
