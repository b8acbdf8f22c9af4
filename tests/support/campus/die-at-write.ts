import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Loaded into a process before its program (`--import`): told a number, the process kills itself at its so-manieth
 * step of writing a file from then on. A file's opening, its first half, its second, its way to the disk, and
 * before and after its renaming are a step each.
 */
let stepsLeft = Infinity;
process.on('message', (steps) => {
  stepsLeft = Number(steps);
  process.send?.('armed');
});
process.channel?.unref();

function step(): void {
  stepsLeft -= 1;
  if (stepsLeft === 0) process.kill(process.pid, 'SIGKILL');
}

const { open, rename } = files;
Object.assign(files, {
  async open(path: string, flags: string, mode?: number) {
    const handle = await open(path, flags, mode);
    if (flags !== 'w') return handle;
    step();
    const sync = handle.sync.bind(handle);
    return Object.assign(handle, {
      async writeFile(text: string) {
        const half = Math.floor(text.length / 2);
        await handle.write(text.slice(0, half));
        step();
        await handle.write(text.slice(half));
        step();
      },
      async sync() {
        await sync();
        step();
      },
    });
  },
  rename: async (from: string, to: string) => {
    step();
    await rename(from, to);
    step();
  },
});
syncBuiltinESMExports();
