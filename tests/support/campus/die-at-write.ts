import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Loaded into a process before its program (`--import`). When it receives a number n, the process kills itself at its nth
 * step of writing a file from then on. The steps of a write are: open, first half, second half, flush to disk, before the
 * rename, after the rename.
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
