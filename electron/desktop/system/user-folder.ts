import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import type { Failure } from '../../../shared/failure.ts';

export interface UserFolder {
  /** The folder of settings and logs. */
  readonly folder: string;
  /** `folder-unusable` when nothing in the person's own folder can be read, or null. */
  readonly notice: Failure | null;
}

/**
 * Opens Electron's user data folder, or a temporary one for this run if that one cannot be used. Chromium locks its folder
 * before there is a window: if it cannot lock it, the app takes itself for a second instance and quits without a message.
 * From a folder that can be read but not written the settings are still read, and they report that they cannot be saved.
 * Call this before Electron is ready.
 */
export function openUserFolder(): UserFolder {
  const folder = app.getPath('userData');
  const isReadable = succeeds(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    readdirSync(folder);
  });
  if (isReadable && succeeds(() => accessSync(folder, constants.W_OK | constants.X_OK))) return { folder, notice: null };
  const temporary = mkdtempSync(join(tmpdir(), 'causeway-'));
  app.setPath('userData', temporary);
  app.on('quit', () => succeeds(() => rmSync(temporary, { recursive: true, force: true })));
  return isReadable ? { folder, notice: null } : { folder: temporary, notice: { code: 'folder-unusable', params: { folder } } };
}

function succeeds(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false; // the caller reports it
  }
}
