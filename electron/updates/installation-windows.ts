import { win32 } from 'node:path';
import { onlyAdministratorsCanChange } from '../system/windows/administrators.ts';
import { registry } from '../system/windows/registry.ts';
import type { Installation, RunningApp } from './running-app.ts';

/**
 * Where the NSIS installer notes its folder, for a person below HKCU: electron-builder makes the name of the app's id
 * (UUID v5, `NsisTarget.js`).
 */
export const nsisKey = 'Software\\a3523a9b-3ba8-53db-89f5-1514aea3f94a';

export async function windowsInstallation({ executable }: RunningApp): Promise<Installation> {
  const folder = win32.dirname(executable);
  const noted = (await registry()).read('HKCU', nsisKey)?.values.get('InstallLocation');
  if (noted?.kind === 'text' && isSameFolder(noted.value, folder)) return { kind: 'own', image: null };
  return (await onlyAdministratorsCanChange(executable)) ? { kind: 'computer', by: 'windows-computer' } : { kind: 'none' };
}

const isSameFolder = (one: string, other: string): boolean => plain(one) === plain(other);
const plain = (folder: string): string => win32.resolve(folder).toLowerCase();
