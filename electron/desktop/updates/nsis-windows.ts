import { NsisUpdater } from 'electron-updater';
import type { UpdateFile } from '../../updates/metadata.ts';
import { verifyFile } from './verified-file.ts';

/**
 * electron-updater's, but for the last step. Its own starts the installer through `elevate.exe` if Windows refuses it, and the
 * installer asks for an administrator if Causeway is also installed for the whole computer, unless it is told `/currentuser`
 * (`assistedInstaller.nsh`, `installer.nsi` of electron-builder).
 */
export class OwnNsisUpdater extends NsisUpdater {
  /** What was downloaded. */
  file: UpdateFile | null = null;

  protected override doInstall({ isForceRunAfter }: { isForceRunAfter: boolean }): boolean {
    const { installerPath, file } = this;
    if (installerPath === null || file === null) return false;
    verifyFile(installerPath, file);
    const args = ['--updated', '/S', '/currentuser', ...(isForceRunAfter ? ['--force-run'] : [])];
    this.spawnLog(installerPath, args).catch((error: unknown) => this.logger?.error(`the installer did not start: ${String(error)}`));
    return true;
  }
}
