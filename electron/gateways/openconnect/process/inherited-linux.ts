import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** `O_CLOEXEC`, which Linux does not export to Node (`asm-generic/fcntl.h`). Node opens everything with it. */
const closesAtStart = 0o2000000;
/** Up to here Node keeps what it inherited from its own children (`uv_disable_stdio_inheritance`); further on only up to the first gap. */
const lastKept = 15;

/**
 * Closes what this process inherited from whoever started the command line: a script's lock, for instance (`flock 200`). Call
 * it before anything else opens descriptors.
 */
export function closeInherited(): void {
  for (const fd of readdirSync('/proc/self/fd').map(Number)) {
    if (fd <= lastKept) continue;
    try {
      const flags = /^flags:\s(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1];
      if (flags !== undefined && (parseInt(flags, 8) & closesAtStart) === 0) closeSync(fd);
    } catch {
      // Closed in between: the one that listed this folder
    }
  }
}
