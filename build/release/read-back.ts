import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Target } from '../targets.ts';
import { wrongFuses } from './fuses.ts';
import { wrongIntegrity } from './integrity.ts';
import { layoutIn, packageAt, type Package } from './packed.ts';

/**
 * Reads the fuses and the archive's noted hash back from what ships, after it was signed, because steps of the builder
 * that came later have undone them before (electron-builder#9428, #8232).
 */

/** What is not as configured in a packed, installed or unpacked app, in sentences. */
export const wrongInApp = async (made: Package): Promise<string[]> => [...(await wrongFuses(made)), ...wrongIntegrity(made)];

/**
 * Reads them back from the packed folder, and from each installer in `installers` that this system can unpack.
 *
 * @throws with everything that was wrong, and where
 */
export async function readBack(installers: string, target: Target): Promise<void> {
  const wrong = (await wrongInApp(packageAt(layoutIn(installers), target))).map((sentence) => `the packed folder: ${sentence}`);
  for (const name of readdirSync(installers)) {
    const found = await wrongInInstaller(join(installers, name), target);
    wrong.push(...(found ?? []).map((sentence) => `${name}: ${sentence}`));
    if (found !== null) console.log(`read back: ${name}`);
  }
  if (wrong.length > 0) throw new Error(`What was packed is not as configured:\n${wrong.join('\n')}`);
}

/** What is wrong in an installer. Null for a file of another kind, and for one that this system cannot unpack. */
export async function wrongInInstaller(file: string, target: Target): Promise<string[] | null> {
  const unpack = unpackers.find(({ ending, on }) => file.endsWith(ending) && on === process.platform);
  if (!unpack) return null;
  const work = mkdtempSync(join(tmpdir(), 'causeway-read-back-'));
  try {
    return await wrongInApp(packageAt(unpack.into(resolve(file), work), target));
  } finally {
    unpack.leave?.(work);
    rmSync(work, { recursive: true, force: true });
  }
}

interface Unpacker {
  ending: string;
  on: NodeJS.Platform;
  /** Unpacks an installer into an empty folder. Returns where the app is in it. */
  into(file: string, work: string): string;
  leave?(work: string): void;
}

const run = (program: string, args: readonly string[], cwd = '.'): void =>
  void execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });

const unpackers: readonly Unpacker[] = [
  {
    ending: '.deb',
    on: 'linux',
    into(file, work) {
      run('dpkg-deb', ['--extract', file, work]);
      return join(work, 'opt/Causeway');
    },
  },
  {
    ending: '.msi',
    on: 'linux',
    into(file, work) {
      run('msiextract', ['--directory', work, file]);
      // Which folders stand above it depends on msitools' version
      const [program = ''] = readdirSync(work, { recursive: true, encoding: 'utf8' }).filter((path) => basename(path) === 'Causeway.exe');
      return join(work, dirname(program));
    },
  },
  {
    ending: '.AppImage',
    on: 'linux',
    into(file, work) {
      chmodSync(file, 0o755);
      run(file, ['--appimage-extract'], work);
      return join(work, 'squashfs-root');
    },
  },
  {
    ending: '.pkg',
    on: 'darwin',
    into(file, work) {
      run('pkgutil', ['--expand-full', file, join(work, 'pkg')]);
      return join(work, 'pkg', 'org.causeway.client.pkg', 'Payload');
    },
  },
  {
    ending: '.zip',
    on: 'darwin',
    into(file, work) {
      run('ditto', ['-x', '-k', file, work]);
      return work;
    },
  },
  {
    ending: '.dmg',
    on: 'darwin',
    into(file, work) {
      run('hdiutil', ['attach', '-readonly', '-nobrowse', '-mountpoint', work, file]);
      return work;
    },
    leave: (work) => run('hdiutil', ['detach', work]),
  },
];
