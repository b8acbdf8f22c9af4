import { createRequire } from 'node:module';
import type { Koffi } from '../system/windows/libraries.ts';

/**
 * Ends this process now, whatever still hangs in it: a name server that says nothing, or a keychain, holds one of Node's
 * threads, and nothing calls it back. `process.exit` waits for those threads (seen with Node 20: ten seconds for a name),
 * so that on Linux and macOS the system's own call ends it. Not by an import, which would take such a thread too.
 */
export function exitNow(code: number): void {
  // What Node does for the terminal when it ends by itself
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  if (process.platform !== 'win32') {
    try {
      // What the package exports, as its own types say
      const koffi = createRequire(import.meta.url)('koffi') as Koffi;
      const endNow: (code: number) => void = koffi.load(null).func('void _exit(int)');
      endNow(code);
    } catch {
      // Without it this takes as long as it takes
    }
  }
  process.exit(code);
}
