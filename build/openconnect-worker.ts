import { copyFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { stackFile } from './ip-stack.ts';

/** Every file of {@link buildOpenConnectWorker} has such a name. */
export const isWorkerFile = (name: string): boolean => /^openconnect-.*\.mjs$/.test(name) || name === 'stack.wasm';

/**
 * Builds the process that calls libopenconnect, its thread that blocks during calls, and beside them what only a tunnel
 * needs: parts that are loaded later, and the network stack.
 */
export async function buildOpenConnectWorker(outdir: string): Promise<void> {
  const old = (await readdir(outdir).catch(() => [])).filter((name) => name.startsWith('openconnect-'));
  await Promise.all(old.map((name) => rm(join(outdir, name))));
  await build({
    bundle: true,
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
    entryPoints: {
      'openconnect-worker': 'electron/gateways/openconnect/process/worker.ts',
      'openconnect-thread': 'electron/gateways/openconnect/process/thread.ts',
    },
    outdir,
    outExtension: { '.js': '.mjs' },
    // The worker must start without koffi, to say that it is missing, so that whatever needs koffi is loaded later
    splitting: true,
    chunkNames: 'openconnect-part-[name]-[hash]',
    platform: 'node',
    format: 'esm',
    external: ['koffi'],
    // dns-packet loads Node's modules with `require`
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  await copyFile(stackFile, join(outdir, 'stack.wasm'));
}
