import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { makeExecutable } from './executable.ts';

/**
 * Makes one executable of the command line, so that a computer needs no Node for it: `node --import tsx
 * build/command-line.ts [folder]`, after `npm run build`. Beside it stands a folder with what cannot be part of an
 * executable: the bundle, the process that calls libopenconnect, and the packages that have a binary of their own.
 */
export async function buildCommandLine(folder: string): Promise<string> {
  const beside = join(folder, 'command-line');
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(join(beside, 'dist'), { recursive: true });
  copyFileSync('package.json', join(beside, 'package.json'));
  for (const file of ['causeway.mjs', 'openconnect-worker.mjs', 'openconnect-thread.mjs'])
    copyFileSync(join('dist', file), join(beside, 'dist', file));
  for (const name of ['koffi', '@koromix', 'keytar']) {
    const from = join('node_modules', name);
    if (existsSync(from)) cpSync(from, join(beside, 'node_modules', name), { recursive: true, filter: isNeeded });
  }
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
  // Inside an executable there is no import: a file on disk has one
  writeFileSync(join(beside, 'load.cjs'), 'module.exports = (address) => import(address);\n');
  const executable = join(folder, process.platform === 'win32' ? 'causeway.exe' : 'causeway');
  await makeExecutable(launcher, executable);
  rmSync(launcher);
  return executable;
}

/** Neither sources nor what another system's binary would be. */
function isNeeded(file: string): boolean {
  return !/[\\/](doc|vendor|binding\.gyp)([\\/]|$)/.test(file);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(await buildCommandLine(process.argv[2] ?? 'out/native'));
