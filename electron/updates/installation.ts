import { linuxInstallation } from './installation-linux.ts';
import { macInstallation } from './installation-macos.ts';
import { windowsInstallation } from './installation-windows.ts';
import type { Installation, RunningApp } from './running-app.ts';

/** How the running app is installed. Never rejects: what cannot be found out counts as `none`. */
export async function findInstallation(app: RunningApp, platform: NodeJS.Platform): Promise<Installation> {
  if (!app.isPackaged) return { kind: 'none' };
  try {
    if (platform === 'win32') return await windowsInstallation(app);
    return platform === 'darwin' ? await macInstallation(app) : await linuxInstallation(app);
  } catch {
    return { kind: 'none' };
  }
}
