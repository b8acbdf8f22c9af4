import { access, constants, lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ownUid } from '../system/own-user-posix.ts';
import type { Installation, RunningApp } from './running-app.ts';

/**
 * Squirrel.Mac replaces the bundle without a question if this person owns it and may write in its folder. For any other it
 * asks for an administrator (SQRLInstaller), so such a copy is IT's. macOS runs an app that was never moved out of its disk
 * image from a read-only place of its own ("translocation").
 */
export async function macInstallation({ executable }: RunningApp): Promise<Installation> {
  const bundle = join(dirname(executable), '..', '..');
  if (!bundle.endsWith('.app') || bundle.includes('/AppTranslocation/')) return { kind: 'none' };
  const { uid } = await lstat(bundle);
  if (uid !== ownUid()) return { kind: 'computer', by: 'mac-computer' };
  const mayReplace = await Promise.all([bundle, dirname(bundle)].map((folder) => access(folder, constants.W_OK))).then(
    () => true,
    () => false,
  );
  return mayReplace ? { kind: 'own', image: null } : { kind: 'none' };
}
