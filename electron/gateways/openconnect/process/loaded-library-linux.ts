import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** The full path of a library that this process loaded by its bare name (proc_pid_maps(5)). Null if unknown. */
export function mappedFrom(name: string): string | null {
  try {
    const lines = readFileSync('/proc/self/maps', 'utf8').split('\n');
    const files = lines.flatMap((line) => /\s(\/.*)$/.exec(line)?.[1] ?? []);
    // The name is a link to a file with a longer version number
    return files.find((file) => basename(file).startsWith(name)) ?? null;
  } catch {
    return null;
  }
}
