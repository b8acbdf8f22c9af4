import { access, constants, lstat, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative } from 'node:path';
import { ownUid } from '../system/own-user-posix.ts';
import type { Installation, RunningApp } from './running-app.ts';

/**
 * An AppImage's launcher sets APPIMAGE, the path of its file, and APPDIR, where it is mounted. Every program that is started
 * from an AppImage inherits both, so the variables count only if this program runs from that mount: the file that they name
 * may be another program's.
 */
export async function linuxInstallation({ executable, env }: RunningApp): Promise<Installation> {
  const { APPIMAGE: image, APPDIR: mount } = env;
  if (image !== undefined && mount !== undefined && isAbsolute(image) && (await isIn(executable, mount))) {
    const file = await lstat(image);
    if (!file.isFile()) return { kind: 'none' };
    const isOwn = file.uid === ownUid() && (await mayWrite(dirname(image)));
    return isOwn ? { kind: 'own', image } : { kind: 'computer', by: 'package-manager' };
  }
  const { uid } = await lstat(executable);
  return uid === 0 ? { kind: 'computer', by: 'package-manager' } : { kind: 'none' };
}

async function isIn(path: string, folder: string): Promise<boolean> {
  const way = relative(await realpath(folder), await realpath(path));
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

async function mayWrite(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}
