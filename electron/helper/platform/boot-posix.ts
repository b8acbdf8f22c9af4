import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How to query the system. Each function throws if there is no answer. */
export interface BootQuestions {
  /** The text of a file. */
  file: (path: string) => string;
  /** The output of a program. */
  program: (path: string, args: readonly string[]) => string;
}

const here: BootQuestions = {
  file: (path) => readFileSync(path, 'latin1'),
  program: (path, args) => execFileSync(path, args, { encoding: 'latin1', env: {}, timeout: 5_000, stdio: ['ignore', 'pipe', 'ignore'] }),
};

/**
 * Identifies the current boot: Linux's `boot_id` (random(4)), macOS's `kern.bootsessionuuid` (bsd/kern/kern_sysctl.c in its
 * kernel). `unknown` if there is none.
 */
export function bootId(platform: NodeJS.Platform = process.platform, ask: BootQuestions = here): string {
  try {
    const id =
      platform === 'darwin' ? ask.program('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']) : ask.file('/proc/sys/kernel/random/boot_id');
    return /^[0-9a-f-]{36}$/i.test(id.trim()) ? id.trim() : 'unknown';
  } catch {
    return 'unknown';
  }
}
