import { build } from 'esbuild';

/** Builds the process that calls libopenconnect, and its thread that blocks during calls: two files side by side. */
export async function buildOpenConnectWorker(outdir: string): Promise<void> {
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
    platform: 'node',
    format: 'esm',
    external: ['koffi'],
  });
}
