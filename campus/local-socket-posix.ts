import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail } from '../shared/failure.ts';

/** The directory of this user's local sockets, on Linux and macOS, created if necessary. Fails when others could access it. */
export async function privateDirectory(): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const directory = join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), `causeway-campus-${uid}`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const stat = await lstat(directory);
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0) {
    throw fail('internal', undefined, { detail: `${directory} is not a private directory of this user` });
  }
  return directory;
}
