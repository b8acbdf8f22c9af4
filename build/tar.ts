import { win32 } from 'node:path';

/**
 * The tar that extracts archives. Windows and macOS have one that reads zip as well. On Windows it is called by its path,
 * because Git Bash puts GNU tar before it on the PATH, which reads no zip and takes `C:` for a host name.
 */
export function tarFor(platform: NodeJS.Platform, env: NodeJS.ProcessEnv = process.env): string {
  return platform === 'win32' ? win32.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'tar.exe') : 'tar';
}
