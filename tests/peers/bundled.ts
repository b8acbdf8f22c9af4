import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const made = new Map<string, Promise<string>>();

/** Bundles a program of this repository (path from the root) into one file, once. It starts in a third of the time, and its user need not be able to read other files. */
export function bundled(entry: string): Promise<string> {
  const known = made.get(entry) ?? make(entry);
  made.set(entry, known);
  return known;
}

async function make(entry: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'cw-bundle-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, basename(entry).replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [join(import.meta.dirname, '../..', entry)],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['koffi'],
    target: 'node20',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  // Users other than root must be able to enter
  chmodSync(directory, 0o755);
  return file;
}
