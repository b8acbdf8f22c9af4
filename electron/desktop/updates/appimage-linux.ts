import { chmodSync, constants, copyFileSync, renameSync, rmSync } from 'node:fs';
import { AppImageUpdater } from 'electron-updater';
import { verifyFile } from './verified-file.ts';
import type { UpdateFile } from '../../updates/metadata.ts';

/**
 * electron-updater's, but for the last step. Its own removes the running AppImage first, so that a full disk leaves nothing;
 * gives the new one another name, which breaks launchers; and starts it once. This one replaces the file in one step.
 */
export class OwnAppImageUpdater extends AppImageUpdater {
  /** What was downloaded. */
  file: UpdateFile | null = null;
  /** The AppImage that runs. */
  image = '';

  protected override doInstall(): boolean {
    const { installerPath, file, image } = this;
    if (installerPath === null || file === null || image === '') return false;
    const next = `${image}.update`;
    rmSync(next, { force: true });
    try {
      // It may come from another file system. `verifyFile` looks at the copy, so that it is the copy that counts
      copyFileSync(installerPath, next, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      verifyFile(next, file);
      chmodSync(next, 0o755);
      renameSync(next, image);
    } catch (error) {
      rmSync(next, { force: true });
      throw error;
    }
    rmSync(installerPath, { force: true });
    return true;
  }
}
