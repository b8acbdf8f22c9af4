import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { makeExecutable } from './executable.ts';
import { hostTarget, type Target } from './targets.ts';

/** Builds the helper as a single executable, so that a computer does not need Node for it. */

/** Bundles the helper as one CommonJS file. */
export async function bundleHelper(file: string): Promise<void> {
  await build({
    entryPoints: ['electron/helper/main.ts'],
    outfile: file,
    bundle: true,
    target: 'node20',
    platform: 'node',
    format: 'cjs',
    // Loaded on Windows only, from the folder beside the helper
    external: ['koffi'],
    logLevel: 'warning',
  });
}

/**
 * Copies what the helper needs to call Windows next to it: koffi's own files, and its binary for that system where koffi
 * looks for it by path. The folder is not called `node_modules`, because Node would then look for one in every parent
 * folder too.
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

/** An executable's target and its inputs. */
export interface ExecutableInputs {
  target: Target;
  /** The target's `node_modules`. */
  modules: string;
  /** The target's Node, in the running version. */
  node: string;
}

export const hostInputs = (): ExecutableInputs => ({ target: hostTarget(), modules: 'node_modules', node: process.execPath });

/** Builds the helper as one executable and returns its path. */
export async function buildHelper(folder: string, { target: { platform, arch }, modules, node } = hostInputs()): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const at = (name: string): string => join(folder, name);
  const executable = at(platform === 'win32' ? 'causeway-helper.exe' : 'causeway-helper');
  await bundleHelper(at('helper.cjs'));
  await makeExecutable(at('helper.cjs'), executable, { node, platform });
  rmSync(at('helper.cjs'));
  if (platform === 'win32') putKoffiBeside(folder, join(modules, `@koromix/koffi-win32-${arch}/win32_${arch}/koffi.node`), arch);
  return executable;
}
