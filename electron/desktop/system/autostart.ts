import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import { hiddenFlag } from './arguments.ts';

/**
 * Sets whether the app starts hidden when the person signs in. Windows and macOS keep a list of their own. On Linux it is
 * a file in the autostart folder (freedesktop.org's Desktop Application Autostart Specification).
 */
export async function setOpenAtLogin(open: boolean): Promise<void> {
  // An AppImage runs from a temporary mount, so the autostart entry must name the AppImage file itself
  const program = process.env['APPIMAGE'] ?? process.execPath;
  const args = [...(app.isPackaged ? [] : [app.getAppPath()]), hiddenFlag];
  if (process.platform !== 'linux') {
    app.setLoginItemSettings({ openAtLogin: open, path: program, args });
    return;
  }
  const file = autostartFile(process.env['XDG_CONFIG_HOME'], homedir());
  if (!open) return rm(file, { force: true });
  // Its content runs at every sign-in, so only the owner may write it, whatever the umask
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, autostartEntry(app.name, [program, ...args]), { mode: 0o600 });
}

/** Whether the system started the app, in which case its window stays hidden. */
export function startedBySystem(): boolean {
  return process.argv.includes(hiddenFlag) || (process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin);
}

/** The path below `$XDG_CONFIG_HOME`, or below `~/.config` if that is not set (XDG Base Directory Specification). */
export function autostartFile(configHome: string | undefined, home: string): string {
  return join(configHome?.startsWith('/') ? configHome : join(home, '.config'), 'autostart', 'org.causeway.client.desktop');
}

export function autostartEntry(name: string, command: readonly string[]): string {
  return ['[Desktop Entry]', 'Type=Application', `Name=${name}`, `Exec=${command.map(quoted).join(' ')}`, 'Terminal=false', ''].join('\n');
}

/** One argument of an `Exec` line, in quotes. Special characters are escaped twice: for the quotes and for the file. */
function quoted(argument: string): string {
  const escaped = argument
    .replaceAll(/["`$\\]/g, String.raw`\$&`)
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%');
  return `"${escaped}"`;
}
