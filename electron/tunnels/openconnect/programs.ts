import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fail } from '../../../shared/failure.ts';
import { onlyRootCanChange } from '../../system/root-owned.ts';
import { systemPaths, type ProgramName } from './programs-linux.ts';

/** Where the programs may be. Never taken from a profile or from the user's PATH. */
export interface ProgramPlaces {
  /** The folder where the installer puts the programs that it ships. */
  folder: string | null;
  /** Paths that the administrator chose. */
  policy?: Readonly<Partial<Record<ProgramName, string>>>;
  /** Whose programs may be used: the installer's, the system's, or either, in that order. Default: either. */
  from?: 'either' | 'installer' | 'system';
  platform: NodeJS.Platform;
}

/** The path of a program. If policy names one, only that; else the installer's, and on Linux then the system's. Fails with `component-missing`. */
export async function findProgram(name: ProgramName, { folder, policy, platform, from = 'either' }: ProgramPlaces): Promise<string> {
  const named = policy?.[name];
  if (named !== undefined) {
    if (isAbsolute(named) && (await canRun(named))) return named;
    throw fail('component-missing', { component: name });
  }
  const file = platform === 'win32' ? `${name}.exe` : name;
  if (from !== 'system' && folder !== null && (await canRun(join(folder, file)))) return join(folder, file);
  // Other users of this computer must not be able to replace it
  const system = platform === 'linux' && from !== 'installer' ? systemPaths[name] : [];
  for (const path of system) if ((await canRun(path)) && (await onlyRootCanChange(path))) return path;
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
