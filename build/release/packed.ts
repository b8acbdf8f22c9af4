import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Target } from '../targets.ts';

/** Where things lie in an app that electron-builder has packed for a target. */
export interface Package {
  target: Target;
  /** What the fuses are in: on macOS the app's folder. */
  executable: string;
  resources: string;
}

/** The app in a folder of its own, as it is packed, installed or unpacked from an installer. */
export function packageAt(folder: string, target: Target): Package {
  const top = resolve(folder);
  switch (target.platform) {
    case 'linux':
      return { target, executable: join(top, 'causeway'), resources: join(top, 'resources') };
    case 'win32':
      return { target, executable: join(top, 'Causeway.exe'), resources: join(top, 'resources') };
    case 'darwin':
      return { target, executable: join(top, 'Causeway.app'), resources: join(top, 'Causeway.app/Contents/Resources') };
  }
}

/** The one folder among electron-builder's output: `linux-unpacked`, `win-unpacked`, `mac-arm64` and the like. */
export const layoutIn = (installers: string): string =>
  join(installers, readdirSync(installers, { withFileTypes: true }).find((entry) => entry.isDirectory())?.name ?? '');
