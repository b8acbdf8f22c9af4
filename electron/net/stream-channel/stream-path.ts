import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface StreamPath {
  /** Where the other process listens ({@link serveStreams}): a socket in a folder of mode 0700, on Windows a pipe. */
  readonly path: string;
  /** Removes the folder. Call it when the other process is gone, which may have been killed. Never rejects. */
  remove(): Promise<void>;
}

/** `sun_path` has 104 bytes on macOS and 108 on Linux, including the final zero. */
const maxPathBytes = 103;

/** Makes a place that no other user can reach and whose name nobody can guess. */
export async function newStreamPath(): Promise<StreamPath> {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\causeway-streams-${randomBytes(16).toString('hex')}`, remove: () => Promise.resolve() };
  }
  const runtime = process.env['XDG_RUNTIME_DIR'] ?? '';
  let last: unknown;
  for (const base of [runtime, tmpdir(), '/tmp'].filter((each) => path.isAbsolute(each))) {
    try {
      // mkdtemp makes it 0700
      const folder = await mkdtemp(path.join(base, 'causeway-'));
      const socket = path.join(folder, 's');
      const remove = (): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => undefined);
      if (Buffer.byteLength(socket) <= maxPathBytes) return { path: socket, remove };
      await remove();
    } catch (error) {
      last = error;
    }
  }
  throw last instanceof Error ? last : new Error('no folder for a socket');
}
