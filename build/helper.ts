import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { makeExecutable } from './executable.ts';
import { hostTarget, type Target } from './targets.ts';

/** Builds the helper as a single executable, so that a computer does not need Node for it. */

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
export function putKoffiBeside(folder: string, binary: string, arch = 'x64'): void {
  const [from, to] = ['node_modules/koffi', join(folder, 'koffi')];
  for (const file of ['package.json', 'LICENSE.txt', 'indirect.cjs']) cpSync(join(from, file), join(to, file));
  cpSync(join(from, 'src/koffi'), join(to, 'src/koffi'), {
    recursive: true,
    filter: (name) => !/\.[a-z]+$/.test(name) || name.endsWith('.cjs'),
  });
  const place = join(to, `build/koffi/win32_${arch}`);
  mkdirSync(place, { recursive: true });
  copyFileSync(binary, join(place, 'koffi.node'));
}

/** What an executable of ours is made for, and of what. */
export interface NativeBench {
  target: Target;
  /** The target's `node_modules`. */
  modules: string;
  /** The target's Node, of the version that runs this. */
  node: string;
}

export const ownBench = (): NativeBench => ({ target: hostTarget(), modules: 'node_modules', node: process.execPath });

/** The helper as one executable; its path. */
export async function buildHelper(folder: string, { target: { platform, arch }, modules, node } = ownBench()): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const at = (name: string): string => join(folder, name);
  const executable = at(platform === 'win32' ? 'causeway-helper.exe' : 'causeway-helper');
  await bundleHelper(at('helper.cjs'));
  await makeExecutable(at('helper.cjs'), executable, { node, platform });
  rmSync(at('helper.cjs'));
  if (platform === 'win32') putKoffiBeside(folder, join(modules, `@koromix/koffi-win32-${arch}/win32_${arch}/koffi.node`), arch);
  return executable;
}
