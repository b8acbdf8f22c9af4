import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { makeDeb } from './deb/deb.ts';
import { makeMsi } from './msi/msi.ts';
import { wrongNatives } from './native-contents.ts';
import { buildNative } from './native.ts';
import { layoutIn, packageAt } from './release/packed.ts';
import { readBack } from './release/read-back.ts';
import { missingForRelease, notariseImages, requireSigned } from './release/signing.ts';
import { PlainError, reportingErrors } from './report-errors.ts';
import { ensureSystemTools, msiTools } from './system.ts';
import { hostTarget, parseTarget, type Target } from './targets.ts';
import { makeWordsLibrary } from './words/words-library.ts';

/**
 * Makes the installers of one target: `npm run package -- [--target win32-arm64] [--dir] [--partial] [--pool URL]`.
 * Default: this computer's. Each target is put together in its own folder, because `node_modules` holds native parts for
 * this computer only. The fuses and the archive's hash are read back from each.
 *
 * - `--release`: fails unless everything is signed, and on macOS notarised.
 * - `--layout FOLDER`: makes only the MSI, which is possible on Linux only, of a `win-unpacked` that Windows has signed.
 */

/** Packages that the bundles load at run time because they have native code. The same list as `external` in `build/bundle.ts`. */
const nativePackages = ['keytar', 'koffi'] as const;

const packageSchema = z.looseObject({ dependencies: z.record(z.string(), z.string()) });
const names = z.optional(z.record(z.string(), z.string()));
const entrySchema = z.looseObject({ dependencies: names, optionalDependencies: names });
const lockSchema = z.looseObject({ packages: z.record(z.string(), entrySchema) });
const read = <T>(schema: z.ZodType<T>, file: string): T => schema.parse(JSON.parse(readFileSync(file, 'utf8')));

/** The native packages and their dependencies. */
function withDependencies(packages: z.infer<typeof lockSchema>['packages']): Set<string> {
  const found = new Set<string>(nativePackages);
  for (const name of found) {
    const { dependencies, optionalDependencies } = packages[`node_modules/${name}`] ?? {};
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) found.add(next);
  }
  return found;
}

/** The package and its lock with the native packages as the only dependencies. */
function nativeManifest(): { manifest: string; lock: string } {
  const whole = read(packageSchema, 'package.json');
  const dependencies = Object.fromEntries(nativePackages.map((name) => [name, whole.dependencies[name] ?? '']));
  const manifest = { ...whole, dependencies };
  const lock = read(lockSchema, 'package-lock.json');
  const wanted = withDependencies(lock.packages);
  const entries = Object.entries(lock.packages).filter(([path]) =>
    [...wanted].some((name) => `${path}/`.startsWith(`node_modules/${name}/`)),
  );
  const own = { ...lock.packages[''], dependencies, devDependencies: {} };
  return {
    manifest: JSON.stringify(manifest, null, 2),
    lock: JSON.stringify({ ...lock, packages: { '': own, ...Object.fromEntries(entries) } }, null, 2),
  };
}

/**
 * Puts together a project with the contents of the target's package: the output of `npm run build`, and the target's
 * native packages from npm by the lock file, which are kept for the next run. Returns its folder.
 */
export async function stageProject({ platform, arch, name }: Target): Promise<string> {
  const folder = join('out', 'packages', name);
  mkdirSync(folder, { recursive: true });
  const { manifest, lock } = nativeManifest();
  const stamp = join(folder, '.natives');
  const key = createHash('sha256').update(lock).digest('hex');
  writeFileSync(join(folder, 'package-lock.json'), lock);
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== key) {
    rmSync(stamp, { force: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...(JSON.parse(manifest) as object), devDependencies: {} }));
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false'];
    const libc = platform === 'linux' ? ['--libc=glibc'] : [];
    await run('npm', [...args, `--os=${platform}`, `--cpu=${arch}`, ...libc], { cwd: folder, quiet: true });
    writeFileSync(stamp, key);
  }
  // electron-builder reads Electron's version from the development dependencies
  writeFileSync(join(folder, 'package.json'), manifest);
  for (const part of ['dist', 'build', 'campuses', 'electron-builder.yml', 'LICENSE']) {
    rmSync(join(folder, part), { recursive: true, force: true });
    cpSync(part, join(folder, part), { recursive: true });
  }
  if (platform === 'win32') makeWordsLibrary(join(folder, 'build', 'words', 'words.dll'));
  return folder;
}

/** Runs electron-builder on a staged project. The packages go to its `out/installers`. */
export async function packageProject(
  folder: string,
  { name, platform, arch }: Target,
  args: readonly string[],
  quiet = false,
): Promise<void> {
  const builder = join(createRequire(import.meta.url).resolve('electron-builder/package.json'), '..', 'cli.js');
  const system = { linux: '--linux', win32: '--win', darwin: '--mac' }[platform];
  rmSync(join(folder, 'out', 'installers'), { recursive: true, force: true });
  const env = { ...process.env, CAUSEWAY_TARGET: name };
  await run(process.execPath, [builder, system, `--${arch}`, '--publish', 'never', '--projectDir', folder, ...args], { env, quiet });
}

/** Adds the MSI for IT to the installers of Windows. Its tools run on Linux only. */
function addMsi(installers: string, { arch }: Target): void {
  if (process.platform !== 'linux') {
    console.log('No MSI: its tools run on Linux.');
    return;
  }
  ensureSystemTools(msiTools);
  const version = ownVersion();
  makeMsi({ layout: layoutIn(installers), version, arch }, join(installers, `Causeway-${version}-${arch}.msi`));
}

/** Adds the deb to the installers of Linux, if this is a system with dpkg. */
function addDeb(installers: string, { arch }: Target): void {
  const architecture = arch === 'x64' ? 'amd64' : arch;
  const version = ownVersion();
  const file = join(installers, `causeway_${version}_${architecture}.deb`);
  makeDeb({ layout: layoutIn(installers), version, architecture, ...publisher(), compression: 'xz' }, file);
}

const ownVersion = (): string => read(z.object({ version: z.string() }), 'package.json').version;

/** Who publishes the packages. Whoever does puts their own here and in `electron-builder.yml`. */
export const publisher = (): { homepage: string; maintainer: string } => ({
  homepage: 'https://causeway.example/',
  maintainer: 'Causeway contributors <causeway@causeway.example>',
});

interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  quiet?: boolean;
}

/** Runs a program to its end. Rejects if it fails, with its output if that was not shown. */
async function run(program: string, args: readonly string[], { cwd = '.', env = process.env, quiet = false }: RunOptions): Promise<void> {
  const isNpm = program === 'npm' && process.platform === 'win32';
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    shell: isNpm,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`${program} ${args[0] ?? ''} ended with ${child.exitCode}\n${output.slice(-4000)}`);
}

interface PackageOptions {
  built: string;
  pool?: string;
  dir: boolean;
  partial: boolean;
  release: boolean;
}

/** Packs a target and makes its installers. Returns their folder. */
async function packageTarget(target: Target, { built, pool, dir, partial, release }: PackageOptions): Promise<string> {
  const { platform } = target;
  const missing = release ? missingForRelease(platform, process.env) : [];
  if (release && partial) missing.push('--partial leaves out what people need');
  if (missing.length > 0) throw new PlainError(`This cannot be a release:\n${missing.join('\n')}`);
  execFileSync(process.execPath, ['--import', 'tsx', 'build/bundle.ts'], { stdio: 'inherit' });
  const folder = await stageProject(target);
  await buildNative(join(folder, 'out', 'native'), { target, modules: join(folder, 'node_modules'), built, partial, pool: pool ?? null });
  await packageProject(folder, target, [...(dir ? ['--dir'] : []), ...(release ? ['-c.forceCodeSigning=true'] : [])]);
  const installers = join(folder, 'out', 'installers');
  if (platform === 'win32' && !dir) addMsi(installers, target);
  if (platform === 'linux' && !dir) addDeb(installers, target);
  if (platform === 'darwin' && release) notariseImages(installers, process.env);
  await readBack(installers, target);
  const natives = partial ? [] : wrongNatives(join(packageAt(layoutIn(installers), target).resources, 'native'), target, release);
  if (natives.length > 0) throw new Error(natives.join('\n'));
  if (release) requireSigned(platform, installers);
  return installers;
}

/** Puts a packed folder and the MSI that is made of it where `npm run package` would. */
async function packageLayout(layout: string, target: Target): Promise<string> {
  if (target.platform !== 'win32') throw new PlainError('--layout is for Windows: the other packages are made where the app is packed.');
  const installers = join('out', 'packages', target.name, 'layout');
  rmSync(installers, { recursive: true, force: true });
  cpSync(layout, join(installers, 'win-unpacked'), { recursive: true });
  addMsi(installers, target);
  await readBack(installers, target);
  return installers;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await reportingErrors(async () => {
    const { values } = parseArgs({
      options: {
        target: { type: 'string', default: hostTarget().name },
        built: { type: 'string', default: 'out/native-windows' },
        pool: { type: 'string' },
        dir: { type: 'boolean', default: false },
        partial: { type: 'boolean', default: false },
        release: { type: 'boolean', default: false },
        layout: { type: 'string' },
      },
    });
    const target = parseTarget(values.target);
    const installers = values.layout === undefined ? await packageTarget(target, values) : await packageLayout(values.layout, target);
    rmSync('out/installers', { recursive: true, force: true });
    mkdirSync('out', { recursive: true });
    renameSync(installers, 'out/installers');
    console.log('The packages are in out/installers.');
  });
