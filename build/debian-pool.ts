import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Files from a Debian pool, which `native.json` names by their path in the pool. The pool's address comes from this
 * computer's apt sources, or from `--pool URL`, which may be a mirror or an archive of old packages. Nothing from a pool
 * is trusted: a file whose SHA-256 differs from the pin is rejected.
 */

/** The cache for all runs and clones: sources by their SHA-256, and what was built from them. */
export const cacheFolder = (): string => join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'causeway');

/** A file in a pool. */
export interface PoolFile {
  name: string;
  /** Its path in a pool: `pool/main/…`. */
  at: string;
  sha256: string;
}

/** How long to wait for a source before trying the next one. */
const answerWithinSeconds = 20;
const fileTimeoutMs = 300_000;
const aptHelper = '/usr/lib/apt/apt-helper';

/**
 * Addresses that have a `pool` folder, each ending in a slash: the one that was named, or else this computer's package
 * sources in any of their forms (`sources.list`, deb822, a list of mirrors). Empty if there are none.
 */
export function poolBases(named: string | null): string[] {
  if (named !== null) return [slashed(named)];
  const { status, stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(ORIGIN)\t$(REPO_URI)'], { encoding: 'utf8' });
  return status === 0 ? basesIn(stdout) : [];
}

/** From lines of `ORIGIN<tab>REPO_URI`, the output of apt's `indextargets`. The origin is empty before the first `apt-get update`. */
export function basesIn(lines: string, read: (file: string) => string = (file) => readFileSync(file, 'utf8')): string[] {
  const found = lines.split('\n').flatMap((line) => {
    const [origin = '', address = ''] = line.split('\t');
    if (address === '' || (origin !== '' && origin !== 'Debian')) return [];
    // A list of mirrors, one a line. Metadata may follow the address (apt-transport-mirror(1))
    const list = /^mirror\+file:(?:\/\/)?(\/[^?]+?)\/?$/.exec(address)?.[1];
    if (list === undefined) return [address];
    return read(list)
      .split('\n')
      .flatMap((each) => /^\s*([a-z][a-z+]*:\S+)/.exec(each)?.[1] ?? []);
  });
  return [...new Set(found.map(slashed))];
}

const slashed = (address: string): string => (address.endsWith('/') ? address : `${address}/`);

/** The path on this computer of a file from a pool, from the cache or downloaded. Throws if no pool has it, with every pool's error. */
export async function fromPool(file: PoolFile, bases: readonly string[], folder = join(cacheFolder(), 'sources')): Promise<string> {
  const { name, at, sha256 } = file;
  const cached = join(folder, sha256);
  if (existsSync(cached) && hashOf(readFileSync(cached)) === sha256) return cached;
  if (bases.length === 0) throw new Error(`${name}: this computer has no Debian package source; name one with --pool URL`);
  mkdirSync(folder, { recursive: true });
  const part = join(folder, `${sha256}.${process.pid}`);
  const errors: string[] = [];
  for (const base of bases) {
    try {
      await fetchFile(base + at, part, sha256);
      const found = hashOf(readFileSync(part));
      if (found !== sha256) throw new Error(`does not match its pin: ${found} instead of ${sha256}`);
      renameSync(part, cached);
      return cached;
    } catch (error) {
      errors.push(`${base}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      rmSync(part, { force: true });
    }
  }
  throw new Error(`${name}: no package source has a ${at} that matches its pin; name another with --pool URL\n${errors.join('\n')}`);
}

/** Downloads with apt's own helper if there is apt, because its proxies and authorities are the ones that work for the pool. */
async function fetchFile(address: string, to: string, sha256: string): Promise<void> {
  if (existsSync(aptHelper)) {
    const options = [`Acquire::http::Timeout=${answerWithinSeconds}`, 'Acquire::Retries=1', 'APT::Sandbox::User=root'];
    const args = [...options.flatMap((option) => ['-o', option]), 'download-file', address, to, `SHA256:${sha256}`];
    const { status, stderr, error } = spawnSync(aptHelper, args, { encoding: 'utf8', timeout: fileTimeoutMs });
    if (error) throw error;
    if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1) ?? `apt-helper ended with ${status}`);
    return;
  }
  if (address.startsWith('file:')) {
    writeFileSync(to, readFileSync(new URL(address)));
    return;
  }
  const response = await fetch(address, { signal: AbortSignal.timeout(fileTimeoutMs) });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  writeFileSync(to, Buffer.from(await response.arrayBuffer()));
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
