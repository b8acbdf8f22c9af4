import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import type { Failure } from '../../../shared/failure.ts';

export interface UserFolder {
  /** Where settings and logs are. */
  readonly folder: string;
  /** `folder-unusable`, where nothing in the person's own folder can be read; null: nothing to tell. */
  readonly trouble: Failure | null;
}

/**
 * The folder that Electron names for this person, or one for this run only where it is of no use: Chromium locks its
 * folder before there is a window, and an app that may not lock it would take itself for a second one and end without a
 * word. A folder that can be read and not written still gives its settings, which then say that they cannot be saved.
 * Call it before Electron is ready.
 */
export function openUserFolder(): UserFolder {
  const folder = app.getPath('userData');
  const isReadable = works(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    readdirSync(folder);
  });
  if (isReadable && works(() => accessSync(folder, constants.W_OK | constants.X_OK))) return { folder, trouble: null };
  const instead = mkdtempSync(join(tmpdir(), 'causeway-'));
  app.setPath('userData', instead);
  app.on('quit', () => works(() => rmSync(instead, { recursive: true, force: true })));
  return isReadable ? { folder, trouble: null } : { folder: instead, trouble: { code: 'folder-unusable', params: { folder } } };
}

function works(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false; // what does not work is told by what is used instead
  }
}
