import { descendantsOf } from './kill-tree-linux.ts';

/**
 * Kills a process and its descendants at once. The library's process may be waiting for a host check program, which would
 * otherwise keep running. If the system does not list child processes (Linux does), kills only that process. Never throws.
 */
export function killTree(pid: number): void {
  // List them all first: after its parent's death a process is no longer its child
  for (const each of [pid, ...descendantsOf(pid)]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // It has already exited
    }
  }
}
