import { open, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { clipboard, dialog, shell } from 'electron';
import type { DesktopPorts, PortalView, SignInPageView } from '../app/ports.ts';
import { fail } from '../../shared/failure.ts';
import { maxProfileBytes } from '../../shared/profile.ts';
import type { Preferences } from '../../shared/settings.ts';
import type { Messages } from '../../shared/messages/localizer.ts';
import { setOpenAtLogin } from './system/autostart.ts';

export interface DesktopParts {
  portal: PortalView;
  signInPage: SignInPageView;
  showWindow: () => void;
  quit: () => void;
  logFolder: string;
  messages: () => Messages;
  log: (line: string) => void;
}

/** Builds the application's {@link DesktopPorts} from the parts of the desktop. */
export function createDesktopPorts({ portal, signInPage, showWindow, quit, logFolder, messages, log }: DesktopParts): DesktopPorts {
  let applied: Preferences | null = null;
  return {
    portal,
    signInPage,
    showWindow,
    quit,
    clipboard: { write: (text) => clipboard.writeText(text), read: () => clipboard.readText() },

    async openExternal(address) {
      // The system starts any program that has registered a scheme: allow only these
      const scheme = URL.parse(address)?.protocol;
      if (scheme !== 'https:' && scheme !== 'mailto:' && scheme !== 'tel:')
        throw fail('request-invalid', {}, { detail: 'the address may not be opened' });
      await shell.openExternal(address);
    },

    async openNetworkPage(address) {
      // A hotel's sign-in page is often plain HTTP. The browser handles that
      const scheme = URL.parse(address)?.protocol;
      if (scheme !== 'http:' && scheme !== 'https:') throw fail('request-invalid', {}, { detail: 'the page may not be opened' });
      await shell.openExternal(address);
    },

    async chooseProfileFile() {
      const { chooseProfile, profileFiles, open: confirm } = messages().dialog;
      const chosen = await dialog.showOpenDialog({
        title: chooseProfile,
        buttonLabel: confirm,
        properties: ['openFile'],
        filters: [{ name: profileFiles, extensions: ['causeway'] }],
      });
      const path = chosen.filePaths[0];
      return chosen.canceled || path === undefined ? null : { name: basename(path), text: await readProfileFile(path) };
    },

    async chooseCertificateFile() {
      const { chooseCertificate, certificateFiles, allFiles, open: confirm } = messages().dialog;
      const chosen = await dialog.showOpenDialog({
        title: chooseCertificate,
        buttonLabel: confirm,
        properties: ['openFile'],
        filters: [
          { name: certificateFiles, extensions: ['p12', 'pfx', 'pem', 'crt', 'cer'] },
          { name: allFiles, extensions: ['*'] },
        ],
      });
      return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
    },

    async showLogs() {
      const problem = await shell.openPath(logFolder);
      if (problem !== '') throw fail('internal', {}, { detail: `the log folder did not open: ${problem}` });
    },

    async saveReport({ name, text, zip }) {
      const { saveTitle, textFile, zipFile } = messages().report;
      const { canceled, filePath } = await dialog.showSaveDialog({
        title: saveTitle,
        defaultPath: `${name}.txt`,
        // Only Linux has to be told to ask before it replaces a file
        properties: ['showOverwriteConfirmation'],
        filters: [
          { name: textFile, extensions: ['txt'] },
          { name: zipFile, extensions: ['zip'] },
        ],
      });
      if (canceled || filePath === '') return false;
      try {
        await writeFile(filePath, /\.zip$/i.test(filePath) ? zip : text, { mode: 0o600 });
      } catch (error) {
        throw fail(
          'report-not-saved',
          { file: basename(filePath) },
          { detail: error instanceof Error ? error.message : 'failed', cause: error },
        );
      }
      return true;
    },

    applyPreferences(preferences, isDecided = false) {
      const before = applied;
      applied = preferences;
      if (before?.openAtLogin === preferences.openAtLogin || (before === null && !preferences.openAtLogin && !isDecided)) return;
      setOpenAtLogin(preferences.openAtLogin).catch((thrown: unknown) => log(`starting at sign-in could not be set: ${String(thrown)}`));
    },
  };
}

/** Reads a chosen file. Fails with `profile-invalid` when it is larger than a profile may be, and `profile-file-missing` when it cannot be read. */
async function readProfileFile(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(maxProfileBytes + 1), 0, maxProfileBytes + 1, 0);
    if (bytesRead <= maxProfileBytes) return buffer.toString('utf8', 0, bytesRead);
  } catch (cause) {
    throw fail('profile-file-missing', { file: basename(path) }, { cause });
  }
  throw fail('profile-invalid', { key: 'size' });
}
