import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fail } from '../../../shared/failure.ts';
import { isRootsAlone } from '../../system/root-owned.ts';
import { ofTheSystem, type ProgramName } from './programs-linux.ts';

/** Where they may be. Never a profile's word, and never the PATH of whoever is signed in. */
export interface ProgramPlaces {
  /** The installer's own folder for them, where it brings them along. */
  folder: string | null;
  /** What whoever administers the computer names. */
  policy?: Readonly<Partial<Record<ProgramName, string>>>;
  platform: NodeJS.Platform;
}

/** The path of a program: the one that policy names and no other, or the installer's, or on Linux the system's. Fails with `component-missing`. */
export async function findProgram(name: ProgramName, { folder, policy, platform }: ProgramPlaces): Promise<string> {
  const named = policy?.[name];
  if (named !== undefined) {
    if (isAbsolute(named) && (await canRun(named))) return named;
    throw fail('component-missing', { component: name });
  }
  const file = platform === 'win32' ? `${name}.exe` : name;
  if (folder !== null && (await canRun(join(folder, file)))) return join(folder, file);
  // Others on the same computer must not be able to put theirs in its place
  if (platform === 'linux') for (const path of ofTheSystem[name]) if ((await canRun(path)) && (await isRootsAlone(path))) return path;
  throw fail('component-missing', { component: name });
}

async function canRun(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
