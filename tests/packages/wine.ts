import { once } from 'node:events';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { nodeFor } from '../../build/npm-file.ts';
import type { Package } from '../../build/release/packed.ts';
import { Wine } from '../wine/wine.ts';
import { layOut } from './archive.mjs';

const answerTimeoutMs = 90_000;

/**
 * Runs the packed worker on Windows' Node under Wine and has it load a library of Windows' own: koffi reads it and misses
 * libopenconnect's functions there. Rejects with what it said instead.
 */
export async function workerUnderWine(made: Package): Promise<void> {
  const [wine, node] = await Promise.all([Wine.bare(), nodeFor(made.target)]);
  const server = net.createServer();
  try {
    const resources = wine.path('Program Files/Causeway/resources');
    mkdirSync(resources, { recursive: true });
    layOut(made.resources, join(resources, 'app.asar'), 'copy');
    cpSync(join(made.resources, 'app.asar.unpacked'), join(resources, 'app.asar.unpacked'), { recursive: true });
    await build({
      entryPoints: [join(import.meta.dirname, '../wine/worker-stand.ts')],
      outfile: join(resources, 'app.asar/dist/worker-stand.mjs'),
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
    });
    copyFileSync(node, wine.path('node.exe'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const log = join(wine.prefix, 'worker.log');
    const stand = 'C:\\Program Files\\Causeway\\resources\\app.asar\\dist\\worker-stand.mjs';
    const child = wine.spawn(wine.path('node.exe'), [stand, String(port)], log);
    const output = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');
    const answer = await new Promise<string>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`The packed worker does not answer:\n${output()}`)), answerTimeoutMs);
      const ended = (): void => reject(new Error(`The packed worker ended:\n${output()}`));
      child.once('exit', ended);
      server.once('connection', (socket) => {
        socket.on('error', () => undefined).once('close', ended);
        createInterface({ input: socket }).once('line', (line) => {
          clearTimeout(limit);
          resolve(line);
          socket.destroy();
        });
        socket.write(`${JSON.stringify({ type: 'warm', libraries: ['C:\\windows\\system32\\kernel32.dll'] })}\n`);
      });
    });
    if (!/"missing".*openconnect_/.test(answer)) throw new Error(`koffi did not look into kernel32.dll: ${answer}`);
  } finally {
    server.close();
    await wine.stop();
  }
}
