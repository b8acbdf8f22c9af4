import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { inject } from 'postject';

const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Makes one executable of a CommonJS file, in Node's single-executable format, of the Node that runs this, or of
 * another system's of the same version. On macOS it has to be signed after this, on Windows too.
 */
export async function makeExecutable(main: string, executable: string, node = process.execPath): Promise<void> {
  const [blob, config] = [`${executable}.blob`, `${executable}.json`];
  const settings = { main, output: blob, disableExperimentalSEAWarning: true, useSnapshot: false, useCodeCache: false };
  writeFileSync(config, JSON.stringify(settings));
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  copyFileSync(node, executable);
  if (process.platform !== 'win32') chmodSync(executable, 0o755);
  // A signature of Node's own would no longer fit
  if (process.platform === 'darwin') execFileSync('codesign', ['--remove-signature', executable]);
  await inject(executable, 'NODE_SEA_BLOB', readFileSync(blob), {
    sentinelFuse: fuse,
    ...(process.platform === 'darwin' ? { machoSegmentName: 'NODE_SEA' } : {}),
  });
  for (const file of [blob, config]) rmSync(file);
}
