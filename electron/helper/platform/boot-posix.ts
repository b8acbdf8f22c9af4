import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How one asks a system. Each throws where it has no answer. */
export interface BootQuestions {
  /** The text of a file. */
  file: (path: string) => string;
  /** What a program prints. */
  program: (path: string, args: readonly string[]) => string;
}

const here: BootQuestions = {
  file: (path) => readFileSync(path, 'latin1'),
  program: (path, args) => execFileSync(path, args, { encoding: 'latin1', env: {}, timeout: 5_000, stdio: ['ignore', 'pipe', 'ignore'] }),
};

/**
 * A name for this run of the system, from when it started to when it is turned off: Linux's `boot_id` (random(4)), macOS's
 * `kern.bootsessionuuid` (its kernel's bsd/kern/kern_sysctl.c). `unknown` where there is none.
 */
export function bootId(platform: NodeJS.Platform = process.platform, ask: BootQuestions = here): string {
  try {
    const said =
      platform === 'darwin' ? ask.program('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']) : ask.file('/proc/sys/kernel/random/boot_id');
    return /^[0-9a-f-]{36}$/i.test(said.trim()) ? said.trim() : 'unknown';
  } catch {
    return 'unknown';
  }
}
