import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/** Where distributions install openconnect. Only root can write there. */
export const systemPaths: readonly string[] = ['/usr/sbin/openconnect', '/usr/bin/openconnect'];

/**
 * The folder of the openconnect and library built in this clone (`build/native-linux.ts`), for a bundle that was not
 * installed. Null if there is none, or if it belongs to another user than the bundle.
 */
export function builtHere(bundle: string): string | null {
  const folder = join(bundle, '../out/native-linux');
  try {
    return lstatSync(folder).uid === lstatSync(bundle).uid ? folder : null;
  } catch {
    return null;
  }
}
