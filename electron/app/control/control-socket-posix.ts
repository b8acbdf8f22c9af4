import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import path from 'node:path';
import { fail } from '../../../shared/failure.ts';

/** A socket of one user's own, on Linux and macOS. Nobody else may connect, not even between the socket's making and its `chmod`. */
export async function listenPrivately(server: Server, address: string): Promise<void> {
  const directory = path.dirname(address);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (!(await isOwnPlace(address))) throw fail('not-now', undefined, { detail: `${directory} is somebody else's` });
  await rm(address, { force: true });
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path: address }, () => {
        server.removeListener('error', reject);
        resolve();
      });
      // The socket is made at once, the event comes later
      process.umask(before);
    });
  } finally {
    process.umask(before);
  }
  await chmod(address, 0o600);
}

/** Whether the folder that an address is in is this user's: in a folder for temporary files anybody may have made it. */
export async function isOwnPlace(address: string): Promise<boolean> {
  try {
    const found = await lstat(path.dirname(address));
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
