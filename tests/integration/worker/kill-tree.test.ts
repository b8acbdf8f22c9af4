import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forkWorker } from '../../../electron/worker/fork-worker.ts';
import { killTree } from '../../../electron/worker/kill-tree.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'causeway-tree-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test.skipIf(process.platform !== 'linux')(
  'killing a worker also kills the program that it waits for, and that program’s children',
  async () => {
    const file = join(folder, 'worker.mjs');
    writeFileSync(
      file,
      `import { spawn } from 'node:child_process';
     const child = spawn('sh', ['-c', 'sleep 600 & echo $!; wait']);
     child.stdout.once('data', (line) => process.send({ pids: [child.pid, Number(line)] }));`,
    );
    const worker = forkWorker(file)();
    const pids = await new Promise<number[]>((resolve) => worker.onMessage((message) => resolve((message as { pids: number[] }).pids)));
    expect(pids.map(isThere)).toEqual([true, true]);
    worker.kill();
    await worker.exited;
    await expect.poll(() => pids.map(isThere)).toEqual([false, false]);
  },
);

test('killing a process that is already gone is no error', async () => {
  const child = fork(join(folder, 'nothing.mjs'), [], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  killTree(child.pid ?? 0x7fff_ffff);
});
