import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inject } from 'postject';

/**
 * Makes one executable of the helper, in Node's single-executable format, so that a computer needs no Node for it:
 * `node --import tsx build/helper.ts [folder]`, with the Node that it is to be made of. On macOS it has to be signed
 * after this, on Windows too.
 */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** The helper as one CommonJS file. */
export async function bundleHelper(file: string): Promise<void> {
  await build({
    entryPoints: ['electron/helper/main.ts'],
    outfile: file,
    bundle: true,
    target: 'node20',
    platform: 'node',
    format: 'cjs',
    logLevel: 'warning',
  });
}

/** The helper as one executable; its path. */
export async function buildHelper(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const at = (name: string): string => join(folder, name);
  const executable = at(process.platform === 'win32' ? 'causeway-helper.exe' : 'causeway-helper');
  await bundleHelper(at('helper.cjs'));
  const settings = {
    main: at('helper.cjs'),
    output: at('helper.blob'),
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
  };
  writeFileSync(at('sea.json'), JSON.stringify(settings));
  execFileSync(process.execPath, ['--experimental-sea-config', at('sea.json')], { stdio: ['ignore', 'ignore', 'inherit'] });
  copyFileSync(process.execPath, executable);
  if (process.platform !== 'win32') chmodSync(executable, 0o755);
  // A signature of Node's own would no longer fit
  if (process.platform === 'darwin') execFileSync('codesign', ['--remove-signature', executable]);
  await inject(executable, 'NODE_SEA_BLOB', readFileSync(at('helper.blob')), {
    sentinelFuse: fuse,
    ...(process.platform === 'darwin' ? { machoSegmentName: 'NODE_SEA' } : {}),
  });
  for (const name of ['helper.cjs', 'helper.blob', 'sea.json']) rmSync(at(name));
  return executable;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(await buildHelper(process.argv[2] ?? 'out/native'));
