import { randomBytes } from 'node:crypto';
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fail } from '../../../shared/failure.ts';
import { isOwnFolder } from '../private-socket-posix.ts';

export interface StreamPath {
  /** Where the other process listens ({@link serveStreams}): a socket in a folder of mode 0700, on Windows a pipe. */
  readonly path: string;
  /** Removes the folder. Call it when the other process is gone, which may have been killed. Never rejects. */
  remove(): Promise<void>;
}

/** `sun_path` has 104 bytes on macOS and 108 on Linux, including the final zero. */
const maxPathBytes = 103;
const prefix = 'causeway-';
const socketName = 's';
/** A younger folder may belong to a process that is about to listen. */
const leftAfterMs = 60_000;

/** Makes a place that no other user can reach and whose name nobody can guess. Fails with `temporary-folder` if there is no room for one. */
export async function newStreamPath(lastBase = '/tmp'): Promise<StreamPath> {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\causeway-streams-${randomBytes(16).toString('hex')}`, remove: () => Promise.resolve() };
  }
  const runtime = process.env['XDG_RUNTIME_DIR'] ?? '';
  let last: unknown;
  for (const base of [runtime, tmpdir(), lastBase].filter((each) => path.isAbsolute(each))) {
    try {
      // mkdtemp makes it 0700
      const folder = await mkdtemp(path.join(base, prefix));
      const socket = path.join(folder, socketName);
      const remove = (): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => undefined);
      if (Buffer.byteLength(socket) <= maxPathBytes) {
        void removeLeft(base);
        return { path: socket, remove };
      }
      await remove();
    } catch (error) {
      last = error;
    }
  }
  throw fail(
    'temporary-folder',
    { folder: lastBase },
    { detail: last instanceof Error ? last.message : 'its name is too long', cause: last },
  );
}

/** Removes the folders of apps that were killed: nobody listens on their sockets. Never rejects. */
async function removeLeft(base: string): Promise<void> {
  const names = await readdir(base).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const socket = path.join(base, name, socketName);
    try {
      const found = await lstat(socket);
      if (!found.isSocket() || Date.now() - found.mtimeMs < leftAfterMs || !(await isOwnFolder(socket))) continue;
      if (await isDead(socket)) await rm(path.dirname(socket), { recursive: true, force: true });
    } catch {
      // Not such a folder, or gone already
    }
  }
}

function isDead(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect({ path: socket });
    probe.once('connect', () => probe.destroy());
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
    probe.once('close', () => resolve(false));
  });
}
