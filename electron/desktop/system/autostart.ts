import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import { hiddenFlag } from './arguments.ts';

/**
 * Starting with the person's session, out of sight. Windows and macOS keep a list of their own; on Linux it is a
 * file in the autostart folder (freedesktop.org's Desktop Application Autostart Specification).
 */
export async function setOpenAtLogin(open: boolean): Promise<void> {
  // An AppImage runs from a mount that is gone tomorrow: its own file is what has to be started
  const program = process.env['APPIMAGE'] ?? process.execPath;
  const args = [...(app.isPackaged ? [] : [app.getAppPath()]), hiddenFlag];
  if (process.platform !== 'linux') {
    app.setLoginItemSettings({ openAtLogin: open, path: program, args });
    return;
  }
  const file = autostartFile(process.env['XDG_CONFIG_HOME'], homedir());
  if (!open) return rm(file, { force: true });
  // What is in it is run at every sign-in: for its owner only to write, whatever the umask
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, autostartEntry(app.name, [program, ...args]), { mode: 0o600 });
}

/** Whether the system started the app, so that its window stays out of the way. */
export function startedBySystem(): boolean {
  return process.argv.includes(hiddenFlag) || (process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin);
}

/** `$XDG_CONFIG_HOME`, where it is set, else `~/.config` (XDG Base Directory Specification). */
export function autostartFile(configHome: string | undefined, home: string): string {
  return join(configHome?.startsWith('/') ? configHome : join(home, '.config'), 'autostart', 'org.causeway.client.desktop');
}

export function autostartEntry(name: string, command: readonly string[]): string {
  return ['[Desktop Entry]', 'Type=Application', `Name=${name}`, `Exec=${command.map(quoted).join(' ')}`, 'Terminal=false', ''].join('\n');
}

/** One argument of an `Exec` line: quoted, its special characters escaped twice, once for the quotes and once for the file. */
function quoted(argument: string): string {
  const escaped = argument
    .replaceAll(/["`$\\]/g, String.raw`\$&`)
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%');
  return `"${escaped}"`;
}
