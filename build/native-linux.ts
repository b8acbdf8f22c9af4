import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheFolder, poolBases } from './debian-pool.ts';
import { NativeBuild, type Tools } from './native-build.ts';
import { ensureSystemTools, linuxTools } from './system.ts';

/**
 * Builds openconnect and its library for this Linux from the sources that `native.json` pins: `node --import tsx
 * build/native-linux.ts [--pool URL]`. The result is cached for the user and shared by every clone, keyed by its inputs.
 * The unpackaged app, the command line and the tests find it by the link `out/native-linux`.
 */
export const madeForLinux = join(import.meta.dirname, '../out/native-linux');
/** Used in place of the real path, so that the result's key does not depend on where it is built. */
const anywhere = '/anywhere';

/** The flags of Debian's own build (`hardening=+all`). */
const flags = '-O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2';

/**
 * The folder with `openconnect`, `libopenconnect.so.5` and `licences`. Builds it if it is missing, which takes about a
 * minute on two cores.
 */
export async function buildForLinux(pool: string | null = null, jobs = availableParallelism()): Promise<string> {
  ensureSystemTools(linuxTools);
  const tools: Tools = {
    platform: 'linux',
    host: null,
    compiler: 'gcc',
    flags,
    link: '-Wl,-z,relro,-z,now',
    versions: execFileSync('gcc', ['--version'], { encoding: 'utf8' }) + process.arch,
  };
  const key = new NativeBuild(tools, anywhere, [], jobs).keys().at(-1) ?? '';
  const cached = join(cacheFolder(), 'openconnect');
  const made = join(cached, key.slice(0, 16));
  if (existsSync(made)) return made;
  mkdirSync(cached, { recursive: true });
  clearLeftovers(cached);
  // Build elsewhere and rename at the end, so that nobody finds a half-built folder
  const work = join(cached, `making-${process.pid}`);
  try {
    const build = new NativeBuild(tools, work, poolBases(pool), jobs);
    mkdirSync(work);
    await build.make();
    const folder = join(work, 'whole');
    build.licences(folder);
    for (const [from, name] of [
      ['sbin', 'openconnect'],
      ['lib', 'libopenconnect.so.5'],
    ] as const)
      build.run(work, join(work, 'strip.log'), 'strip', ['--strip-unneeded', '-o', join(folder, name), join(build.prefix, from, name)]);
    try {
      renameSync(folder, made);
    } catch (error) {
      // Another run has built it in the meantime
      if (!existsSync(made)) throw error;
    }
    return made;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Left by runs that were killed. */
function clearLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /^making-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Builds it and makes the link. If that is impossible (no package source answers, or no compiler can be installed), it
 * says so and removes the link, and the system's own library is used. Returns whether it exists.
 */
export async function ensureOpenConnect(pool: string | null = null, link = madeForLinux): Promise<boolean> {
  try {
    const folder = await buildForLinux(pool);
    const aside = `${link}.${process.pid}`;
    mkdirSync(resolve(link, '..'), { recursive: true });
    rmSync(aside, { force: true });
    symlinkSync(folder, aside);
    renameSync(aside, link);
    return true;
  } catch (error) {
    rmSync(link, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    console.log(`NOT MADE, our own OpenConnect; the system's serves instead: ${why}`);
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { pool: { type: 'string' } } });
  if (await ensureOpenConnect(values.pool ?? null)) console.log('It is in out/native-linux.');
  else process.exitCode = 1;
}
