import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { makeExecutable } from './executable.ts';
import { hostInputs } from './helper.ts';
import { isWorkerFile } from './openconnect-worker.ts';
import type { Target } from './targets.ts';

/** Every file of the bundle has such a name: the command, and what it loads later. */
export const isCommandFile = (name: string): boolean => /^causeway(-part-[\w-]+)?\.mjs$/.test(name);

/**
 * Makes one executable of the command line, so that a computer needs no Node for it. Run it after `npm run build`. Beside
 * the executable is a folder with everything that cannot be part of it: the bundle, the campuses that ship, the process that
 * calls libopenconnect, and the packages with native code.
 */
export async function buildCommandLine(folder: string, { target, modules, node } = hostInputs()): Promise<string> {
  const beside = join(folder, 'command-line');
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(join(beside, 'dist'), { recursive: true });
  copyFileSync('package.json', join(beside, 'package.json'));
  cpSync('campuses', join(beside, 'campuses'), { recursive: true });
  for (const file of readdirSync('dist').filter((name) => isCommandFile(name) || isWorkerFile(name)))
    copyFileSync(join('dist', file), join(beside, 'dist', file));
  for (const name of ['koffi', `@koromix/koffi-${target.name}`, 'keytar'])
    cpSync(join(modules, name), join(beside, 'node_modules', name), { recursive: true, filter: neededOn(target) });
  const launcher = join(folder, 'launcher.cjs');
  await build({
    entryPoints: ['electron/cli/launcher.ts'],
    outfile: launcher,
    bundle: true,
    target: 'node20',
    platform: 'node',
    format: 'cjs',
    logLevel: 'warning',
  });
  // An executable cannot import by itself, but a file on disk can
  writeFileSync(join(beside, 'load.cjs'), 'module.exports = (address) => import(address);\n');
  const executable = join(folder, target.platform === 'win32' ? 'causeway.exe' : 'causeway');
  await makeExecutable(launcher, executable, { node, platform: target.platform });
  rmSync(launcher);
  return executable;
}

/** The files that a package needs to run: its JavaScript, its licence, and its binary for this target. */
function neededOn({ name, platform, arch }: Target): (file: string) => boolean {
  const binaries = [`prebuilds/${name}/keytar.node`, `${platform}_${arch}/koffi.node`];
  return (file) => {
    const path = file.replaceAll('\\', '/');
    if (statSync(file).isDirectory()) return !/\/(doc|vendor|script|build|src\/koffi\/src\/abi)$/.test(path);
    return /\/(package\.json|LICENSE[^/]*|[^/]*\.c?js)$/.test(path) || binaries.some((binary) => path.endsWith(`/${binary}`));
  };
}
