import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheFolder, poolBases } from './debian-pool.ts';
import { NativeBuild, type Tools } from './native-build.ts';

/**
 * Builds openconnect and its libraries on macOS, for this Mac's processor, from the sources that `native.json` pins: `node
 * --import tsx build/native-macos.ts --pool URL [folder]`. It needs Xcode's command line tools and pkg-config. Sources and
 * finished parts are kept for the next run.
 *
 * Never run yet: docs/unverified.md.
 */
const shipped: readonly (readonly [from: string, pattern: RegExp])[] = [
  ['sbin', /^openconnect$/],
  ['lib', /^lib(gmp|nettle|hogweed|gnutls|openconnect)\.\d+\.dylib$/],
];
/** The first macOS that Electron 45 runs on is later. */
const oldest = '-mmacosx-version-min=12.0';

/** Fills the folder with the program, the libraries and their licences. */
export async function buildForMac(folder: string, pool: string | null = null, jobs = availableParallelism()): Promise<void> {
  if (process.platform !== 'darwin') throw new Error('openconnect for macOS is made on macOS');
  const tools: Tools = {
    platform: 'darwin',
    host: null,
    compiler: 'clang',
    flags: `-O2 -fstack-protector-strong ${oldest}`,
    link: `${oldest} -Wl,-headerpad_max_install_names`,
    versions: execFileSync('clang', ['--version'], { encoding: 'utf8' }),
  };
  const work = join(cacheFolder(), `openconnect-macos-${process.arch}`);
  mkdirSync(work, { recursive: true, mode: 0o700 });
  const build = new NativeBuild(tools, work, poolBases(pool), jobs);
  await build.make();
  mkdirSync(folder, { recursive: true });
  const names = shipped.flatMap(([from, pattern]) =>
    readdirSync(join(build.prefix, from)).flatMap((name) => {
      if (!pattern.test(name)) return [];
      copyFileSync(join(build.prefix, from, name), join(folder, name));
      return [name];
    }),
  );
  for (const step of placed(build.prefix, resolve(folder), names)) build.run(work, join(work, 'placed.log'), ...step);
  build.licences(folder);
}

/**
 * Each file finds the others beside it, wherever the folder is. A change of a file breaks its signature, without which an
 * Apple processor runs nothing.
 */
const placed = (prefix: string, folder: string, names: readonly string[]): [program: string, args: string[]][] =>
  names.flatMap((name) => {
    const file = join(folder, name);
    const changes = names.flatMap((other) => ['-change', `${prefix}/lib/${other}`, `@loader_path/${other}`]);
    return [
      ['strip', ['-x', file]],
      ['install_name_tool', [...(name.endsWith('.dylib') ? ['-id', `@loader_path/${name}`] : []), ...changes, file]],
      ['codesign', ['--force', '--sign', '-', file]],
    ];
  });

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values, positionals } = parseArgs({ options: { pool: { type: 'string' } }, allowPositionals: true });
  await buildForMac(positionals[0] ?? 'out/native-macos', values.pool ?? null);
}
