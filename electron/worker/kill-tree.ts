import { below } from './kill-tree-linux.ts';

/**
 * Ends a process at once, and what it has started: the library's process may be waiting for a host check's program,
 * which would go on without anybody. Where the system does not list a process's children (Linux does) it ends that
 * process alone. Never throws.
 */
export function killTree(pid: number): void {
  // All of them first: whose parent is gone is nobody's child
  for (const each of [pid, ...below(pid)]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // It was sooner
    }
  }
}
