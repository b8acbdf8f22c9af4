import { homedir } from 'node:os';
import path from 'node:path';

/** The folder's name, which Electron derives from the app's name. */
const name = 'Causeway';

/** The desktop app's settings folder, where Electron puts it, for programs that run without Electron. */
export function userDataFolder(
  platform: NodeJS.Platform = process.platform,
  env: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homedir(),
): string {
  if (platform === 'win32') return path.win32.join(env['APPDATA'] ?? path.win32.join(home, 'AppData', 'Roaming'), name);
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Application Support', name);
  // An empty value means not set (XDG Base Directory Specification)
  const config = env['XDG_CONFIG_HOME'] ?? '';
  return path.posix.join(config === '' ? path.posix.join(home, '.config') : config, name);
}
