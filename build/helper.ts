import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
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

/**
 * Puts what the helper calls Windows with beside it: koffi's own files, and its binary for that system where koffi looks
 * for it by path. Not a `node_modules`: one of those would be looked for in every folder above as well.
 */
export function putKoffiBeside(folder: string, binary: string): void {
  const [from, to] = ['node_modules/koffi', join(folder, 'koffi')];
  for (const file of ['package.json', 'LICENSE.txt', 'indirect.cjs']) cpSync(join(from, file), join(to, file));
  cpSync(join(from, 'src/koffi'), join(to, 'src/koffi'), {
    recursive: true,
    filter: (name) => !/\.[a-z]+$/.test(name) || name.endsWith('.cjs'),
  });
  const place = join(to, 'build/koffi/win32_x64');
  mkdirSync(place, { recursive: true });
  copyFileSync(binary, join(place, 'koffi.node'));
}

/** The helper as one executable; its path. */
export async function buildHelper(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const at = (name: string): string => join(folder, name);
  const executable = at(process.platform === 'win32' ? 'causeway-helper.exe' : 'causeway-helper');
  await bundleHelper(at('helper.cjs'));
  await makeExecutable(at('helper.cjs'), executable);
  rmSync(at('helper.cjs'));
  if (process.platform === 'win32') putKoffiBeside(folder, 'node_modules/@koromix/koffi-win32-x64/win32_x64/koffi.node');
  return executable;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(await buildHelper(process.argv[2] ?? 'out/native'));
