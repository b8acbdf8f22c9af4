import { win32 } from 'node:path';

/**
 * The tar that takes archives apart. Windows and macOS have one that reads zip as well; on Windows it is named by its path,
 * because a Git Bash has GNU's before it on the PATH, which reads no zip and takes `C:` for a computer's name.
 */
export function tarFor(platform: NodeJS.Platform, env: NodeJS.ProcessEnv = process.env): string {
  return platform === 'win32' ? win32.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'tar.exe') : 'tar';
}
