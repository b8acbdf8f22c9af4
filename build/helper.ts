import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { makeExecutable } from './executable.ts';

/**
 * Makes one executable of the helper, so that a computer needs no Node for it: `node --import tsx build/helper.ts
 * [folder]`.
 */

/** The helper as one CommonJS file. */
export async function bundleHelper(file: string): Promise<void> {
  await build({
    entryPoints: ['electron/helper/main.ts'],
    outfile: file,
    bundle: true,
    target: 'node20',
    platform: 'node',
    format: 'cjs',
    // Called on Windows only, from beside it
    external: ['koffi'],
    logLevel: 'warning',
  });
}

/** The helper as one executable; its path. */
export async function buildHelper(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const at = (name: string): string => join(folder, name);
  const executable = at(process.platform === 'win32' ? 'causeway-helper.exe' : 'causeway-helper');
  await bundleHelper(at('helper.cjs'));
  await makeExecutable(at('helper.cjs'), executable);
  rmSync(at('helper.cjs'));
  return executable;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(await buildHelper(process.argv[2] ?? 'out/native'));
