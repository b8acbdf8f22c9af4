import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../../../shared/failure.ts';
import { onlyRootCanChange } from '../../system/root-owned.ts';
import { systemPaths } from './programs-linux.ts';

/** Where openconnect may be. Never taken from a profile or from the user's PATH. */
export interface ProgramPlaces {
  /** The folder where the installer puts the programs that it ships. */
  folder: string | null;
  /** Whose program may be used: the installer's, the system's, or either, in that order. Default: either. */
  from?: 'either' | 'installer' | 'system';
  platform: NodeJS.Platform;
}

/** The path of openconnect, which carries system tunnels: the installer's, and on Linux then the system's. Fails with `component-missing`. */
export async function findOpenConnect({ folder, platform, from = 'either' }: ProgramPlaces): Promise<string> {
  const file = platform === 'win32' ? 'openconnect.exe' : 'openconnect';
  if (from !== 'system' && folder !== null && (await canRun(join(folder, file)))) return join(folder, file);
  // Other users of this computer must not be able to replace it
  const system = platform === 'linux' && from !== 'installer' ? systemPaths : [];
  for (const path of system) if ((await canRun(path)) && (await onlyRootCanChange(path))) return path;
  throw fail('component-missing', { component: 'openconnect' });
}

async function canRun(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
