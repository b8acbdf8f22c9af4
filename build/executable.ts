import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { inject } from 'postject';

/** The Node that the executable is made from, and its target system. */
export interface ExecutableBase {
  node: string;
  platform: NodeJS.Platform;
}

const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Makes one executable from a CommonJS file, in Node's single-executable format, with the running Node or another system's
 * build of the same version. macOS executables are signed ad hoc, and can only be made there, because Apple's processors
 * run nothing unsigned. To distribute an executable, sign it properly afterwards, on Windows too.
 */
export async function makeExecutable(main: string, executable: string, { node, platform }: ExecutableBase): Promise<void> {
  const isMac = platform === 'darwin';
  if (isMac && process.platform !== 'darwin')
    throw new Error('An executable for macOS must be signed by codesign, which exists only on a Mac.');
  const [blob, config] = [`${executable}.blob`, `${executable}.json`];
  const settings = { main, output: blob, disableExperimentalSEAWarning: true, useSnapshot: false, useCodeCache: false };
  writeFileSync(config, JSON.stringify(settings));
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  copyFileSync(node, executable);
  if (platform !== 'win32') chmodSync(executable, 0o755);
  // Node's own signature would no longer be valid
  if (isMac) execFileSync('codesign', ['--remove-signature', executable]);
  await inject(executable, 'NODE_SEA_BLOB', readFileSync(blob), {
    sentinelFuse: fuse,
    ...(isMac ? { machoSegmentName: 'NODE_SEA' } : {}),
  });
  if (isMac) execFileSync('codesign', ['--sign', '-', executable]);
  for (const file of [blob, config]) rmSync(file);
}
