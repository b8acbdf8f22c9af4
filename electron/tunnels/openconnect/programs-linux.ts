import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/** The programs of others that carry traffic. */
export type ProgramName = 'openconnect' | 'ocproxy';

/** Where a distribution has its own, which are root's alone. */
export const ofTheSystem: Readonly<Record<ProgramName, readonly string[]>> = {
  openconnect: ['/usr/sbin/openconnect', '/usr/bin/openconnect'],
  ocproxy: ['/usr/bin/ocproxy'],
};

/**
 * For a bundle that no installer has installed: the openconnect and library that were built in its clone
 * (`build/native-linux.ts`). Null where there are none, or where they are others' than the bundle's.
 */
export function builtHere(bundle: string): string | null {
  const folder = join(bundle, '../out/native-linux');
  try {
    return lstatSync(folder).uid === lstatSync(bundle).uid ? folder : null;
  } catch {
    return null;
  }
}
