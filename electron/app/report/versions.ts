import os from 'node:os';
import path from 'node:path';

/** How this copy of Causeway was installed, as far as its place shows it. */
export function installKind(isPackaged: boolean, platform = process.platform, env = process.env, executable = process.execPath): string {
  if (!isPackaged) return 'source';
  if (platform === 'linux') {
    if (env['APPIMAGE'] !== undefined) return 'AppImage';
    return executable.startsWith('/opt/Causeway/') ? 'deb' : 'folder';
  }
  if (platform === 'darwin') return executable.startsWith('/Applications/') ? 'Applications' : 'elsewhere';
  const programs = [env['ProgramFiles'], env['ProgramFiles(x86)']].flatMap((folder) =>
    folder === undefined ? [] : [folder.toLowerCase()],
  );
  return programs.some((folder) => path.win32.dirname(executable).toLowerCase().startsWith(folder)) ? 'all users' : 'one user';
}

/** The versions of what runs here. `own`: the names and versions that come first. */
export function versionsHere(own: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  // Plain Node has no Electron and no Chromium
  const all: Partial<Record<string, string>> = process.versions;
  const { electron, chrome } = all;
  const { node, openssl } = process.versions;
  return [
    ...own,
    ...(electron === undefined ? [] : [['Electron', electron] as const]),
    ...(chrome === undefined ? [] : [['Chromium', chrome] as const]),
    ['Node', node],
    ['OpenSSL', openssl],
    ['System', `${os.type()} ${os.release()} ${os.arch()}, ${os.version()}`],
    ['Memory', `${Math.round(os.totalmem() / 1e9)} GB`],
    ['Time zone', Intl.DateTimeFormat().resolvedOptions().timeZone],
    ...(process.platform === 'linux'
      ? [['Desktop', [process.env['XDG_CURRENT_DESKTOP'], process.env['XDG_SESSION_TYPE']].filter(Boolean).join(', ') || 'none'] as const]
      : []),
  ];
}
