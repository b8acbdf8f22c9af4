import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { poolBases } from './debian-pool.ts';
import { NativeBuild } from './native-build.ts';
import { crossTools, ensureSystemTools } from './system.ts';

/**
 * Builds openconnect for Windows (x64) and its libraries on Debian from the sources that `native.json` pins: `node
 * --import tsx build/native-windows.ts [--pool URL] [folder]`. The result goes into the folder, by default
 * `out/native-windows`, from where `build/native.ts` takes it on Windows. Sources and finished parts are kept for the next
 * run.
 */
const host = 'x86_64-w64-mingw32';
/** A fixed path, wherever the clone is, because the linker orders imports by their libraries' paths. */
const workFolder = '/var/tmp/causeway-native';

/** The installed files that are shipped. Their licences are shipped with them. */
const shipped: readonly (readonly [from: string, pattern: RegExp])[] = [
  ['sbin', /^openconnect\.exe$/],
  ['bin', /^lib(gmp|nettle|hogweed|gnutls|openconnect)-\d+\.dll$/],
];

/** Copies the files that are shipped, and returns their names. */
function ship(build: NativeBuild, folder: string): string[] {
  const { prefix, work } = build;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = shipped.flatMap(([from, pattern]) =>
    readdirSync(join(prefix, from)).flatMap((name) => (pattern.test(name) ? [join(prefix, from, name)] : [])),
  );
  const names = files.map((file) => file.slice(dirname(file).length + 1));
  files.forEach((file, index) => {
    const to = join(folder, names[index] ?? '');
    build.run(work, join(work, 'strip.log'), `${host}-strip`, ['--strip-unneeded', '-o', resolve(to), file]);
  });
  return [...names, ...build.licences(folder)];
}

/** Builds everything that is missing. Returns the names of the files in the folder. */
export async function buildForWindows(folder: string, pool: string | null = null, jobs = availableParallelism()): Promise<string[]> {
  ensureSystemTools(crossTools);
  mkdirSync(workFolder, { recursive: true, mode: 0o700 });
  if (statSync(workFolder).uid !== process.getuid?.()) throw new Error(`${workFolder} belongs to another user`);
  const tools = {
    platform: 'win32',
    host,
    compiler: `${host}-gcc-win32 -static-libgcc`,
    flags: '-O2',
    link: '-Wl,--no-insert-timestamp',
    versions: execFileSync(`${host}-gcc-win32`, ['--version'], { encoding: 'utf8' }),
  } as const;
  const build = new NativeBuild(tools, workFolder, poolBases(pool), jobs);
  await build.make();
  return ship(build, folder);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values, positionals } = parseArgs({ options: { pool: { type: 'string' } }, allowPositionals: true });
  const folder = positionals[0] ?? 'out/native-windows';
  for (const name of await buildForWindows(folder, values.pool ?? null)) {
    const sha256 = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    console.log(`${sha256}  ${name}`);
  }
}
