import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { utilityWorker } from '../../../electron/desktop/system/worker.ts';
import { killTree } from '../../../electron/worker/kill-tree.ts';
import { workerEnvironment } from '../../../electron/worker/worker-environment.ts';
import { workerFile } from '../../peers/openconnect-bench.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));
beforeAll(async () => {
  const { double } = await import('../../electron-double/index.ts');
  double.becomeReady();
});
afterAll(async () => {
  const { double } = await import('../../electron-double/index.ts');
  await double.dispose();
});

it('a worker is its own process, answers, and is ended by a kill even if it does not listen', async () => {
  const worker = utilityWorker(await workerFile(), workerEnvironment(), killTree, () => undefined)();
  const messages: unknown[] = [];
  worker.onMessage((message) => messages.push(message));
  worker.post({ type: 'ping' });
  await expect.poll(() => messages).toEqual([{ type: 'pong' }]);
  const { pid = 0 } = worker;
  expect(pid).not.toBe(process.pid);
  process.kill(pid, 'SIGSTOP');
  worker.kill();
  await worker.exited;
  expect(() => process.kill(pid, 0)).toThrow();
  worker.post({ type: 'ping' });
});

it('a worker killed before it started does not survive', async () => {
  const worker = utilityWorker(await workerFile(), workerEnvironment(), killTree, () => undefined)();
  worker.kill();
  await worker.exited;
});

it('a worker cannot view memory outside V8, in its threads neither, as in Electron', async () => {
  mkdirSync('out', { recursive: true });
  const folder = mkdtempSync(join(resolve('out'), 'views-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'views.mjs');
  writeFileSync(
    file,
    `import koffi from 'koffi';
    import { isMainThread, parentPort, Worker } from 'node:worker_threads';
    const pointer = koffi.load(null).func('void *malloc(size_t)')(8);
    let said = 'a view';
    try { koffi['vi' + 'ew'](pointer, 8); } catch (error) { said = error.message; }
    if (!isMainThread) parentPort.postMessage(said);
    else new Worker(new URL(import.meta.url)).once('message', (theirs) => process.parentPort.postMessage([said, theirs]));`,
  );
  const worker = utilityWorker(file, workerEnvironment(), killTree, () => undefined)();
  onTestFinished(() => worker.kill());
  const messages: unknown[] = [];
  worker.onMessage((message) => messages.push(message));
  const refused = 'External buffers are not allowed';
  await expect.poll(() => messages).toEqual([[refused, refused]]);
});

it('a worker whose V8 aborts ends alone, and its end is logged with the place and without a report', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-worker-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'aborts.mjs');
  writeFileSync(file, 'process.abort();');
  const log: string[] = [];
  const worker = utilityWorker(file, workerEnvironment(), killTree, (line) => log.push(line))();
  expect(await worker.exited).not.toBe(0);
  expect(log).toEqual(['worker: FatalError at v8::Fatal']);
});

it('a worker gets none of our secrets and no proxy settings from the environment', () => {
  vi.stubEnv('HTTPS_PROXY', 'http://proxy.test:3128');
  vi.stubEnv('CAUSEWAY_SECRET', 'x');
  expect(workerEnvironment()).toMatchObject({ LC_ALL: 'C' });
  expect(Object.keys(workerEnvironment())).not.toEqual(expect.arrayContaining(['HTTPS_PROXY']));
  expect(Object.keys(workerEnvironment())).not.toEqual(expect.arrayContaining(['CAUSEWAY_SECRET']));
  vi.unstubAllEnvs();
});
