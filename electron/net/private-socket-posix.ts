import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import path from 'node:path';
import { fail } from '../../shared/failure.ts';

/** Listens on a socket that only this user can connect to, on Linux and macOS, from the moment that the socket exists. */
export async function listenPrivately(server: Server, address: string): Promise<void> {
  const directory = path.dirname(address);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (!(await isOwnFolder(address))) throw fail('not-now', undefined, { detail: `${directory} belongs to another user` });
  await rm(address, { force: true });
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path: address }, () => {
        server.removeListener('error', reject);
        resolve();
      });
      // `listen` creates the socket at once, and its event comes later
      process.umask(before);
    });
  } finally {
    process.umask(before);
  }
  await chmod(address, 0o600);
}

/** Whether this user owns the folder of an address. In a folder for temporary files anybody could have created it. */
export async function isOwnFolder(address: string): Promise<boolean> {
  try {
    const found = await lstat(path.dirname(address));
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
