import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** The full path of a library that this process has loaded by a mere name (proc_pid_maps(5)); null where that cannot be told. */
export function mappedFrom(name: string): string | null {
  try {
    const lines = readFileSync('/proc/self/maps', 'utf8').split('\n');
    const files = lines.flatMap((line) => /\s(\/.*)$/.exec(line)?.[1] ?? []);
    // The name is a link's, which leads to a file with more numbers
    return files.find((file) => basename(file).startsWith(name)) ?? null;
  } catch {
    return null;
  }
}
