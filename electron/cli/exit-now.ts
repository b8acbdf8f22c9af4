import { createRequire } from 'node:module';
import type { Koffi } from '../system/windows/libraries.ts';

/**
 * Ends this process now, even if a native call hangs. A name server or keychain that does not answer blocks one of Node's
 * threads, and nothing can cancel that. `process.exit` waits for those threads (seen with Node 20: ten seconds for a name),
 * so on Linux and macOS this uses the system's `_exit`. It does not `import` koffi, since an import needs such a thread too.
 */
export function exitNow(code: number): void {
  // Node does this for the terminal at a normal exit
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  if (process.platform !== 'win32') {
    try {
      // The type is the one that the package declares
      const koffi = createRequire(import.meta.url)('koffi') as Koffi;
      const endNow: (code: number) => void = koffi.load(null).func('void _exit(int)');
      endNow(code);
    } catch {
      // Without koffi, `process.exit` below waits for the threads
    }
  }
  process.exit(code);
}
